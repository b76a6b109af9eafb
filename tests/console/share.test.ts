/** Sharing from the console: each limit is one that the server holds, and what is shown after it works as it stands there. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect } from 'vitest';
import { makeBucket, putObjects } from '../support/arrange.ts';
import { consoleOf, expectAccessible, picture } from '../support/console-page.ts';
import { needs } from '../support/programs.ts';
import { serveForThisFile } from '../support/served.ts';

const server = await serveForThisFile();
const { signedIn } = consoleOf(server);
const test = needs('chromium');
const shell = promisify(execFile);

beforeAll(async () => {
  await makeBucket(server, 'box');
  await putObjects(server, 'box', ['docs/plan.txt', "docs/it's $(here).txt", 'docs/other.txt', 'tour.mp4']);
});

const share = (key: string) => `/share?bucket=box&key=${encodeURIComponent(key)}`;
const dialog = (page: Page) => page.locator('dialog[open]');
const create = (page: Page) => page.getByRole('button', { name: 'Create & copy link' }).click();
const urlIn = async (page: Page) => {
  await page.getByText('The link is made.').waitFor();
  return page.getByRole('textbox', { name: 'Link', exact: true }).inputValue();
};
const open = (page: Page) => page.getByText('More limits').click();
const status = async (url: string, options?: RequestInit) => (await fetch(url, options)).status;

describe('a link', () => {
  test('is made by one button, works at once, is counted down, and is refused once it is revoked', async () => {
    const { page, complaints, close } = await signedIn({ path: share('docs/plan.txt') });
    await page.getByRole('button', { name: '5 min' }).click();
    await page.getByText('Until').waitFor();
    await picture(page, 'share-draft');
    await create(page);
    const url = await urlIn(page);
    await picture(page, 'share-made');
    expect(await (await fetch(url)).text()).toBe('docs/plan.txt');
    expect(await dialog(page).locator('time').textContent()).toMatch(/^Ends in [45]:\d\d$/);
    await page.getByRole('button', { name: 'Revoke' }).click();
    await page.getByText('Revoked. Anyone who opens it now is refused.').first().waitFor();
    expect(await status(url)).toBe(403);
    expect(complaints).toEqual([]);
    await close();
  });

  test('has every limit that was chosen', async () => {
    const { page, close } = await signedIn({ path: share('docs/plan.txt') });
    await open(page);
    await page.getByLabel('Uses').fill('1');
    await page.getByLabel('the file itself').check();
    await page.getByRole('button', { name: 'Add mine, 127.0.0.1' }).click();
    await page.getByLabel('Save as').fill('plan für Ann.txt');
    await page.getByLabel('Browsers').selectOption({ label: 'save it' });
    await page.getByLabel('Label').fill('for Ann');
    await page.getByLabel('Speed limit').fill('500');
    await page.getByLabel('Note').fill('as promised');
    await create(page);
    const url = await urlIn(page);
    const first = await fetch(url);
    expect(first.status).toBe(200);
    expect(first.headers.get('content-disposition')).toContain("filename*=UTF-8''plan%20f%C3%BCr%20Ann.txt");
    expect(await status(url)).toBe(403);
    await page.getByRole('link', { name: 'Details' }).click();
    await page.getByText('1 of 1 uses, from 127.0.0.1, 500 kB/s').waitFor();
    await page.getByText('as promised').waitFor();
    await close();
  });

  test('may begin later, and says so wherever it stands', async () => {
    const { page, close } = await signedIn({ path: share('docs/plan.txt') });
    await open(page);
    const inMinutes = (minutes: number) => {
      const time = new Date(Date.now() + minutes * 60_000);
      return new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
    };
    await page.getByLabel('Works from').fill(inMinutes(90));
    await create(page);
    await page.getByText('It would be over before it begins.').waitFor();
    await expect.poll(() => page.getByLabel('Works from').evaluate((field) => field === document.activeElement)).toBe(true);
    await page.getByLabel('Works from').fill(inMinutes(30));
    await picture(page, 'share-later');
    await create(page);
    const early = await fetch(await urlIn(page));
    expect([early.status, await early.text()]).toEqual([403, expect.stringContaining('Request is not valid yet')]);
    await page.getByRole('link', { name: 'Details' }).click();
    await page.getByText('not yet').waitFor();
    await page
      .locator('dd')
      .getByText(/^from \w{3},? /)
      .waitFor();
    await close();
  });

  test('for one use becomes a page, which looking at does not use up', async () => {
    const { page, close } = await signedIn({ path: share('docs/plan.txt') });
    await open(page);
    await page.getByLabel('Uses').fill('1');
    expect(await page.getByLabel('a page with a button').isChecked()).toBe(true);
    await create(page);
    const url = await urlIn(page);
    expect(url).toContain('/l/');
    for (let i = 0; i < 3; i++) expect(await status(url)).toBe(200);
    const download = () => fetch(url, { method: 'POST', body: new URLSearchParams({ action: 'download' }) });
    expect(await (await download()).text()).toBe('docs/plan.txt');
    expect((await download()).status).toBe(410);
    await close();
  });

  test('has a page that asks for a password', async () => {
    const { page, close } = await signedIn({ path: share('docs/plan.txt') });
    await open(page);
    await page.getByRole('button', { name: 'Suggest one' }).click();
    const password = await page.getByLabel('Password').inputValue();
    expect(password).toMatch(/^(?:[a-z2-9]{4}-){4}[a-z2-9]{4}$/);
    await create(page);
    const url = await urlIn(page);
    const attempt = (word: string) => fetch(url, { method: 'POST', body: new URLSearchParams({ action: 'download', password: word }) });
    expect((await attempt('open sesame')).status).toBe(403);
    expect(await (await attempt(password)).text()).toBe('docs/plan.txt');
    await close();
  });

  test('says at its field what is wrong, by its own rule or the server’s, and takes the keyboard there', async () => {
    const { page, close } = await signedIn({ path: share('docs/plan.txt') });
    await open(page);
    await page.getByLabel('Uses').fill('often');
    await create(page);
    await page.getByText('A whole number, 1 or more.').waitFor();
    await expect.poll(() => page.getByLabel('Uses').evaluate((field) => field === document.activeElement)).toBe(true);
    await page.getByLabel('Uses').fill('');
    await page.getByLabel('Addresses').fill('somewhere');
    await create(page);
    await page.getByText('The term sourceIp lists').waitFor();
    await picture(page, 'share-wrong');
    await close();
  });

  test('warns that an address of this computer is of no use to others', async () => {
    const { page, close } = await signedIn({ path: share('docs/plan.txt') });
    await page.getByText('which only works on this computer').waitFor();
    await close();
  });

  test('is copied where the browser gives the clipboard, and stands selected where it does not', async () => {
    const { page, close } = await signedIn({ path: share('docs/plan.txt') });
    await page.evaluate(() => {
      // As over plain HTTP: no clipboard, and copying by a command that somebody has forbidden.
      Object.defineProperty(navigator, 'clipboard', { value: undefined });
      document.execCommand = () => false;
    });
    await create(page);
    await page.getByText('Not copied: press Ctrl+C.').first().waitFor();
    const url = await urlIn(page);
    expect(await page.evaluate(() => getSelection()?.toString() ?? '')).toBe(url);
    await close();
  });
});

describe('several files', () => {
  test('that were chosen in a list share one page, and one archive', async () => {
    const { page, complaints, close } = await signedIn({ path: '/buckets/box?prefix=docs/' });
    for (const name of ['other.txt', 'plan.txt'])
      await page
        .getByRole('row')
        .filter({ has: page.getByText(name, { exact: true }) })
        .getByRole('checkbox')
        .check();
    await page.getByRole('button', { name: 'Share', exact: true }).first().click();
    await dialog(page).getByRole('heading', { name: 'Share 2 objects' }).waitFor();
    await create(page);
    const url = await urlIn(page);
    const listed = await (await fetch(url)).text();
    expect([listed.includes('plan.txt'), listed.includes('other.txt'), listed.includes('$(here)')]).toEqual([true, true, false]);
    expect(complaints).toEqual([]);
    await close();
  });

  test('of a folder share one, too', async () => {
    const { page, close } = await signedIn({ path: '/share?bucket=box&prefix=docs/' });
    await create(page);
    expect(await (await fetch(await urlIn(page))).text()).toContain('plan.txt');
    await close();
  });
});

describe('snippets', () => {
  test('work in a shell as they stand, whatever the file is called', async () => {
    const { page, close } = await signedIn({ path: share("docs/it's $(here).txt") });
    await create(page);
    await urlIn(page);
    await page.getByRole('button', { name: 'curl', exact: true }).click();
    const line = await page.getByLabel('curl snippet', { exact: true }).inputValue();
    await shell('/bin/sh', ['-c', line], { cwd: server.scratch });
    expect(await readFile(`${server.scratch}/it's $(here).txt`, 'utf8')).toBe("docs/it's $(here).txt");
    await close();
  });

  test('draw a QR code without asking anybody', async () => {
    const { page, complaints, close } = await signedIn({ path: share('tour.mp4') });
    await create(page);
    await urlIn(page);
    await page.getByRole('button', { name: 'QR code' }).click();
    await page.getByRole('img', { name: 'QR code' }).waitFor();
    await picture(page, 'share-qr');
    expect(complaints).toEqual([]);
    await close();
  });
});

describe('uploads', () => {
  test('replace one file, up to a size', async () => {
    const { page, close } = await signedIn({ path: share('docs/other.txt') });
    await page.getByLabel('replace this file').check();
    await page.getByLabel('Largest file, MB').fill('0.001');
    await create(page);
    const url = await urlIn(page);
    expect(await status(url, { method: 'PUT', body: 'x'.repeat(1001) })).toBe(400);
    expect(await status(url, { method: 'PUT', body: 'new' })).toBe(200);
    await close();
  });

  test('come through a form that is ready to be put into a page', async () => {
    const { page, close } = await signedIn({ path: '/share?bucket=box&prefix=in/&action=upload' });
    await page.getByLabel('an HTML form').check();
    await page.getByRole('button', { name: 'Create form' }).click();
    const html = await page.getByRole('textbox', { name: 'HTML form snippet' }).inputValue();
    const action = /action="([^"]+)"/.exec(html)?.[1] ?? '';
    const form = new FormData();
    for (const [, name = '', value = ''] of html.matchAll(/name="([^"]+)" value="([^"]*)"/g))
      form.append(name, value.replaceAll('&quot;', '"'));
    form.append('file', new Blob(['from a form']), 'mine.txt');
    expect((await fetch(action, { method: 'POST', body: form })).status).toBe(204);
    await close();
  });

  test('are requested on a page, delivered by a guest, and seen to arrive', async () => {
    const { page, close } = await signedIn({ path: '/share?bucket=box&prefix=asked/&action=upload' });
    await open(page);
    await page.getByLabel('Files', { exact: true }).fill('2');
    await page.getByLabel('Label').fill('photos of Ann');
    await picture(page, 'request-draft');
    await create(page);
    const url = await urlIn(page);
    expect(url).toContain('/r/');

    const guest = await page.context().browser()?.newPage();
    await guest?.goto(url);
    await guest
      ?.locator('input[type=file]')
      .first()
      .setInputFiles({ name: 'cat.txt', mimeType: 'text/plain', buffer: Buffer.from('meow') });
    await guest?.getByText('Delivered', { exact: false }).first().waitFor();
    await guest?.close();

    await page.getByRole('link', { name: 'Details' }).click();
    await page.getByRole('link', { name: 'cat.txt' }).waitFor();
    await page.getByText('1 of 2 files, 4 B').waitFor();
    await picture(page, 'request');
    await page.getByRole('button', { name: 'Close', exact: true }).click();
    await dialog(page).getByRole('button', { name: 'Close', exact: true }).last().click();
    await page.getByText('closed', { exact: false }).first().waitFor();
    expect(await (await fetch(url)).text()).not.toContain('type="file"');
    await close();
  });
});

describe('the keyboard alone', () => {
  test('chooses, makes, copies and revokes, and comes back to where it was', async () => {
    const { page, complaints, close } = await signedIn({ path: '/share', bypassCSP: true });
    await page.getByLabel('Bucket').focus();
    await page.keyboard.type('box');
    await page.keyboard.press('Tab');
    await page.keyboard.type('docs/plan.txt');
    await page.keyboard.press('Enter');
    await dialog(page).getByRole('button', { name: '1 hr' }).waitFor();
    await expectAccessible(page);
    // The first choice has the focus: on to the presets, and press one.
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('type'))).toBe('radio');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    expect(await dialog(page).getByRole('button', { name: '5 min' }).getAttribute('aria-pressed')).toBe('true');
    // Return in a field is the button.
    for (let i = 0; i < 5; i++) await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    const url = await urlIn(page);
    expect(await status(url)).toBe(200);
    await expectAccessible(page);
    // The field has the focus; the buttons follow in the order in which they stand.
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Link');
    for (let i = 0; i < 12; i++) {
      await page.keyboard.press('Tab');
      if ((await page.evaluate(() => document.activeElement?.textContent)) === 'Revoke') break;
    }
    await page.keyboard.press('Enter');
    await page.getByText('Revoked. Anyone who opens it now is refused.').first().waitFor();
    expect(await status(url)).toBe(403);
    await page.keyboard.press('Escape');
    await dialog(page).waitFor({ state: 'detached' });
    expect(complaints).toEqual([]);
    await close();
  });
});
