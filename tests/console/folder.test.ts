/** A folder in another order than S3 lists it, and its addresses: what is looked at can be passed on, and the back button takes it back. */
import { presign } from '@latchkey/sigv4';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect } from 'vitest';
import { makeBucket } from '../support/arrange.ts';
import { consoleOf, expectAccessible, picture, signIn } from '../support/console-page.ts';
import { fillBucket } from '../support/fill-bucket.ts';
import { needs } from '../support/programs.ts';
import { serveForThisFile } from '../support/served.ts';

const server = await serveForThisFile();
const { open, signedIn } = consoleOf(server);
const test = needs('chromium');
const SIZES = { 'a.txt': 30, 'b<b>.txt': 10, 'c\u202e.txt': 20, 'docs/x': 1, 'z/y': 1 };

beforeAll(async () => {
  await makeBucket(server, 'box');
  await makeBucket(server, 'large');
  const where = { region: server.region, endpoint: server.endpoint, credentials: server.credentials, expiresIn: '5m' } as const;
  for (const [key, size] of Object.entries(SIZES)) {
    const { url } = presign({ method: 'PUT', bucket: 'box', key, ...where });
    expect((await fetch(url, { method: 'PUT', body: 'x'.repeat(size) })).status).toBe(200);
  }
  await fillBucket(server, 'large', 5001, (index) => `group-${index % 2}-${String(index).padStart(5, '0')}`);
});

const head = (page: Page, name: string) => page.getByRole('columnheader', { name, exact: true });
const names = (page: Page) => page.locator('.object-space .cell-name').allInnerTexts();
const panel = (page: Page) => page.getByRole('complementary');
const query = (page: Page) => Object.fromEntries(new URL(page.url()).searchParams);

describe('a folder', () => {
  test('is sorted by the heads of its columns, with the keys too, folders first', async () => {
    const { page, complaints, close } = await signedIn({ path: '/buckets/box', bypassCSP: true });
    await expect.poll(() => names(page)).toEqual(['a.txt', 'b<b>.txt', 'c⟨U+202E⟩.txt', 'docs', 'z']);
    expect(await head(page, 'Name').getAttribute('aria-sort')).toBe('ascending');
    await head(page, 'Size').getByRole('button').click();
    await expect.poll(() => names(page)).toEqual(['docs', 'z', 'b<b>.txt', 'c⟨U+202E⟩.txt', 'a.txt']);
    expect(await head(page, 'Size').getAttribute('aria-sort')).toBe('ascending');
    expect(await head(page, 'Name').getAttribute('aria-sort')).toBe('none');
    await picture(page, 'sorted');
    await expectAccessible(page);
    await page.keyboard.press('Enter');
    await expect.poll(() => names(page)).toEqual(['docs', 'z', 'a.txt', 'c⟨U+202E⟩.txt', 'b<b>.txt']);
    expect(await head(page, 'Size').getAttribute('aria-sort')).toBe('descending');
    expect(query(page)).toEqual({ sort: '-size' });

    // The keys walk through what is seen, and what is put in comes to its place.
    await page.getByRole('grid').focus();
    await page.keyboard.press('End');
    await panel(page).and(page.getByLabel('Properties of b<b>.txt')).waitFor();
    await page
      .locator('.tools input[type=file]')
      .first()
      .setInputFiles([{ name: 'new.txt', mimeType: 'text/plain', buffer: Buffer.alloc(25) }]);
    await expect.poll(() => names(page)).toEqual(['docs', 'z', 'a.txt', 'new.txt', 'c⟨U+202E⟩.txt', 'b<b>.txt']);
    await page.reload();
    await expect.poll(() => names(page)).toEqual(['docs', 'z', 'a.txt', 'new.txt', 'c⟨U+202E⟩.txt', 'b<b>.txt']);
    await head(page, 'Name').getByRole('button').click();
    await expect.poll(async () => (await names(page))[0]).toBe('a.txt');
    expect(query(page).sort).toBeUndefined();
    expect(complaints).toEqual([]);
    await close();
  });

  test('that is too large to be sorted stays in its order and says why, until a filter makes it shorter', async () => {
    const { page, complaints, close } = await signedIn({ path: '/buckets/large' });
    const listings: string[] = [];
    page.on('request', (request) => request.url().includes('list-type') && listings.push(request.url()));
    await page.getByText('1,000 loaded, and there are more').waitFor();
    await head(page, 'Modified').getByRole('button').click();
    await page.getByText('this list has more than 5,000 items').first().waitFor();
    expect(await head(page, 'Name').getAttribute('aria-sort')).toBe('ascending');
    expect(await head(page, 'Modified').getAttribute('aria-sort')).toBe('none');
    expect(listings.length).toBeLessThanOrEqual(6);
    await picture(page, 'not-sorted');
    await page.keyboard.press('/');
    // The head has the focus still, which is no place to type.
    await page.keyboard.type('group-1');
    await page.getByText('2,500 items').waitFor();
    await expect.poll(() => head(page, 'Modified').getAttribute('aria-sort')).toBe('ascending');
    expect(await page.getByText('this list has more than').count()).toBe(0);
    expect(query(page)).toEqual({ filter: 'group-1', sort: 'modified' });
    expect(complaints).toEqual([]);
    await close();
  });
});

describe('the back button', () => {
  test('closes a preview, then the properties, then leaves the folder; and forward opens them again', async () => {
    const { page, complaints, close } = await signedIn();
    await page.getByRole('link', { name: 'box' }).click();
    await page.getByRole('grid').getByText('a.txt', { exact: true }).click();
    await panel(page).waitFor();
    // Going on to another object is not another step.
    await page.keyboard.press('ArrowDown');
    await panel(page).and(page.getByLabel('Properties of b<b>.txt')).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'b<b>.txt' }).waitFor();
    expect(query(page)).toEqual({ key: 'b<b>.txt', view: 'preview' });
    await page.goBack();
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
    expect(query(page)).toEqual({ key: 'b<b>.txt' });
    await page.goBack();
    await expect.poll(() => panel(page).count()).toBe(0);
    expect(await page.getByRole('row', { selected: true }).count()).toBe(0);
    expect(query(page)).toEqual({});
    await page.goForward();
    await panel(page).and(page.getByLabel('Properties of b<b>.txt')).waitFor();
    await page.goForward();
    await page.getByRole('dialog', { name: 'b<b>.txt' }).waitFor();

    // Closing by a button leaves nothing behind that one would have to go back through.
    await page.keyboard.press('Escape');
    await expect.poll(() => query(page)).toEqual({ key: 'b<b>.txt' });
    await page.getByRole('button', { name: 'Close the properties' }).click();
    await expect.poll(() => query(page)).toEqual({});
    await page.goBack();
    await page.getByRole('heading', { name: 'Buckets' }).waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  test('is not needed after an address that was passed on: a preview closes to its folder', async () => {
    const key = encodeURIComponent('c\u202e.txt');
    const { page, complaints, close } = await signedIn({ path: `/buckets/box?key=${key}&view=preview` });
    const dialog = page.getByRole('dialog', { name: 'c⟨U+202E⟩.txt' });
    await dialog.waitFor();
    await dialog.getByRole('button', { name: 'Previous' }).click();
    await page.getByRole('dialog', { name: 'b<b>.txt' }).waitFor();
    expect(query(page)).toEqual({ key: 'b<b>.txt', view: 'preview' });
    await page.keyboard.press('Escape');
    await panel(page).and(page.getByLabel('Properties of b<b>.txt')).waitFor();
    await page.getByRole('button', { name: 'Close the properties' }).click();
    await expect.poll(() => query(page)).toEqual({});
    // Nobody can be sent to what no browser can address, nor to a view that there is not.
    await page.goto(`${server.console}/buckets/box?key=a/../b&view=preview`);
    await page.getByText('Browsers can not address it').waitFor();
    expect(await page.getByRole('dialog').count()).toBe(0);
    await page.goto(`${server.console}/buckets/box?key=a.txt&view=<script>&sort=__proto__`);
    await panel(page).and(page.getByLabel('Properties of a.txt')).waitFor();
    expect(await page.getByRole('dialog').count()).toBe(0);
    expect(complaints).toEqual([]);
    await close();
  });

  test('closes the properties on a phone, where they are a page', async () => {
    const { page, close } = await open({ path: '/buckets/box', viewport: { width: 360, height: 740 }, hasTouch: true });
    await signIn(page, server.credentials);
    await page.getByRole('grid').getByText('a.txt', { exact: true }).tap();
    await panel(page).waitFor();
    await picture(page, 'panel-phone');
    expect(await page.getByRole('grid').count()).toBe(0);
    await page.goBack();
    await page.getByRole('grid').getByText('a.txt', { exact: true }).waitFor();
    await close();
  });
});
