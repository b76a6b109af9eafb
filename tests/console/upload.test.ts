/** Uploading by drag and drop and by choice: straight to the store, and to its end whatever comes between. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open as openFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { presign } from '@latchkey/sigv4';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect } from 'vitest';
import { makeBucket } from '../support/arrange.ts';
import { consoleOf, dropPaths, picture } from '../support/console-page.ts';
import { needs } from '../support/programs.ts';
import { serveForThisFile } from '../support/served.ts';

const MIB = 1024 * 1024;
const server = await serveForThisFile();
const { signedIn } = consoleOf(server);
const test = needs('chromium');

const file = (name: string) => join(server.scratch, name);
beforeAll(async () => {
  await makeBucket(server, 'box');
  await mkdir(file('folder/inner/deep'), { recursive: true });
  for (const name of ['one.txt', 'two.txt', 'März (3).csv', 'folder/a.txt', 'folder/inner/b.txt', 'folder/inner/deep/c.txt'])
    await writeFile(file(name), name);
});

const urlOf = (key: string, bucket = 'box') =>
  presign({
    method: 'GET',
    bucket,
    key,
    region: server.region,
    endpoint: server.endpoint,
    credentials: server.credentials,
    expiresIn: '5m',
  }).url;
const stored = async (key: string) => (await fetch(urlOf(key))).text();
const dock = (page: Page) => page.getByRole('region', { name: 'Uploads' });

/** Random bytes in a file, and their hash. */
async function largeFile(path: string, sizeBytes: number): Promise<string> {
  const handle = await openFile(path, 'w');
  const hash = createHash('sha256');
  for (let written = 0; written < sizeBytes; written += 4 * MIB) {
    const bytes = randomBytes(Math.min(4 * MIB, sizeBytes - written));
    hash.update(bytes);
    await handle.write(bytes);
  }
  await handle.close();
  return hash.digest('hex');
}

async function hashOfObject(key: string): Promise<string> {
  const hash = createHash('sha256');
  const answer = await fetch(urlOf(key));
  for await (const bytes of answer.body as unknown as AsyncIterable<Uint8Array>) hash.update(bytes);
  return hash.digest('hex');
}

/** How fast the browser may send, in bytes a second; -1 for as fast as it can. */
async function sendingAt(page: Page, uploadThroughput: number): Promise<void> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Network.enable');
  await cdp.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput });
}

describe('dropped files', () => {
  test('are stored, folders with all that is in them, and appear in the list', async () => {
    const { page, complaints, close } = await signedIn({ path: '/buckets/box' });
    await page.getByText('Nothing here yet').waitFor();
    await dropPaths(page, [file('one.txt'), file('two.txt'), file('März (3).csv'), file('folder')]);
    await dock(page).getByText('6 uploaded').waitFor();
    const rows = page.getByRole('grid').getByRole('row');
    await expect.poll(() => rows.count()).toBe(1 + 4);
    await picture(page, 'uploaded');
    expect(await stored('März (3).csv')).toBe('März (3).csv');
    expect(await stored('folder/inner/deep/c.txt')).toBe('folder/inner/deep/c.txt');
    await page.getByRole('link', { name: 'folder', exact: true }).click();
    await page.getByRole('button', { name: 'a.txt', exact: true }).waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  test('are not put over others without a question', async () => {
    const { page, close } = await signedIn({ path: '/buckets/box' });
    await page.getByRole('button', { name: 'one.txt', exact: true }).waitFor();
    await writeFile(file('one.txt'), 'one, anew');
    await writeFile(file('two.txt'), 'two, anew');
    await dropPaths(page, [file('one.txt'), file('two.txt')]);
    await expect.poll(() => dock(page).getByText('There is one of this name.').count()).toBe(2);
    expect([await stored('one.txt'), await stored('two.txt')]).toEqual(['one.txt', 'two.txt']);
    await picture(page, 'upload-question');
    await dock(page).getByRole('button', { name: 'Replace: one.txt' }).click();
    await dock(page).getByRole('button', { name: 'Skip: two.txt' }).click();
    await dock(page).getByText('1 uploaded').waitFor();
    expect([await stored('one.txt'), await stored('two.txt')]).toEqual(['one, anew', 'two.txt']);
    await close();
  });

  test('that can not be stored say why, and are tried again when asked to', async () => {
    const { page, close } = await signedIn({ path: '/buckets/box' });
    await page.getByRole('grid').waitFor();
    await page.route(`${server.endpoint}/box/refused.txt`, (route) =>
      route.request().method() === 'PUT'
        ? route.fulfill({
            status: 403,
            contentType: 'application/xml',
            headers: { 'access-control-allow-origin': server.console },
            body: '<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>',
          })
        : route.continue(),
    );
    await writeFile(file('refused.txt'), 'refused');
    await dropPaths(page, [file('refused.txt')]);
    await dock(page).getByText('Access Denied').waitFor();
    await page.unroute(`${server.endpoint}/box/refused.txt`);
    await dock(page).getByRole('button', { name: 'Try again: refused.txt' }).click();
    await dock(page).getByText('1 uploaded').waitFor();
    expect(await stored('refused.txt')).toBe('refused');
    await close();
  });

  test('are tried again by themselves after the network was gone', async () => {
    const { page, close } = await signedIn({ path: '/buckets/box' });
    await page.getByRole('grid').waitFor();
    let failures = 0;
    await page.route(`${server.endpoint}/box/flaky.txt`, (route) =>
      route.request().method() === 'PUT' && ++failures <= 2 ? route.abort('connectionreset') : route.continue(),
    );
    await writeFile(file('flaky.txt'), 'flaky');
    await dropPaths(page, [file('flaky.txt')]);
    await dock(page).getByText('1 uploaded').waitFor();
    expect(failures).toBeGreaterThan(2);
    expect(await stored('flaky.txt')).toBe('flaky');
    await close();
  });
});

describe('a large file', () => {
  const sizeBytes = 200 * MIB;
  test('is paused, survives a reload, and goes on to the same bytes without sending any part twice', async () => {
    const hash = await largeFile(file('large.bin'), sizeBytes);
    const { page, complaints, close } = await signedIn({ path: '/buckets/box' });
    await page.getByRole('grid').waitFor();
    const arrived = new Map<string, number>();
    page.on('requestfinished', async (request) => {
      const part = new URL(request.url()).searchParams.get('partNumber');
      if (request.method() === 'PUT' && part !== null && (await request.response())?.ok()) arrived.set(part, (arrived.get(part) ?? 0) + 1);
    });
    await sendingAt(page, 40 * MIB);
    await dropPaths(page, [file('large.bin')]);
    await expect.poll(() => arrived.size, { timeout: 60_000 }).toBeGreaterThan(1);
    await dock(page).getByText('left').waitFor();
    await picture(page, 'uploading');
    await dock(page).getByRole('button', { name: 'Pause all' }).click();
    await dock(page).getByRole('button', { name: 'Show the uploads' }).click();
    await dock(page).getByText('Paused').waitFor();
    const before = arrived.size;
    expect(before).toBeLessThan(13);

    await page.reload();
    await dock(page).getByText('Choose it again to go on').waitFor();
    await picture(page, 'upload-resume');
    await sendingAt(page, -1);
    await dock(page).getByLabel('Choose the file').last().setInputFiles(file('one.txt'));
    await dock(page).getByText('That is another file').waitFor();
    await dock(page).getByLabel('Choose the file').last().setInputFiles(file('large.bin'));
    await dock(page).getByText('1 uploaded').waitFor({ timeout: 90_000 });
    expect(arrived.size).toBe(Math.ceil(sizeBytes / (16 * MIB)));
    expect([...arrived.values()].every((times) => times === 1)).toBe(true);
    expect(await hashOfObject('large.bin')).toBe(hash);
    expect(complaints).toEqual([]);
    await close();
  });

  test('that is cancelled leaves no parts behind', async () => {
    const { page, close } = await signedIn({ path: '/buckets/box' });
    await page.getByRole('grid').waitFor();
    await writeFile(file('cancelled.bin'), Buffer.alloc(40 * MIB));
    await sendingAt(page, 10 * MIB);
    await dropPaths(page, [file('cancelled.bin')]);
    await dock(page).getByText('left').waitFor();
    expect(await uploadsOf('cancelled.bin')).toBe(1);
    await dock(page).getByRole('button', { name: 'Cancel all and close' }).click();
    await expect.poll(() => uploadsOf('cancelled.bin')).toBe(0);
    expect(await dock(page).count()).toBe(0);
    await close();
  });
});

async function uploadsOf(key: string): Promise<number> {
  const { region, endpoint, credentials } = server;
  const { url } = presign({
    method: 'GET',
    bucket: 'box',
    query: { uploads: '', prefix: key },
    region,
    endpoint,
    credentials,
    expiresIn: '5m',
  });
  return (await (await fetch(url)).text()).split('<UploadId>').length - 1;
}

describe('what is uploaded', () => {
  test('goes to the S3 address, signed, and not through the console', async () => {
    const { page, close } = await signedIn({ path: '/buckets/box' });
    await page.getByRole('grid').waitFor();
    const [request] = await Promise.all([
      page.waitForRequest((sent) => sent.method() === 'PUT'),
      page
        .locator('.tools input[type=file]')
        .first()
        .setInputFiles([{ name: 'chosen.md', mimeType: '', buffer: Buffer.from('# chosen') }]),
    ]);
    expect(new URL(request.url()).origin).toBe(server.endpoint);
    expect(request.headers().authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=LKSA/);
    expect(request.headers().cookie).toBeUndefined();
    await dock(page).getByText('1 uploaded').waitFor();
    const answer = await fetch(urlOf('chosen.md'));
    expect([answer.headers.get('content-type'), await answer.text()]).toEqual(['text/markdown', '# chosen']);
    await close();
  });
});
