/** The search over everything: by the keys from anywhere to a page, a bucket, an object or a link, whatever they are called. */
import { sign } from '@latchkey/sigv4/sign';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect } from 'vitest';
import { makeBucket, putObjects } from '../support/arrange.ts';
import { consoleOf, expectAccessible, picture, signIn } from '../support/console-page.ts';
import { needs } from '../support/programs.ts';
import { serveForThisFile } from '../support/served.ts';

const server = await serveForThisFile();
const { open, signedIn } = consoleOf(server);
const test = needs('chromium');
const ODD = [
  '<img src=x onerror=alert(1)>.txt',
  'odd\nline.txt',
  'odd\u202egpj.exe',
  'odd/../up.txt',
  'odd//twice/',
  'odd %2e%2e&key=x#y?z+.txt',
  `long-${'n'.repeat(1019)}`,
];

beforeAll(async () => {
  await makeBucket(server, 'team-files');
  await makeBucket(server, 'photos');
  const many = Array.from({ length: 40 }, (_, index) => `many/${index}.txt`);
  await putObjects(server, 'team-files', ['2026/plan.txt', '2026/q1/report.pdf', 'report-top.txt', ...many]);
  await putObjects(server, 'photos', ['cats/tom.jpg']);
});

const field = (page: Page) => page.getByRole('combobox');
const options = (page: Page) => page.getByRole('option');
const chosen = (page: Page) => page.getByRole('option', { selected: true });

/** What is typed before it is there, is typed into the page. */
async function openSearch(page: Page, key = 'Control+k'): Promise<void> {
  await page.keyboard.press(key);
  await expect.poll(() => focused(page)).toMatch(/^Search/);
}

describe('search', () => {
  test('is there from everywhere by Ctrl K, and leads to pages, buckets and objects by the keys alone', async () => {
    const { page, complaints, close } = await signedIn();
    await page.getByRole('heading', { name: 'Buckets' }).waitFor();
    await openSearch(page);
    await page.keyboard.type('audit');
    await page.getByRole('status').filter({ hasText: '1 found.' }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Audit' }).waitFor();

    await openSearch(page, 'Meta+k');
    await page.keyboard.type('photo');
    await options(page).filter({ hasText: 'photos' }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'photos' }).waitFor();

    // Another bucket by its name, then down and up again through what is in it.
    await openSearch(page);
    await page.keyboard.type('team-files/2026/');
    await options(page).filter({ hasText: 'plan.txt' }).waitFor();
    await page.keyboard.press('ArrowDown');
    expect(await chosen(page).textContent()).toContain('q1');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    await page.getByRole('complementary', { name: 'Properties of plan.txt' }).waitFor();
    expect(new URL(page.url()).search).toBe('?prefix=2026/&key=2026/plan.txt');

    // In this folder and at the top of its bucket; `/` is still the filter.
    await openSearch(page);
    await page.keyboard.type('re');
    await options(page).filter({ hasText: 'report-top.txt' }).waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
    await page.keyboard.press('/');
    expect(await focused(page)).toBe('Filter by the beginning of the name');
    await page.goBack();
    await page.getByRole('heading', { name: 'photos' }).waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  test('gives the focus back, opens beside no other dialog, and asks for no more than it shows', async () => {
    const { page, close } = await signedIn({ path: '/buckets/team-files' });
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.getByRole('button', { name: 'New folder' }).click();
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Control+k');
    expect(await page.getByRole('dialog').count()).toBe(1);
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
    asked.length = 0;
    await page.getByRole('button', { name: 'Search' }).click();
    await field(page).waitFor();
    await page.keyboard.type('many/');
    await expect.poll(() => options(page).filter({ hasText: '.txt' }).count()).toBe(8);
    const listings = asked.filter((url) => url.includes('list-type'));
    expect(listings).toHaveLength(1);
    expect(new URL(listings[0] ?? '').searchParams.get('max-keys')).toBe('8');
    await page.keyboard.press('Escape');
    await expect.poll(() => page.evaluate(() => document.activeElement?.className)).toBe('button search-button');
    await close();
  });

  test('finds links by their label, whole or in part, and by their id', async () => {
    const id = await newLink({ bucket: 'team-files', key: '2026/plan.txt', label: 'for <b>Ann</b> \u202eat' });
    const { page, complaints, close } = await signedIn();
    for (const typed of ['ann', id, id.toLowerCase()]) {
      await page.keyboard.press('Control+k');
      await field(page).fill(typed);
      await options(page).filter({ hasText: 'for <b>Ann</b> ⟨U+202E⟩at' }).click();
      await page.waitForURL(`**/links/${id}`);
    }
    expect(complaints).toEqual([]);
    await close();
  });

  test('shows names that mean harm as what they are, and leads to just those', async () => {
    await makeBucket(server, 'odd');
    await putObjects(
      server,
      'odd',
      ODD.filter((name) => !name.includes('..')),
    );
    const { page, complaints, close } = await signedIn({ path: '/buckets/odd' });
    for (const name of ODD.filter((name) => !name.includes('/'))) {
      await page.keyboard.press('Control+k');
      await field(page).fill(name.slice(0, 1020).replace(/\n.*/s, ''));
      const keys = () =>
        options(page).evaluateAll((all) => all.map((each) => new URL((each as HTMLAnchorElement).href).searchParams.get('key')));
      await expect.poll(keys).toContain(name);
      await options(page)
        .nth((await keys()).indexOf(name))
        .click();
      await expect.poll(() => new URL(page.url()).searchParams.get('key')).toBe(name);
      await page.locator('.panel .panel-facts').first().waitFor();
    }
    await page.keyboard.press('Control+k');
    await field(page).fill('odd');
    await options(page).filter({ hasText: 'odd⟨U+202E⟩gpj.exe' }).waitFor();
    await options(page).filter({ hasText: 'odd␊line.txt' }).waitFor();
    await picture(page, 'search-odd');
    // Longer than any key: nothing is asked, nothing breaks.
    await field(page).fill('x'.repeat(2000));
    await page.getByText('Nothing found.').waitFor();
    await field(page).fill('s3://odd/odd/../');
    await page.getByText('1 found.').waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  test('says what it could not search, and finds the rest', async () => {
    const { page, close } = await signedIn({ path: '/buckets/team-files' });
    await page.route(/list-type=2.*prefix=re/, (route) =>
      route.fulfill({
        status: 403,
        contentType: 'application/xml',
        headers: { 'access-control-allow-origin': '*' },
        body: '<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>',
      }),
    );
    await page.keyboard.press('Control+k');
    await field(page).fill('re');
    await page.getByText('Not everything could be searched: Access Denied').waitFor();
    await options(page).filter({ hasText: 'Requests' }).waitFor();
    await close();
  });
});

describe.each([
  { width: 1440, colorScheme: 'light' },
  { width: 1440, colorScheme: 'dark' },
  { width: 360, colorScheme: 'light' },
  { width: 360, colorScheme: 'dark' },
] as const)('at $width pixels, $colorScheme', ({ width, colorScheme }) => {
  test('search is accessible and as wide as its window', async () => {
    const { page, close } = await open({
      path: '/buckets/team-files',
      viewport: { width, height: 800 },
      colorScheme,
      bypassCSP: true,
      reducedMotion: 'reduce',
    });
    await signIn(page, server.credentials);
    await page.getByRole('heading', { name: 'team-files' }).waitFor();
    await page.getByRole('button', { name: 'Search' }).click();
    await field(page).fill('re');
    await options(page).filter({ hasText: 'report-top.txt' }).waitFor();
    await picture(page, `search-${width}-${colorScheme}`);
    await expectAccessible(page);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    await close();
  });
});

async function newLink(wanted: object): Promise<string> {
  const url = `${server.console}/api/v1/links`;
  const body = JSON.stringify(wanted);
  const { region, credentials } = server;
  const headers = { 'content-type': 'application/json' };
  const signed = sign({ method: 'POST', url, headers, body, region, service: 'latchkey', credentials });
  const answer = await fetch(url, { method: 'POST', headers: signed.headers, body });
  if (!answer.ok) throw new Error(await answer.text());
  return ((await answer.json()) as { readonly id: string }).id;
}

function focused(page: Page): Promise<string | null | undefined> {
  return page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
}
