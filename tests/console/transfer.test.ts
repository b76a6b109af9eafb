/** Moving and copying: what is there already is asked about, what fails is told, and nothing is lost to whoever writes at the same time. */
import { presign } from '@latchkey/sigv4';
import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { makeBucket } from '../support/arrange.ts';
import { consoleOf, expectAccessible, picture } from '../support/console-page.ts';
import { needs } from '../support/programs.ts';
import { serveForThisFile } from '../support/served.ts';

const server = await serveForThisFile();
const { signedIn } = consoleOf(server);
const test = needs('chromium');
const where = { region: server.region, endpoint: server.endpoint, credentials: server.credentials, expiresIn: '5m' } as const;

describe('a folder that is moved over another', () => {
  test('asks about each name that is taken: skip, keep both, replace', async () => {
    const names = ['a.txt', 'b.txt', 'c.txt', 'deep/d.txt'];
    await fill('one-by-one', [...names.map((name) => [`from/${name}`, `new ${name}`] as const), ['from/', '']]);
    await fill('one-by-one', [...names.slice(0, 3).map((name) => [`to/${name}`, `old ${name}`] as const), ['to/', '']]);
    const { page, complaints, close } = await signedIn({ path: '/buckets/one-by-one', bypassCSP: true });
    await renamed(page, 'from', 'to');
    const given: Record<string, string> = {};
    for (const answer of ['Skip', 'Keep both', 'Replace it']) {
      const question = page.getByRole('alert').filter({ hasText: /There is to\/.* already/ });
      await question.waitFor();
      const name = /to\/(\w)\.txt/.exec((await question.textContent()) ?? '')?.[1] ?? '?';
      given[answer] = name;
      // From the keyboard: the first answer has the focus.
      await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe('Skip');
      await picture(page, 'conflict');
      await expectAccessible(page);
      for (let step = ['Skip', 'Keep both', 'Replace it'].indexOf(answer); step > 0; step--) await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await expect.poll(() => page.getByText(`There is to/${name}.txt already`).count()).toBe(0);
    }
    await page.getByText('4 objects moved. 1 skipped.').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click();
    const [skipped, both, replaced] = [given.Skip, given['Keep both'], given['Replace it']];
    const expected: Record<string, string> = { 'to/': '', 'to/deep/d.txt': 'new deep/d.txt' };
    expected[`from/${skipped}.txt`] = `new ${skipped}.txt`;
    expected[`to/${skipped}.txt`] = `old ${skipped}.txt`;
    expected[`to/${both}.txt`] = `old ${both}.txt`;
    expected[`to/${both} (2).txt`] = `new ${both}.txt`;
    expected[`to/${replaced}.txt`] = `new ${replaced}.txt`;
    expect(await everythingIn('one-by-one')).toEqual(expected);
    expect(complaints).toEqual([]);
    await close();
  });

  describe.each([
    ['Skip', { from: 120, to: 130, news: 10 }],
    ['Keep both', { from: 0, to: 250, news: 130 }],
    ['Replace it', { from: 0, to: 130, news: 130 }],
  ] as const)('asked about all at once: %s', (answer, expected) => {
    test('answers for those that wait and those to come', async () => {
      const bucket = `all-${answer.toLowerCase().replaceAll(' ', '-')}`;
      const key = (folder: string, index: number) => `${folder}/${String(index).padStart(3, '0')}`;
      await fill(bucket, [...numbers(130).map((index) => [key('from', index), 'new'] as const)]);
      await fill(bucket, [...numbers(120).map((index) => [key('to', index), 'old'] as const)]);
      const { page, complaints, close } = await signedIn({ path: `/buckets/${bucket}` });
      await renamed(page, 'from', 'to');
      await page.getByRole('dialog').getByLabel('Do the same with all others').check();
      await page.getByRole('dialog').getByRole('button', { name: answer }).click();
      if (answer === 'Skip') await page.getByText('10 objects moved. 120 skipped.').waitFor();
      else await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
      const found = Object.entries(await everythingIn(bucket));
      const under = (folder: string) => found.filter(([name]) => name.startsWith(`${folder}/`));
      const news = under('to').filter(([, body]) => body === 'new');
      expect({ from: under('from').length, to: under('to').length, news: news.length }).toEqual(expected);
      expect(complaints).toEqual([]);
      await close();
    });
  });
});

describe('a move', () => {
  test('overwrites nothing that comes to be there in the last moment', async () => {
    await fill('late', [['from/x.txt', 'mine']]);
    const { page, close } = await signedIn({ path: '/buckets/late' });
    let isFirst = true;
    await page.route(/\/late\/to\/x\.txt$/, async (route) => {
      if (isFirst && route.request().method() === 'PUT') await fill('late', [['to/x.txt', 'theirs']]);
      isFirst = false;
      await route.continue();
    });
    await renamed(page, 'from', 'to');
    await page.getByText('There is to/x.txt already').waitFor();
    expect(await everythingIn('late')).toEqual({ 'from/x.txt': 'mine', 'to/x.txt': 'theirs' });
    // Given up half-way, both are where they were.
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
    expect(await everythingIn('late')).toEqual({ 'from/x.txt': 'mine', 'to/x.txt': 'theirs' });
    await close();
  });

  test('deletes no original that was written anew after it was copied, and says so', async () => {
    await fill('anew', [
      ['from/x.txt', 'first'],
      ['from/y.txt', 'other'],
    ]);
    const { page, close } = await signedIn({ path: '/buckets/anew' });
    await page.route(/[?&]delete/, async (route) => {
      if (route.request().method() === 'POST') await fill('anew', [['from/x.txt', 'second']]);
      await route.continue();
    });
    await renamed(page, 'from', 'to');
    await page.getByText('1 object stayed where it is.').waitFor();
    await page.getByText('It was changed meanwhile.').waitFor();
    await picture(page, 'move-failed');
    expect(await everythingIn('anew')).toEqual({ 'from/x.txt': 'second', 'to/x.txt': 'first', 'to/y.txt': 'other' });
    await close();
  });

  test('goes on with the others where one is refused, and tells which and why', async () => {
    const long = 'n'.repeat(1000);
    const names = ['<img src=x onerror=alert(1)>', 'line\nbreak', 'a\u202egpj', '%2e%2e', "it's +1.txt"];
    await fill('odd-moves', [...names.map((name) => [`f/${name}`, name] as const), [`f/${long}`, 'long']]);
    const { page, complaints, close } = await signedIn({ path: '/buckets/odd-moves' });
    await renamed(page, 'f', 'a-folder-with-a-longer-name');
    await page.getByText('5 objects moved.').waitFor();
    await page.getByText('1 object stayed where it is.').waitFor();
    await page.getByText('A path has at most 1,024 bytes.').waitFor();
    const moved = names.map((name) => [`a-folder-with-a-longer-name/${name}`, name] as const);
    expect(await everythingIn('odd-moves')).toEqual({ ...Object.fromEntries(moved), [`f/${long}`]: 'long' });
    expect(complaints).toEqual([]);
    await close();
  });
});

describe('a copy', () => {
  test('leaves the original, and takes a free name by itself', async () => {
    await fill('copies', [
      ['report.pdf', 'report'],
      ['docs/a.txt', 'a'],
    ]);
    const { page, complaints, close } = await signedIn({ path: '/buckets/copies' });
    await chosen(page, 'report.pdf', 'Copy to…');
    expect(await page.getByLabel('New name').inputValue()).toBe('report (2).pdf');
    await page.getByLabel('New name').press('Enter');
    await page.getByRole('grid').getByText('report (2).pdf').waitFor();
    await chosen(page, 'docs', 'Copy to…');
    await page.getByLabel('New name').fill('docs/inside');
    await page.keyboard.press('Enter');
    await page.getByText('A folder can not go into itself.').waitFor();
    await page.getByLabel('New name').fill('more');
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'more' }).waitFor();
    expect(await everythingIn('copies')).toEqual({
      'docs/a.txt': 'a',
      'more/a.txt': 'a',
      'report (2).pdf': 'report',
      'report.pdf': 'report',
    });
    expect(complaints).toEqual([]);
    await close();
  });
});

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

async function chosen(page: Page, name: string, item: string): Promise<void> {
  const row = page
    .getByRole('grid')
    .getByRole('row')
    .filter({ has: page.getByText(name, { exact: true }) });
  await row.getByRole('button', { name: 'Actions for' }).click();
  await page.getByRole('menuitem', { name: item }).click();
}

async function renamed(page: Page, name: string, to: string): Promise<void> {
  await chosen(page, name, 'Rename or move');
  await page.getByLabel('New name').fill(to);
  await page.keyboard.press('Enter');
}

async function fill(bucket: string, objects: readonly (readonly [key: string, body: string])[]): Promise<void> {
  await makeBucket(server, bucket).catch((error: Error) => {
    if (!error.message.includes('BucketAlreadyOwnedByYou')) throw error;
  });
  await Promise.all(
    objects.map(async ([key, body]) => {
      const answer = await fetch(presign({ method: 'PUT', bucket, key, ...where }).url, { method: 'PUT', body });
      if (!answer.ok) throw new Error(await answer.text());
    }),
  );
}

async function everythingIn(bucket: string): Promise<Readonly<Record<string, string>>> {
  const { url } = presign({ method: 'GET', bucket, query: { 'list-type': 2, 'encoding-type': 'url' }, ...where });
  const text = await (await fetch(url)).text();
  const keys = [...text.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = '']) => decodeURIComponent(key.replaceAll('+', ' ')));
  const bodies = keys.map(async (key) => [key, await (await fetch(presign({ method: 'GET', bucket, key, ...where }).url)).text()] as const);
  return Object.fromEntries(await Promise.all(bodies));
}
