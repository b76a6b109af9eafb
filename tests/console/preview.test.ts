/** Looking at objects: each kind by its own viewer, from the object origin, and nothing in them runs in the console's. */
import { presign } from '@latchkey/sigv4';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect } from 'vitest';
import { makeBucket } from '../support/arrange.ts';
import { consoleOf, picture } from '../support/console-page.ts';
import { needs } from '../support/programs.ts';
import { serveForThisFile } from '../support/served.ts';

const server = await serveForThisFile();
const { signedIn } = consoleOf(server);
const test = needs('chromium');
const where = { region: server.region, endpoint: server.endpoint, credentials: server.credentials };

async function put(key: string, contentType: string, body: string | Buffer): Promise<void> {
  const { url, headers } = presign({ method: 'PUT', bucket: 'box', key, contentType, ...where, expiresIn: '5m' });
  const reply = await fetch(url, { method: 'PUT', headers: { ...headers }, body: typeof body === 'string' ? body : new Uint8Array(body) });
  if (!reply.ok) throw new Error(await reply.text());
}

const PIXEL = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==', 'base64');
const PDF = `%PDF-1.1
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]>>endobj
trailer<</Root 1 0 R>>`;
/** Changes the title of whatever page it runs in, and asks for its session. */
const HOSTILE = `document.title='run';fetch('${server.console}/api/v1/session/renew',{method:'POST',credentials:'include',headers:{'console-session':'x'}}).then(()=>document.title='read')`;

/** A second of silence, 8 kHz. */
function wave(): Buffer {
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + 8000, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(8000, 24);
  head.writeUInt32LE(8000, 28);
  head.writeUInt16LE(1, 32);
  head.writeUInt16LE(8, 34);
  head.write('data', 36);
  head.writeUInt32LE(8000, 40);
  return Buffer.concat([head, Buffer.alloc(8000, 128)]);
}

/** A film of a few frames, made by the browser itself. */
async function film(page: Page): Promise<Buffer> {
  const text = await page.evaluate(async () => {
    const canvas = document.createElement('canvas');
    const context = canvas.getContext('2d');
    const recorder = new MediaRecorder(canvas.captureStream(10), { mimeType: 'video/webm' });
    const pieces: Blob[] = [];
    recorder.ondataavailable = ({ data }) => pieces.push(data);
    const ended = new Promise((resolve) => {
      recorder.onstop = resolve;
    });
    recorder.start();
    for (let frame = 0; frame < 8; frame++) {
      context?.fillRect(frame, 0, 10, 10);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    recorder.stop();
    await ended;
    return String.fromCharCode(...new Uint8Array(await new Blob(pieces).arrayBuffer()));
  });
  return Buffer.from(text, 'latin1');
}

beforeAll(async () => {
  await makeBucket(server, 'box');
  await put('pixel.png', 'image/png', PIXEL);
  await put('unknown.png', 'application/octet-stream', PIXEL);
  await put(
    'drawing.svg',
    'image/svg+xml',
    `<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10" onload="${HOSTILE}"><script>${HOSTILE}</script></svg>`,
  );
  await put('sound.wav', 'audio/wav', wave());
  await put('paper.pdf', 'application/pdf', PDF);
  await put('page.html', 'text/html', `<script>${HOSTILE}</script><h1>title</h1>`);
  await put('page.pdf', 'application/pdf', `<script>${HOSTILE}</script>`);
  await put('data.json', 'application/json', '{"a":[1,"<b>"]}');
  await put('table.csv', 'text/csv', 'name,amount\n"<i>Ann</i>, B",3\n');
  await put('long.txt', 'text/plain', 'März\n'.repeat(100_000));
  await put('bytes.bin', 'application/octet-stream', Buffer.from([0, 1, 2, 255]));
});

const panel = (page: Page) => page.locator('.panel');
const shown = (key: string) => `/buckets/box?key=${encodeURIComponent(key)}`;

describe('a preview', () => {
  test('of each kind shows what there is, and nothing of it runs', async () => {
    const { page, complaints, close } = await signedIn({ path: shown('pixel.png') });
    await put('film.webm', 'video/webm', await film(page));
    const at = (key: string) => page.goto(server.console + shown(key));
    const widthOfPicture = () =>
      panel(page)
        .locator('img')
        .evaluate((image) => (image as HTMLImageElement).naturalWidth);
    await expect.poll(widthOfPicture).toBe(1);
    await at('unknown.png');
    await expect.poll(widthOfPicture).toBe(1);
    await at('drawing.svg');
    await expect.poll(widthOfPicture).toBe(10);
    await at('sound.wav');
    await expect
      .poll(() =>
        panel(page)
          .locator('audio')
          .evaluate((sound) => (sound as HTMLAudioElement).duration),
      )
      .toBe(1);
    await at('film.webm');
    await expect
      .poll(() =>
        panel(page)
          .locator('video')
          .evaluate((video) => (video as HTMLVideoElement).videoWidth),
      )
      .toBe(300);
    await picture(page, 'preview-film');
    await at('data.json');
    expect(await panel(page).locator('pre').textContent()).toBe('{\n  "a": [\n    1,\n    "<b>"\n  ]\n}');
    await at('table.csv');
    await expect.poll(() => panel(page).getByRole('cell').allTextContents()).toEqual(['<i>Ann</i>, B', '3']);
    await at('page.html');
    expect(await panel(page).locator('pre').textContent()).toContain('<h1>title</h1>');
    await at('bytes.bin');
    await panel(page).getByRole('button', { name: 'Show it all the same' }).click();
    await panel(page).getByText('No preview of this kind of file.').waitFor();
    await at('long.txt');
    await panel(page).getByText('The first 33 kB.').waitFor();
    expect(complaints).toEqual([]);
    expect(await page.title()).toBe('box · Latchkey');
    await close();
  });

  test('of a PDF is drawn in a frame of the object origin, which takes it for nothing else', async () => {
    const { page, complaints, close } = await signedIn({ path: shown('paper.pdf') });
    for (const key of ['paper.pdf', 'page.pdf']) {
      await page.goto(server.console + shown(key));
      const [answer] = await Promise.all([
        page.waitForResponse((response) => response.url().includes('response-content-type')),
        panel(page).getByRole('button', { name: 'Preview' }).click(),
      ]);
      expect(new URL(answer.url()).origin).toBe(server.endpoint);
      expect(answer.headers()['content-type']).toBe('application/pdf');
      expect(await page.getByRole('dialog').locator('iframe').getAttribute('src')).toMatch(new RegExp(`^${server.endpoint}`));
    }
    expect(await page.title()).toBe('box · Latchkey');
    expect(complaints).toEqual([]);
    await close();
  });

  test('goes on to the next object and back', async () => {
    const { page, close } = await signedIn({ path: '/buckets/box' });
    await page.getByRole('button', { name: 'data.json', exact: true }).dblclick();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('heading', { name: 'data.json' }).waitFor();
    await dialog.getByRole('button', { name: 'Next' }).click();
    await dialog.getByRole('heading', { name: 'drawing.svg' }).waitFor();
    await dialog.getByRole('button', { name: 'Previous' }).click();
    await dialog.getByRole('heading', { name: 'data.json' }).waitFor();
    await picture(page, 'preview-large');
    await close();
  });
});

describe('Open and Download', () => {
  test('use URLs that live five minutes, of the object origin, and save under the right name', async () => {
    await put('März "Bericht".txt', 'text/plain', 'gold');
    const { page, close } = await signedIn({ path: shown('März "Bericht".txt') });
    const [download] = await Promise.all([page.waitForEvent('download'), panel(page).getByRole('button', { name: 'Download' }).click()]);
    expect(download.suggestedFilename()).toMatch(/^März .Bericht.\.txt$/);
    const url = new URL(download.url());
    expect([url.origin, url.searchParams.get('X-Amz-Expires')]).toEqual([server.endpoint, '300']);
    await close();
  });

  test('of a hostile page opens it elsewhere, where it can not get at the session', async () => {
    const { page, complaints, close } = await signedIn({ path: shown('page.html') });
    const [opened] = await Promise.all([page.context().waitForEvent('page'), panel(page).getByRole('button', { name: 'Open' }).click()]);
    await expect.poll(() => opened.title()).toBe('run');
    expect(new URL(opened.url()).origin).toBe(server.endpoint);
    await opened.waitForTimeout(500);
    expect(await opened.title()).toBe('run');
    expect(await opened.evaluate(() => [window.opener, document.cookie])).toEqual([null, '']);
    await page.reload();
    await panel(page).waitFor();
    expect(complaints).toEqual([]);
    await close();
  });
});
