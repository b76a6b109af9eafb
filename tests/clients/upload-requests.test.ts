/** The page of an upload request as people see it: in Chromium with scripts and without, on a phone and on a desk; and by curl. */
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { source as axeSource } from 'axe-core';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { launchChromium } from '../support/browser.ts';
import { done, type Json } from '../support/json-api.ts';
import { needs } from '../support/programs.ts';
import { runProgram } from '../support/run-program.ts';
import { testServer } from '../support/test-server.ts';
import { newUploadRequest } from '../support/upload-requests.ts';
import { presigned, send, signed, xmlTexts } from '../support/wire-client.ts';

const WIDTHS = [360, 1280] as const;
const MIB = 1024 ** 2;
/** Kept for a look, where a folder is named. */
const pictures = process.env.SCREENSHOTS;
const server = await testServer();
let browser: Browser | undefined;
let folder: string;

beforeAll(async () => {
  await send(server, signed(server, 'PUT', '/box'));
  folder = await mkdtemp(join(tmpdir(), 'latchkey-uploads-'));
  if (pictures !== undefined) mkdirSync(pictures, { recursive: true });
});
afterAll(async () => {
  await browser?.close();
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

let folders = 0;
const request = (terms: Json = {}) => newUploadRequest(server, `/box/in${++folders}/`, { keyTemplate: '{name}', ...terms });
const keysIn = async ({ keyPrefix }: Json): Promise<string[]> =>
  xmlTexts((await send(server, signed(server, 'GET', '/box', { query: { 'list-type': '2', prefix: keyPrefix } }))).text, 'Key').map((key) =>
    key.slice(keyPrefix.length),
  );
const stored = (key: string) => fetch(new URL(presigned(server, 'GET', `/box/${key}`).target, server.s3));
const file = (name: string, mimeType: string, content: string) => ({ name, mimeType, buffer: Buffer.from(content) });

async function visit(url: string, options: BrowserContextOptions = {}): Promise<{ page: Page; context: BrowserContext; errors: string[] }> {
  browser ??= await launchChromium();
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('request', (sent) => new URL(sent.url()).hostname !== '127.0.0.1' && errors.push(`asked for ${sent.url()}`));
  await page.goto(url);
  return { page, context, errors };
}

async function picture(page: Page, name: string): Promise<void> {
  if (pictures !== undefined) await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
}

async function expectAccessible(page: Page): Promise<void> {
  await page.addScriptTag({ content: axeSource });
  const violations = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(options: unknown): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    const found = await axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] });
    return found.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
  });
  expect(violations).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(page.viewportSize()?.width ?? 0);
}

describe('in a browser', () => {
  for (const width of WIDTHS) {
    needs('chromium')(`at ${width} pixels three files are delivered at once, with a receipt that stays`, async () => {
      const made = await request({ note: 'Dear Ann,\nall your receipts of 2025, please.', maxFiles: 5, maxSize: 50_000_000 });
      const { page, context, errors } = await visit(made.url, { viewport: { width, height: 720 }, bypassCSP: true });
      await picture(page, `upload-empty-${width}`);
      await expectAccessible(page);
      await page
        .getByLabel('Choose files')
        .setInputFiles([
          file('one.txt', 'text/plain', 'eins'),
          file('two.csv', 'text/csv', 'zwei'),
          file('Ünï <b>.txt', 'text/plain', 'drei'),
        ]);
      await page.getByText('3 delivered. The person who asked will be told.').waitFor();
      await expect.poll(() => page.locator('#files-left').textContent()).toBe('2');
      await picture(page, `upload-done-${width}`);
      await expectAccessible(page);
      expect((await keysIn(made)).sort()).toEqual(['one.txt', 'two.csv', 'Ünï _b_.txt']);
      await page.reload();
      expect(await page.locator('#receipt tbody tr').count()).toBe(3);
      expect(await page.getByText('Ünï <b>.txt').isVisible()).toBe(true);
      expect(await page.locator('#files-left').textContent()).toBe('2');
      const stranger = await visit(made.url);
      expect(await stranger.page.locator('#receipt tbody tr').count()).toBe(0);
      await Promise.all([context.close(), stranger.context.close()]);
      expect([errors, stranger.errors]).toEqual([[], []]);
    });

    needs('chromium')(`at ${width} pixels what can not be delivered says why, and may be cleared`, async () => {
      const made = await request({ contentTypes: ['text/plain'], maxSize: 10 });
      const { page, context } = await visit(made.url, { viewport: { width, height: 720 }, bypassCSP: true });
      const chosen = [
        file('fine.txt', 'text/plain', 'fine'),
        file('large.txt', 'text/plain', 'x'.repeat(11)),
        file('a.png', 'image/png', 'x'),
      ];
      await page.getByLabel('Choose files').setInputFiles(chosen);
      await page.getByText('The file is too large.').waitFor();
      await page.getByText('Files of this type are not accepted here.').waitFor();
      await page.getByText('2 could not be delivered.').waitFor();
      await picture(page, `upload-refused-${width}`);
      await expectAccessible(page);
      await page.getByRole('button', { name: 'Clear failures' }).click();
      await expect.poll(() => page.locator('.files li').count()).toBe(1);
      expect(await keysIn(made)).toEqual(['fine.txt']);
      await context.close();
    });

    needs('chromium')(`at ${width} pixels a form does without scripts`, async () => {
      const made = await request({ maxFiles: 2 });
      const { page, context } = await visit(made.url, { viewport: { width, height: 720 }, javaScriptEnabled: false });
      await picture(page, `upload-plain-${width}`);
      for (const name of ['plain.txt', 'second.txt']) {
        await page.getByLabel('Choose a file').setInputFiles(file(name, 'text/plain', 'by form'));
        await page.getByRole('button', { name: 'Send' }).click();
        await page.locator('#receipt').waitFor();
      }
      expect(await page.locator('h1').textContent()).toBe('Everything has been delivered');
      expect(await page.locator('#receipt tbody tr').count()).toBe(2);
      await picture(page, `upload-full-${width}`);
      const keys = await keysIn(made);
      expect(keys).toEqual([expect.stringMatching(/-(plain|second)\.txt$/), expect.stringMatching(/-(plain|second)\.txt$/)]);
      await context.close();
    });

    needs('chromium')(`at ${width} pixels a closed request and a password are accessible`, async () => {
      const closed = await request();
      await done(server, 'DELETE', `/requests/${closed.id}`);
      const guarded = await request({ password: 'open sesame' });
      const { page, context } = await visit(closed.url, { viewport: { width, height: 720 }, bypassCSP: true });
      expect(await page.locator('h1').textContent()).toBe('This request is closed');
      await expectAccessible(page);
      await picture(page, `upload-closed-${width}`);
      await page.goto(guarded.url);
      await expectAccessible(page);
      await page.getByLabel('Password').fill('open sesame');
      await page.getByLabel('Password').press('Enter');
      await page.getByLabel('Choose files').setInputFiles(file('in.txt', 'text/plain', 'in'));
      await page.getByText('1 delivered.').waitFor();
      await context.close();
    });
  }

  needs('chromium')('300 MB are paused, the page is opened anew, the file chosen again, and it goes on to the right bytes', async () => {
    const path = join(folder, 'film.mov');
    const hash = await largeFile(path, 300 * MIB);
    const made = await request();
    const { page, context, errors } = await visit(made.url);
    // So slow that there is time to stop it.
    const session = await context.newCDPSession(page);
    const slow = (bytesPerSecond: number) =>
      session.send('Network.emulateNetworkConditions', {
        offline: false,
        latency: 0,
        downloadThroughput: -1,
        uploadThroughput: bytesPerSecond,
      });
    await session.send('Network.enable');
    await slow(60 * MIB);
    await page.getByLabel('Choose files').setInputFiles(path);
    const partsStored = async () => storedParts(made);
    await expect.poll(partsStored, { timeout: 60_000 }).toBeGreaterThanOrEqual(3);
    await picture(page, 'upload-running');
    await page.getByRole('button', { name: 'Pause: film.mov' }).click();
    await page.getByText('Paused').waitFor();
    const before = await partsStored();
    expect(before).toBeLessThan(19);
    await picture(page, 'upload-paused');
    await page.reload();
    await page.getByText('Interrupted. Choose the same file again to go on.').waitFor();
    await picture(page, 'upload-interrupted');
    const sent: string[] = [];
    page.on('request', (one) => one.method() === 'PUT' && sent.push(one.url()));
    await slow(-1);
    await page.getByLabel('Choose files').setInputFiles(path);
    await page.getByText('1 delivered. The person who asked will be told.').waitFor({ timeout: 120_000 });
    expect(sent.length).toBeLessThanOrEqual(19 - before);
    const digest = createHash('sha256');
    const answer = await stored(`${made.keyPrefix}film.mov`);
    for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>) digest.update(chunk);
    expect(digest.digest('hex')).toBe(hash);
    expect((await done(server, 'GET', `/requests/${made.id}`)).delivered).toEqual({ files: 1, bytes: 300 * MIB });
    expect(errors).toEqual([]);
    await context.close();
  });

  needs('chromium')('a file that is given up is gone, and one whose connection breaks goes on by itself', async () => {
    const made = await request({ maxFiles: 1 });
    const { page, context } = await visit(made.url);
    let broken = 0;
    await page.route('**/box/**', (route) =>
      route.request().method() === 'PUT' && broken++ < 2 ? route.abort('connectionreset') : route.continue(),
    );
    await page.getByLabel('Choose files').setInputFiles(file('a.txt', 'text/plain', 'abc'));
    await page.getByText('The connection was lost. Trying again in 1 s').waitFor();
    await page.getByText('1 delivered.').waitFor({ timeout: 30_000 });
    expect(await keysIn(made)).toEqual(['a.txt']);
    await context.close();

    const other = await request({ maxFiles: 1 });
    const second = await visit(other.url);
    await second.page.route('**/box/**', (route) => (route.request().method() === 'PUT' ? undefined : route.continue()));
    await second.page.getByLabel('Choose files').setInputFiles(file('b.txt', 'text/plain', 'abc'));
    await second.page.getByRole('button', { name: 'Cancel: b.txt' }).click();
    await expect.poll(async () => (await done(server, 'GET', `/requests/${other.id}`)).open.files).toBe(0);
    await second.context.close();
  });

  needs('chromium')('a name that somebody took meanwhile, and a type that is only claimed, end well and with the right words', async () => {
    const made = await request({ contentTypes: ['image/*', 'text/plain'], checksContent: true });
    const { page, context } = await visit(made.url);
    await page.route('**/box/**', async (route) => {
      if (route.request().method() === 'PUT' && route.request().url().includes('/taken.txt'))
        await send(server, signed(server, 'PUT', `/box/${made.keyPrefix}taken.txt`, { body: 'first' }));
      await route.continue();
    });
    await page
      .getByLabel('Choose files')
      .setInputFiles([file('taken.txt', 'text/plain', 'second'), file('fake.png', 'image/png', '<html></html>')]);
    await page.getByText('1 delivered.').waitFor({ timeout: 30_000 });
    await page.getByText('Files of this type are not accepted here.').waitFor();
    expect((await keysIn(made)).sort()).toEqual([expect.stringMatching(/^taken-[a-z2-9]{8}\.txt$/), 'taken.txt']);
    expect(await (await stored(`${made.keyPrefix}taken.txt`)).text()).toBe('first');
    await context.close();
  });

  needs('chromium')('who reads German reads German', async () => {
    const { page, context } = await visit((await request()).url, { locale: 'de-DE' });
    await page.getByLabel('Dateien auswählen').setInputFiles(file('a.txt', 'text/plain', 'abc'));
    await page.getByText('1 abgegeben. Die Person, die darum gebeten hat, wird benachrichtigt.').waitFor();
    await context.close();
  });
});

describe('curl', () => {
  needs('curl')('announces a file and sends it, by the name that the first answer gives it', async () => {
    const made = await request();
    const path = join(folder, 'notes.txt');
    await writeFile(path, 'by curl');
    const json = ['--silent', '--show-error', '--fail-with-body', '--json'];
    const cookies = ['--cookie', join(folder, 'jar'), '--cookie-jar', join(folder, 'jar')];
    const curl = (...parameters: string[]) => runProgram('curl', parameters, { env: {}, cwd: folder });
    const announced = await curl(...json, '{"name":"notes.txt","size":7,"type":"text/plain"}', ...cookies, `${made.url}/files`);
    const { upload } = JSON.parse(announced);
    await curl('--silent', '--fail-with-body', '--upload-file', path, '--header', 'Content-Type: text/plain', upload.url);
    const mine = await curl(...json, '{}', ...cookies, `${made.url}/mine`);
    expect(JSON.parse(mine).files).toEqual([expect.objectContaining({ name: 'notes.txt', status: 'delivered' })]);
    expect(await (await stored(`${made.keyPrefix}notes.txt`)).text()).toBe('by curl');
  });
});

/** How many parts of the only upload have come. */
async function storedParts(made: Json): Promise<number> {
  const [uploadId = ''] = xmlTexts(
    (await send(server, signed(server, 'GET', '/box', { query: { uploads: '', prefix: made.keyPrefix } }))).text,
    'UploadId',
  );
  if (uploadId === '') return 0;
  const parts = await send(server, signed(server, 'GET', `/box/${made.keyPrefix}film.mov`, { query: { uploadId } }));
  return xmlTexts(parts.text, 'PartNumber').length;
}

/** Bytes that no two parts share; answers their SHA-256. */
async function largeFile(path: string, sizeBytes: number): Promise<string> {
  const digest = createHash('sha256');
  const handle = await open(path, 'w');
  for (let at = 0; at < sizeBytes; at += MIB) {
    const piece = Buffer.alloc(MIB, createHash('sha256').update(String(at)).digest());
    digest.update(piece);
    await handle.write(piece);
  }
  await handle.close();
  return digest.digest('hex');
}
