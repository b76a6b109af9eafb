/** Buckets and objects: made, found, walked through with the keys, moved and deleted. */
import { presign, presignPost } from '@latchkey/sigv4';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect } from 'vitest';
import { makeBucket, putObjects } from '../support/arrange.ts';
import { consoleOf, picture } from '../support/console-page.ts';
import { needs } from '../support/programs.ts';
import { serveForThisFile } from '../support/served.ts';

const server = await serveForThisFile();
const { signedIn } = consoleOf(server);
const test = needs('chromium');

const grid = (page: Page) => page.getByRole('grid');
const row = (page: Page, name: string) =>
  grid(page)
    .getByRole('row')
    .filter({ has: page.getByText(name, { exact: true }) });
const at = (bucket: string, prefix = '') => `/buckets/${bucket}?prefix=${prefix}`;
const focusIsOn = (page: Page, label: string) =>
  page.evaluate((name) => document.activeElement?.getAttribute('aria-label') === name, label);

const where = { region: server.region, endpoint: server.endpoint, credentials: server.credentials };

async function keysIn(bucket: string): Promise<readonly string[]> {
  const { url } = presign({ method: 'GET', bucket, query: { 'list-type': 2 }, ...where, expiresIn: '5m' });
  return [...(await (await fetch(url)).text()).matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key]) => key ?? '');
}

beforeAll(async () => {
  await makeBucket(server, 'box');
  await putObjects(server, 'box', ['a.txt', 'b.txt', 'c.txt', 'docs/one.txt', 'docs/two.txt', 'docs/deep/three.txt', 'docs/deep/four.txt']);
});

describe('the first minute', () => {
  test('leads from an empty server over a bucket to a file', async () => {
    const { page, complaints, close } = await signedIn();
    // This file's server has a bucket; to the page it is as if there were none.
    await page.route(`${server.endpoint}/`, (route) =>
      route.request().method() === 'GET'
        ? route.fulfill({
            contentType: 'application/xml',
            headers: { 'access-control-allow-origin': '*' },
            body: '<ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>',
          })
        : route.continue(),
    );
    await page.reload();
    await page.getByRole('heading', { name: 'Share your first file' }).waitFor();
    await picture(page, 'first-run');
    const name = page.getByLabel('Name');
    await name.fill('Not A Name');
    await page.getByRole('button', { name: 'Create bucket' }).click();
    await page.getByText('Only small letters, digits, hyphens and dots.').waitFor();
    await name.fill('first-files');
    await page.getByRole('button', { name: 'Create bucket' }).click();
    await page.getByRole('heading', { name: 'first-files' }).waitFor();
    expect(await page.locator('[aria-current=step]').textContent()).toContain('Drop a file into it');
    await page
      .locator('.tools input[type=file]')
      .first()
      .setInputFiles([{ name: 'hello.txt', mimeType: 'text/plain', buffer: Buffer.from('hello') }]);
    await expect.poll(() => page.locator('[aria-current=step]').textContent()).toContain('Share it with a link');
    await picture(page, 'first-share');
    expect(complaints).toEqual([]);
    await close();
  });
});

describe('a bucket', () => {
  test('is made, and deleted once its name was typed and it is empty', async () => {
    const { page, close } = await signedIn();
    await page.getByRole('button', { name: 'Create bucket' }).click();
    await page.getByLabel('Name').fill('box');
    await page.getByRole('dialog').getByRole('button', { name: 'Create bucket' }).click();
    await page.getByText('There is a bucket of this name already.').waitFor();
    await page.getByLabel('Name').fill('short-lived');
    await page.keyboard.press('Enter');
    await page.getByText('Nothing here yet').waitFor();
    expect(new URL(page.url()).pathname).toBe('/buckets/short-lived');

    for (const [bucket, isEmpty] of [
      ['box', false],
      ['short-lived', true],
    ] as const) {
      await page.goto(`${server.console}/buckets`);
      await page.getByRole('button', { name: `Actions for ${bucket}` }).click();
      await page.getByRole('menuitem', { name: 'Delete bucket' }).click();
      const remove = page.getByRole('button', { name: `Delete ${bucket}` });
      expect(await remove.getAttribute('aria-disabled')).toBe('true');
      await page.getByLabel(`Type “${bucket}” to confirm`).fill(bucket);
      await remove.click();
      if (isEmpty) await expect.poll(() => page.getByRole('link', { name: bucket }).count()).toBe(0);
      else await page.getByText('There are objects in it').waitFor();
    }
    await close();
  });
});

describe('the list', () => {
  test('is walked with the keys alone: chosen, opened, filtered, deleted', async () => {
    const { page, complaints, close } = await signedIn({ path: at('box') });
    await row(page, 'c.txt').waitFor();
    await grid(page).focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    expect(await row(page, 'b.txt').getAttribute('aria-selected')).toBe('true');
    await page.getByRole('complementary', { name: 'Properties of b.txt' }).waitFor();
    await page.keyboard.press('Shift+ArrowDown');
    await page.getByText('2 selected').waitFor();
    await page.keyboard.press('Home');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'a.txt' }).getByText('a.txt', { exact: true }).last().waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
    expect(await focusIsOn(page, 'Objects in box/')).toBe(true);

    await page.keyboard.press('Shift+F10');
    await page.getByRole('menuitem', { name: 'Rename or move' }).waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => focusIsOn(page, 'Objects in box/')).toBe(true);
    await page.keyboard.press('Delete');
    await page.getByRole('dialog', { name: 'Delete a.txt?' }).waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
    await expect.poll(() => focusIsOn(page, 'Objects in box/')).toBe(true);
    await page.keyboard.press('End');
    // The row that it is on is marked, and only then is it the one that Enter opens.
    await expect.poll(() => row(page, 'docs').getAttribute('aria-selected')).toBe('true');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'docs' }).waitFor();
    await row(page, 'deep').waitFor();
    await grid(page).focus();
    await page.keyboard.press('Backspace');
    await row(page, 'a.txt').waitFor();
    await page.keyboard.press('/');
    expect(await focusIsOn(page, 'Filter by the beginning of the name')).toBe(true);
    await page.keyboard.type('b');
    await expect.poll(() => grid(page).getByRole('row').count()).toBe(2);
    expect(new URL(page.url()).searchParams.get('filter')).toBe('b');
    await page.keyboard.press('Escape');
    await row(page, 'c.txt').waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  test('opens where its address says, and goes back', async () => {
    const { page, close } = await signedIn({ path: '/buckets/box?prefix=docs/&key=docs/two.txt' });
    await page.getByRole('complementary', { name: 'Properties of two.txt' }).waitFor();
    await expect.poll(() => row(page, 'two.txt').getAttribute('aria-selected')).toBe('true');
    await page.getByRole('link', { name: 'deep' }).click();
    await row(page, 'three.txt').waitFor();
    await page.goBack();
    await row(page, 'two.txt').waitFor();
    await page.goto(`${server.console}/buckets/nowhere`);
    await page.getByText('There is no such bucket').waitFor();
    await page.goto(`${server.console}/no/such/page`);
    await page.getByText('There is no such page').waitFor();
    await close();
  });

  test('makes folders, renames, moves, tags and deletes', async () => {
    await makeBucket(server, 'desk');
    await putObjects(server, 'desk', ['draft.txt', 'notes.txt', 'old/x.txt', 'old/y/z.txt']);
    const { page, complaints, close } = await signedIn({ path: at('desk') });
    await page.getByRole('button', { name: 'New folder' }).click();
    await page.getByLabel('Name of the folder').fill('../up');
    await page.getByRole('dialog').getByRole('button', { name: 'New folder' }).click();
    await page.getByText('Parts of a path may not be').waitFor();
    await page.getByLabel('Name of the folder').fill('new');
    await page.keyboard.press('Enter');
    await row(page, 'new').waitFor();

    const menuOf = async (name: string, item: string) => {
      await row(page, name).getByRole('button', { name: 'Actions for' }).click();
      await page.getByRole('menuitem', { name: item }).click();
    };
    await menuOf('draft.txt', 'Rename or move');
    await page.getByLabel('New name').fill('notes.txt');
    await page.keyboard.press('Enter');
    await page.getByText('There is notes.txt already.').waitFor();
    await page.getByRole('button', { name: 'Skip', exact: true }).click();
    await page.getByText('1 skipped.').waitFor();
    await page.keyboard.press('Escape');
    await menuOf('draft.txt', 'Rename or move');
    await page.getByLabel('New name').fill('final.txt');
    await page.keyboard.press('Enter');
    await row(page, 'final.txt').waitFor();
    await menuOf('old', 'Rename or move');
    await page.getByLabel('New name').fill('old/inside');
    await page.keyboard.press('Enter');
    await page.getByText('A folder can not go into itself.').waitFor();
    await page.getByLabel('New name').fill('kept');
    await page.keyboard.press('Enter');
    await row(page, 'kept').waitFor();
    expect(await keysIn('desk')).toEqual(['final.txt', 'kept/x.txt', 'kept/y/z.txt', 'new/', 'notes.txt']);

    await row(page, 'final.txt').getByRole('checkbox').check();
    await row(page, 'notes.txt').getByRole('checkbox').check();
    await page.getByRole('button', { name: 'Move', exact: true }).click();
    await page.getByLabel('To the folder').fill('new');
    await page.keyboard.press('Enter');
    await expect.poll(() => keysIn('desk')).toEqual(['kept/x.txt', 'kept/y/z.txt', 'new/', 'new/final.txt', 'new/notes.txt']);

    await page.goto(`${server.console}/buckets/desk?prefix=new/&key=new/final.txt`);
    await page.getByRole('button', { name: 'Edit tags' }).click();
    await page.getByLabel('Tag', { exact: true }).fill('state');
    await page.getByLabel('Value', { exact: true }).fill('ready + done');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('listitem').filter({ hasText: 'state ready + done' }).waitFor();

    await page.goto(`${server.console}/buckets/desk`);
    await page.getByLabel('Select all that are loaded').check();
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    const remove = page.getByRole('button', { name: 'Delete 2 items' });
    expect(await remove.getAttribute('aria-disabled')).toBe('true');
    await picture(page, 'delete');
    await page.getByLabel('Type “delete” to confirm').fill('delete');
    await remove.click();
    await page.getByText('Nothing here yet').waitFor();
    expect(await keysIn('desk')).toEqual([]);
    expect(complaints).toEqual([]);
    await close();
  });
});

describe('names that mean harm', () => {
  const names = [
    '<img src=x onerror=alert(1)>.txt',
    '"><script>alert(1)</script>',
    'line\nbreak.txt',
    'invoice\u202Egpj.exe',
    'a&amp;b.txt',
    '%2e%2e%2f',
    "it's +100%.txt",
    '👩🏽‍🚀.txt',
    'con\u0001trol',
  ];
  test('are shown as what they are, found again by their address, and deleted', async () => {
    await makeBucket(server, 'odd');
    await putObjects(server, 'odd', names);
    // No URL that a browser or fetch sends can name it; a form can.
    const form = presignPost({ bucket: 'odd', key: 'dots/../up.txt', ...where, expiresIn: '5m' });
    const body = new FormData();
    for (const [name, value] of Object.entries(form.fields)) body.append(name, value);
    body.append('file', new Blob(['up']));
    expect((await fetch(form.url, { method: 'POST', body })).status).toBe(204);
    const { page, complaints, close } = await signedIn({ path: at('odd') });
    await expect.poll(() => grid(page).getByRole('row').count()).toBe(1 + names.length + 1);
    await picture(page, 'odd-names');
    expect(await row(page, 'invoice⟨U+202E⟩gpj.exe').count()).toBe(1);
    expect(await row(page, 'line␊break.txt').count()).toBe(1);
    for (const name of names) {
      await page.goto(`${server.console}/buckets/odd?key=${encodeURIComponent(name)}`);
      await page.locator('.panel .preview').getByText(name.slice(0, 4)).first().waitFor();
    }
    await page.goto(`${server.console}/buckets/odd?prefix=dots/&key=${encodeURIComponent('dots/../up.txt')}`);
    await page.getByText('Browsers can not address it').waitFor();
    await page.goto(`${server.console}/buckets/odd`);
    await page.getByLabel('Select all that are loaded').check();
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByLabel('Type “delete” to confirm').fill('delete');
    await page.getByRole('button', { name: `Delete ${names.length + 1} items` }).click();
    await page.getByText('Nothing here yet').waitFor();
    expect(complaints).toEqual([]);
    await close();
  });
});
