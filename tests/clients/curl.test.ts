import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { presign, presignPost } from '@latchkey/sigv4';
import { beforeAll, describe, expect } from 'vitest';
import { makeBucket } from '../support/arrange.ts';
import { installedVersions } from '../support/installed-versions.ts';
import { needs } from '../support/programs.ts';
import { runProgram } from '../support/run-program.ts';
import { digestOfFile, MIB, sampleBytes, writeSample } from '../support/sample-bytes.ts';
import { serveForThisFile } from '../support/served.ts';

const store = await serveForThisFile();
installedVersions(['curl'], ['--version']);

const test = needs('curl');
const { accessKeyId, secretAccessKey } = store.credentials;
const local = (name: string) => join(store.scratch, name);
const curl = (...parameters: readonly string[]) =>
  runProgram('curl', ['--silent', '--show-error', ...parameters], { env: store.environment, cwd: store.scratch });
/** S3 wants to know what was signed of the body; this curl does not say so by itself. */
const payload = ['--header', 'x-amz-content-sha256: UNSIGNED-PAYLOAD'];
const signed = (...parameters: readonly string[]) =>
  curl('--aws-sigv4', 'aws:amz:us-east-1:s3', '--user', `${accessKeyId}:${secretAccessKey}`, ...payload, ...parameters);
/** What a script would look at: the status, and the body for a person. */
const STATUS = ['--output', '/dev/null', '--write-out', '%{http_code}'];
const urlOf = (method: 'GET' | 'PUT', key: string, headers: Record<string, string> = {}) =>
  presign({
    method,
    bucket: 'curled',
    key,
    region: store.region,
    endpoint: store.endpoint,
    credentials: store.credentials,
    expiresIn: '10m',
    headers,
  }).url;

beforeAll(async () => {
  await writeFile(local('note.txt'), 'a private note\n');
  await makeBucket(store, 'curled');
});

describe('curl --aws-sigv4', () => {
  test('puts, gets, lists and deletes', async () => {
    expect(await signed(...STATUS, '--upload-file', 'note.txt', `${store.endpoint}/curled/plain.txt`)).toBe('200');
    expect(await signed(`${store.endpoint}/curled/plain.txt`)).toBe('a private note\n');
    expect(await signed(`${store.endpoint}/curled/?list-type=2`)).toContain('<Key>plain.txt</Key>');
    expect(await signed(...STATUS, '--request', 'DELETE', `${store.endpoint}/curled/plain.txt`)).toBe('204');
  });
});

describe('curl with pre-signed URLs', () => {
  test('uploads a file and downloads it, ranges and resumption included', async () => {
    await writeSample(local('film'), 20 * MIB, 1);
    expect(await curl(...STATUS, '--upload-file', 'film', urlOf('PUT', 'film'))).toBe('200');
    const url = urlOf('GET', 'film');
    await curl('--fail', '--output', 'film-back', url);
    expect(await digestOfFile(local('film-back'))).toBe(await digestOfFile(local('film')));

    expect(await curl('--range', '0-9', '--output', 'head', '--write-out', '%{http_code}', url)).toBe('206');
    await writeFile(local('rest'), sampleBytes(20 * MIB, 1).subarray(0, 7_000_000));
    await curl('--fail', '--continue-at', '-', '--output', 'rest', url);
    expect(await digestOfFile(local('rest'))).toBe(await digestOfFile(local('film')));
  });

  test('an upload of unknown length is refused before it is read', async () => {
    const chunked = ['--header', 'Transfer-Encoding: chunked', '--upload-file', 'note.txt'];
    const reply = await curl(...chunked, urlOf('PUT', 'unknown'));
    expect(reply).toContain('<Code>MissingContentLength</Code>');
  });

  test('Expect: 100-continue is answered before a large body is sent, and refused without it', async () => {
    const wrong = urlOf('PUT', 'refused').replace(/Signature=./, 'Signature=z');
    await writeSample(local('body'), 5 * MIB, 2);
    const upload = ['--expect100-timeout', '20', '--header', 'Expect: 100-continue', '--upload-file', 'body'];
    const sent = '%{http_code} %{size_upload}';
    expect(await curl(...upload, '--output', '/dev/null', '--write-out', sent, urlOf('PUT', 'expected'))).toBe(`200 ${5 * MIB}`);
    expect(await curl(...upload, '--output', '/dev/null', '--write-out', sent, wrong)).toBe('403 0');
  });

  test('headers in the signature must be sent as they were signed, and none of x-amz may be added', async () => {
    const url = urlOf('PUT', 'typed', { 'content-type': 'image/png', 'x-amz-meta-album': 'summer' });
    const typed = ['--header', 'Content-Type: image/png', '--header', 'x-amz-meta-album: summer', '--upload-file', 'note.txt'];
    expect(await curl(...STATUS, ...typed, url)).toBe('200');
    expect(await curl(...typed, '--header', 'x-amz-copy-source: /curled/film', url)).toContain(
      '<HeadersNotSigned>x-amz-copy-source</HeadersNotSigned>',
    );
    expect(await curl('--header', 'Content-Type: text/html', '--upload-file', 'note.txt', url)).toContain(
      '<Code>SignatureDoesNotMatch</Code>',
    );
    const back = await curl('--include', urlOf('GET', 'typed'));
    expect(back).toMatch(/^content-type: image\/png\r$/im);
    expect(back).toMatch(/^x-amz-meta-album: summer\r$/im);
  });

  test('conditional downloads', async () => {
    await curl('--fail', '--upload-file', 'note.txt', urlOf('PUT', 'cond'));
    await curl('--fail', '--etag-save', 'etag', '--output', 'cond', urlOf('GET', 'cond'));
    expect(await curl(...STATUS, '--etag-compare', 'etag', urlOf('GET', 'cond'))).toBe('304');
    expect(await curl(...STATUS, '--header', 'If-Match: "other"', urlOf('GET', 'cond'))).toBe('412');
  });

  test('a form made by presignPost', async () => {
    const form = presignPost({
      ...{ bucket: 'curled', keyPrefix: 'forms/', maxSize: 100, region: store.region, endpoint: store.endpoint },
      ...{ credentials: store.credentials, expiresIn: '10m' },
    });
    // biome-ignore lint/suspicious/noTemplateCurlyInString: S3's placeholder for the name of the chosen file.
    const fields = Object.entries({ ...form.fields, key: 'forms/${filename}' }).flatMap(([name, value]) => [
      '--form-string',
      `${name}=${value}`,
    ]);
    expect(await curl(...STATUS, ...fields, '--form', 'file=@note.txt', form.url)).toBe('204');
    await curl('--fail', '--output', 'form-back', urlOf('GET', 'forms/note.txt'));
    expect(await readFile(local('form-back'), 'utf8')).toBe('a private note\n');
    await writeFile(local('large'), sampleBytes(101));
    expect(await curl(...fields, '--form', 'file=@large', form.url)).toContain('<Code>EntityTooLarge</Code>');
  });

  test('virtual-host style under localhost', async () => {
    const endpoint = store.endpoint.replace('127.0.0.1', 'localhost');
    const shared = {
      bucket: 'curled',
      key: 'cond',
      region: store.region,
      endpoint,
      style: 'virtual',
      credentials: store.credentials,
      expiresIn: 600,
    } as const;
    const { url } = presign({ method: 'GET', ...shared });
    expect(new URL(url).hostname).toBe('curled.localhost');
    expect(await curl('--fail', url)).toBe('a private note\n');
  });
});
