import { GetObjectCommand, PutBucketCorsCommand, S3Client } from '@aws-sdk/client-s3';
import { type PresignOptions, presign, presignPost } from '@latchkey/sigv4';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { makeBucket } from '../support/arrange.ts';
import { launchChromium, type Site, serveSite } from '../support/browser.ts';
import { pathOf } from '../support/path-of.ts';
import { needs } from '../support/programs.ts';
import { digestOf, MIB, sampleBytes } from '../support/sample-bytes.ts';
import { serveForThisFile } from '../support/served.ts';

const store = await serveForThisFile();
const test = needs('chromium');
const { region, endpoint, credentials } = store;
const bucket = 'browsed';
const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
const signed = (method: PresignOptions['method'], key: string, more: Partial<PresignOptions> = {}) =>
  presign({ method, bucket, key, region, endpoint, credentials, expiresIn: '10m', ...more }).url;

let browser: Browser;
let site: Site;
let page: Page;

beforeAll(async () => {
  await makeBucket(store, bucket);
  if (pathOf('chromium') === undefined) return;
  browser = await launchChromium();
  console.log(`Chromium ${browser.version()}`);
  site = await serveSite({
    '/': '<!doctype html><title>Another origin</title><input id="file" type="file" multiple>',
    '/done': '<!doctype html>Thank you',
  });
  await allow(site.origin);
  page = await browser.newPage();
});

afterAll(async () => {
  await browser?.close();
  await site?.close();
});

/** What the owner of a bucket sets once so that pages of an origin may use pre-signed requests and read what comes back. */
async function allow(origin: string): Promise<void> {
  const rule = {
    AllowedOrigins: [origin],
    AllowedMethods: ['GET', 'PUT', 'POST', 'DELETE', 'HEAD'],
    AllowedHeaders: ['*'],
    ExposeHeaders: ['ETag'],
  };
  await client.send(new PutBucketCorsCommand({ Bucket: bucket, CORSConfiguration: { CORSRules: [{ ...rule, MaxAgeSeconds: 60 }] } }));
}

async function choose(name: string, content: Buffer, mimeType = 'text/plain'): Promise<void> {
  await page.goto(site.origin);
  await page.setInputFiles('#file', { name, mimeType, buffer: content });
}

/** Sends the chosen file with fetch and reads what a page can read. */
function sendChosen(request: { url: string; method: string; fields?: Record<string, string>; headers?: Record<string, string> }) {
  return page.evaluate(async ({ url, method, fields, headers = {} }) => {
    const file = document.querySelector<HTMLInputElement>('#file')!.files![0]!;
    const form = new FormData();
    for (const [name, value] of Object.entries(fields ?? {})) form.append(name, value);
    form.append('file', file);
    const reply = await fetch(url, { method, headers, body: fields === undefined ? file : form });
    return { status: reply.status, etag: reply.headers.get('etag'), text: await reply.text() };
  }, request);
}

async function stored(Key: string): Promise<{ content: Buffer; etag: string | undefined; type: string | undefined }> {
  const { Body, ETag, ContentType } = await client.send(new GetObjectCommand({ Bucket: bucket, Key }));
  return { content: Buffer.from(await Body!.transformToByteArray()), etag: ETag, type: ContentType };
}

describe('Chromium', () => {
  test('opens a pre-signed GET, and says why where it has been tampered with', async () => {
    await fetch(signed('PUT', 'page ü.html'), {
      method: 'PUT',
      body: '<h1>Hello</h1>',
      headers: { 'content-type': 'text/html; charset=utf-8' },
    });
    const opened = await page.goto(signed('GET', 'page ü.html'));
    expect(opened?.status()).toBe(200);
    expect(await page.textContent('h1')).toBe('Hello');
    const refused = await page.goto(signed('GET', 'page ü.html').replace('page', 'other'));
    expect(refused?.status()).toBe(403);
    expect(await page.textContent('h1')).toBe('This link does not work');
    expect(await page.textContent('body')).toContain('SignatureDoesNotMatch');
  });

  test('downloads under the name the URL was signed with', async () => {
    await fetch(signed('PUT', 'report'), { method: 'PUT', body: 'a report' });
    await page.goto(site.origin);
    const url = signed('GET', 'report', { downloadAs: 'résumé "final".txt' });
    const [download] = await Promise.all([page.waitForEvent('download'), page.evaluate((href) => location.assign(href), url)]);
    expect(download.suggestedFilename()).toBe('résumé _final_.txt');
    expect(await digestOf(await download.createReadStream())).toBe(await digestOf('a report'));
  });

  test('uploads a file with fetch PUT from another origin and reads back its ETag', async () => {
    const content = sampleBytes(3 * MIB, 1);
    await choose('film.mp4', content, 'video/mp4');
    const reply = await sendChosen({ url: signed('PUT', 'put/film.mp4', { contentType: 'video/mp4' }), method: 'PUT' });
    expect(reply).toEqual({ status: 200, etag: expect.stringMatching(/^"[0-9a-f]{32}"$/), text: '' });
    const { content: kept, etag, type } = await stored('put/film.mp4');
    expect([await digestOf(kept), etag, type]).toEqual([await digestOf(content), reply.etag, 'video/mp4']);
  });

  test('reads the error of a PUT whose size is not the signed one', async () => {
    await choose('note.txt', Buffer.from('ten bytes!'));
    const reply = await sendChosen({ url: signed('PUT', 'put/note.txt', { contentLength: 9 }), method: 'PUT' });
    expect([reply.status, reply.text]).toEqual([403, expect.stringContaining('<Code>SignatureDoesNotMatch</Code>')]);
    const exact = await sendChosen({ url: signed('PUT', 'put/note.txt', { contentLength: 10 }), method: 'PUT' });
    expect([exact.status, exact.etag]).toEqual([200, expect.any(String)]);
  });

  test('uploads a form with fetch and reads its ETag, and reads EntityTooLarge beyond the limit', async () => {
    const { url, fields } = presignPost({
      ...{ bucket, key: 'form/note.txt', maxSize: 20, contentType: 'text/plain', fields: { success_action_status: '201' } },
      ...{ region, endpoint, credentials, expiresIn: '10m' },
    });
    await choose('note.txt', Buffer.from('exactly twenty bytes'));
    const reply = await sendChosen({ url, method: 'POST', fields });
    expect(reply).toEqual({
      status: 201,
      etag: (await stored('form/note.txt')).etag,
      text: expect.stringContaining('<Key>form/note.txt</Key>'),
    });

    await choose('note.txt', Buffer.from('twenty-one bytes long'));
    const refused = await sendChosen({ url, method: 'POST', fields });
    expect([refused.status, refused.text]).toEqual([400, expect.stringContaining('<Code>EntityTooLarge</Code>')]);
    expect(refused.text).toContain('<ProposedSize>21</ProposedSize><MaxSizeAllowed>20</MaxSizeAllowed>');
    expect((await stored('form/note.txt')).content.toString()).toBe('exactly twenty bytes');
  });

  test('submits a plain HTML form without any script and comes back with the ETag', async () => {
    const { url, fields } = presignPost({
      ...{ bucket, keyPrefix: 'plain/', maxSize: 20, fields: { success_action_redirect: `${site.origin}/done` } },
      ...{ region, endpoint, credentials, expiresIn: '10m' },
    });
    const submit = async (content: string) => {
      await page.goto(site.origin);
      // biome-ignore lint/suspicious/noTemplateCurlyInString: S3's placeholder for the name of the chosen file.
      await page.setContent(formPage(url, { ...fields, key: 'plain/${filename}' }));
      await page.setInputFiles('[name=file]', { name: 'größe.txt', mimeType: 'text/plain', buffer: Buffer.from(content) });
      await Promise.all([page.waitForNavigation(), page.click('button')]);
      return new URL(page.url());
    };
    const done = await submit('from a plain form');
    expect(done.origin + done.pathname).toBe(`${site.origin}/done`);
    const { content, etag } = await stored('plain/größe.txt');
    expect(Object.fromEntries(done.searchParams)).toEqual({ bucket, key: 'plain/größe.txt', etag });
    expect(content.toString()).toBe('from a plain form');

    const refused = await submit('from a plain form, but much too long');
    expect(refused.origin).toBe(endpoint);
    expect(await page.textContent('body')).toContain('EntityTooLarge');
  });

  test('uploads a large file by pre-signed multipart, from creation to completion, with nothing but fetch', async () => {
    const content = sampleBytes(11 * MIB, 2);
    await choose('large.bin', content);
    await page.exposeFunction('sign', (method: PresignOptions['method'], query: Record<string, string>) =>
      signed(method, 'parts/large ü.bin', { query }),
    );
    const etag = await page.evaluate(async (partBytes) => {
      const { sign } = window as unknown as { sign(method: string, query: Record<string, string>): Promise<string> };
      const textOf = (xml: string, name: string) => new DOMParser().parseFromString(xml, 'text/xml').querySelector(name)!.textContent!;
      const file = document.querySelector<HTMLInputElement>('#file')!.files![0]!;
      const created = await fetch(await sign('POST', { uploads: '' }), { method: 'POST' });
      const uploadId = textOf(await created.text(), 'UploadId');
      let parts = '';
      for (let number = 1; (number - 1) * partBytes < file.size; number++) {
        const body = file.slice((number - 1) * partBytes, number * partBytes);
        const sent = await fetch(await sign('PUT', { uploadId, partNumber: String(number) }), { method: 'PUT', body });
        parts += `<Part><PartNumber>${number}</PartNumber><ETag>${sent.headers.get('etag')}</ETag></Part>`;
      }
      const body = `<CompleteMultipartUpload>${parts}</CompleteMultipartUpload>`;
      const completed = await fetch(await sign('POST', { uploadId }), { method: 'POST', body });
      return textOf(await completed.text(), 'ETag');
    }, 5 * MIB);
    const { content: kept, etag: keptEtag } = await stored('parts/large ü.bin');
    expect([await digestOf(kept), keptEtag]).toEqual([await digestOf(content), etag]);
    expect(etag).toMatch(/^"[0-9a-f]{32}-3"$/);
  });

  test('is kept from reading by a bucket that allows another origin only', async () => {
    const other = await serveSite({ '/': '<!doctype html><title>A third origin</title>' });
    await page.goto(other.origin);
    const attempt = page.evaluate((url) => fetch(url).then((reply) => reply.status), signed('GET', 'report'));
    await expect(attempt).rejects.toThrow('Failed to fetch');
    await other.close();
  });
});

function formPage(action: string, fields: Readonly<Record<string, string>>): string {
  const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
  const inputs = Object.entries(fields).map(([name, value]) => `<input type="hidden" name="${escaped(name)}" value="${escaped(value)}">`);
  const form = `<form action="${escaped(action)}" method="post" enctype="multipart/form-data">`;
  return `<!doctype html><meta charset="utf-8">${form}${inputs.join('')}<input type="file" name="file"><button>Send</button></form>`;
}
