/** What is kept with an object beside its bytes, changed in its properties: to the letter, under a condition, and without losing what others wrote. */
import { presign } from '@latchkey/sigv4';
import { beforeAll, describe, expect } from 'vitest';
import { makeBucket } from '../support/arrange.ts';
import { consoleOf, expectAccessible, picture } from '../support/console-page.ts';
import { needs } from '../support/programs.ts';
import { serveForThisFile } from '../support/served.ts';

const server = await serveForThisFile();
const { signedIn } = consoleOf(server);
const test = needs('chromium');
const where = { region: server.region, endpoint: server.endpoint, credentials: server.credentials, expiresIn: '5m' } as const;

beforeAll(() => makeBucket(server, 'box'));

describe('the metadata of an object', () => {
  test('is changed with the keys alone, and what was not touched stays to the letter', async () => {
    await put('report.pdf', {
      'content-type': 'application/pdf',
      expires: 'Thu, 01 Jan 2032 00:00:00 GMT',
      'x-amz-meta-author': '=?UTF-8?Q?J=C3=B6rg?=',
      'x-amz-tagging': 'state=ready',
    });
    const { page, complaints, close } = await signedIn({ path: atKey('report.pdf') });
    await page.getByText('Jörg').waitFor();
    await page.getByRole('button', { name: 'Edit metadata' }).focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Edit metadata' });
    await dialog.getByLabel('Cache-Control').focus();
    await page.keyboard.type('max-age=60');
    await dialog.getByRole('button', { name: 'Add a name and value' }).focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => dialog.getByRole('textbox', { name: 'Name' }).count()).toBe(2);
    await page.keyboard.type('Recipient');
    await page.keyboard.press('Tab');
    await page.keyboard.type('Zoë 🚀');
    await picture(page, 'metadata');
    await page.keyboard.press('Enter');
    await page.getByText('Zoë 🚀').waitFor();
    await page.getByText('max-age=60').waitFor();
    const { headers, body } = await read('report.pdf');
    expect(headers).toMatchObject({
      'content-type': 'application/pdf',
      'cache-control': 'max-age=60',
      expires: 'Thu, 01 Jan 2032 00:00:00 GMT',
      'x-amz-meta-author': '=?UTF-8?Q?J=C3=B6rg?=',
      'x-amz-meta-recipient': `=?UTF-8?B?${Buffer.from('Zoë 🚀').toString('base64')}?=`,
      'x-amz-tagging-count': '1',
    });
    expect(body).toBe('report.pdf');

    // And away again: nothing that the browser adds to requests takes its place.
    await page.getByRole('button', { name: 'Edit metadata' }).click();
    await dialog.getByLabel('Cache-Control').fill('');
    await dialog.getByRole('button', { name: 'Remove author' }).click();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await expect.poll(() => dialog.count()).toBe(0);
    const later = (await read('report.pdf')).headers;
    expect(later['cache-control']).toBeUndefined();
    expect(Object.keys(later)).not.toContain('x-amz-meta-author');
    expect(later).toHaveProperty('x-amz-meta-recipient');
    expect(complaints).toEqual([]);
    await close();
  });

  test('is not changed over what somebody else wrote meanwhile', async () => {
    await put('shared.txt', { 'x-amz-meta-state': 'draft' });
    const { page, complaints, close } = await signedIn({ path: atKey('shared.txt') });
    const dialog = page.getByRole('dialog', { name: 'Edit metadata' });
    const edit = async () => {
      await page.getByRole('button', { name: 'Edit metadata' }).click();
      await dialog.getByLabel('Content-Language').fill('de');
    };
    // Other bytes; then the same bytes with other metadata, of which the ETag says nothing.
    for (const other of ['other bytes', 'other bytes']) {
      await edit();
      await put('shared.txt', { 'x-amz-meta-state': `final ${Math.random()}` }, other);
      await dialog.getByRole('button', { name: 'Save' }).click();
      await dialog.getByText('Nothing was saved.').waitFor();
      const { headers, body } = await read('shared.txt');
      expect(body).toBe(other);
      expect(headers).not.toHaveProperty('content-language');
      await picture(page, 'metadata-changed');
      await dialog.getByRole('button', { name: 'Show it as it is now' }).click();
      await page.getByText(headers['x-amz-meta-state'] ?? '?').waitFor();
    }
    // Bytes that come between the look and the copy are seen by the condition of the copy itself.
    await edit();
    await page.route(/\/box\/shared\.txt$/, async (route) => {
      if (route.request().method() === 'PUT') await put('shared.txt', {}, 'in the last moment');
      await route.continue();
    });
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText('Nothing was saved.').waitFor();
    expect((await read('shared.txt')).body).toBe('in the last moment');
    expect(complaints).toEqual([]);
    await close();
  });

  test('takes no line ends, no names that are none, and not too much, and says so', async () => {
    const name = '<img src=x onerror=alert(1)>\u202egpj.txt';
    await put(name, { 'x-amz-meta-note': `=?UTF-8?B?${Buffer.from('a\r\nx-amz-acl: public-read <b>\u202e').toString('base64')}?=` });
    const { page, complaints, close } = await signedIn({ path: atKey(name), bypassCSP: true });
    await page.getByText('a␍␊x-amz-acl: public-read <b>⟨U+202E⟩').waitFor();
    await page.getByRole('button', { name: 'Edit metadata' }).click();
    const dialog = page.getByRole('dialog', { name: 'Edit metadata' });
    const save = () => dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByLabel('Content-Disposition').fill('attachment; filename="ä.txt"');
    await save();
    await dialog.getByText('Only letters without accents').waitFor();
    await dialog.getByLabel('Content-Disposition').fill('inline');
    await dialog.getByRole('button', { name: 'Add a name and value' }).click();
    await dialog.getByRole('textbox', { name: 'Name' }).last().fill('not a name');
    await save();
    await dialog.getByText('A name is letters without accents').waitFor();
    await expectAccessible(page);
    await dialog.getByRole('textbox', { name: 'Name' }).last().fill('NOTE');
    await save();
    await dialog.getByText('Each name once.').waitFor();
    await dialog.getByRole('textbox', { name: 'Name' }).last().fill('long');
    await dialog.getByRole('textbox', { name: 'Value' }).last().fill('é'.repeat(900));
    await save();
    await dialog.getByText('at most 2,048 bytes').waitFor();
    await dialog.getByRole('textbox', { name: 'Value' }).last().fill('x\r\nx-amz-acl: public-read');
    await save();
    await expect.poll(() => dialog.count()).toBe(0);
    const { headers } = await read(name);
    expect(headers).toMatchObject({
      'content-disposition': 'inline',
      // What nobody touched is what it was; what was typed is one line.
      'x-amz-meta-note': `=?UTF-8?B?${Buffer.from('a\r\nx-amz-acl: public-read <b>\u202e').toString('base64')}?=`,
      'x-amz-meta-long': 'x x-amz-acl: public-read',
    });
    expect(complaints).toEqual([]);
    await close();
  });
});

describe('what is uploaded', () => {
  test('is kept with no header that only the browser wanted', async () => {
    const { page, complaints, close } = await signedIn({ path: '/buckets/box' });
    const large = Buffer.alloc(17 * 1024 * 1024, 'a');
    for (const [name, buffer] of [['small.txt', Buffer.from('small')] as const, ['large.bin', large] as const]) {
      await page
        .locator('.tools input[type=file]')
        .first()
        .setInputFiles([{ name, mimeType: 'text/plain', buffer }]);
      await page.getByRole('grid').getByText(name, { exact: true }).waitFor();
    }
    await page.getByRole('button', { name: 'New folder' }).click();
    await page.getByLabel('Name of the folder').fill('folder');
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'folder' }).waitFor();
    for (const key of ['small.txt', 'large.bin', 'folder/']) expect((await read(key)).headers['cache-control'], key).toBeUndefined();
    expect(complaints).toEqual([]);
    await close();
  });
});

describe('the tags of an object', () => {
  test('are not saved over those of somebody else, and refused in the words of S3', async () => {
    await put('tagged.txt', { 'x-amz-tagging': 'state=draft' });
    const { page, close } = await signedIn({ path: atKey('tagged.txt') });
    const dialog = page.getByRole('dialog', { name: 'Edit tags' });
    await page.getByRole('button', { name: 'Edit tags' }).click();
    await put('tagged.txt', { 'x-amz-tagging': 'state=final' });
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText('Nothing was saved.').waitFor();
    await dialog.getByRole('button', { name: 'Show it as it is now' }).click();
    await page.getByRole('listitem').filter({ hasText: 'state final' }).waitFor();
    await page.getByRole('button', { name: 'Edit tags' }).click();
    await dialog.getByLabel('Value', { exact: true }).fill('x'.repeat(257));
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByRole('alert').filter({ hasText: 'TagValue' }).waitFor();
    await dialog.getByLabel('Value', { exact: true }).fill('<b>&amp;\u202e');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByRole('alert').filter({ hasText: 'TagValue' }).waitFor();
    await dialog.getByLabel('Value', { exact: true }).fill('größer + a@b');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('listitem').filter({ hasText: 'state größer + a@b' }).waitFor();
    await close();
  });
});

function atKey(key: string): string {
  return `/buckets/box?key=${encodeURIComponent(key)}`;
}

async function put(key: string, headers: Readonly<Record<string, string>>, body = key): Promise<void> {
  const { url } = presign({ method: 'PUT', bucket: 'box', key, ...where, headers });
  const answer = await fetch(url, { method: 'PUT', headers, body });
  if (!answer.ok) throw new Error(await answer.text());
}

async function read(key: string): Promise<{ readonly headers: Readonly<Record<string, string>>; readonly body: string }> {
  const answer = await fetch(presign({ method: 'GET', bucket: 'box', key, ...where }).url);
  return { headers: Object.fromEntries(answer.headers), body: await answer.text() };
}
