import { fileURLToPath } from 'node:url';
import { GetObjectCommand, PutBucketCorsCommand, S3Client } from '@aws-sdk/client-s3';
import { presign, presignPost } from '@latchkey/sigv4';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { makeBucket } from '../support/arrange.ts';
import { launchChromium, type Site, serveSite } from '../support/browser.ts';
import { pathOf } from '../support/path-of.ts';
import { printVersions } from '../support/print-versions.ts';
import { needs } from '../support/programs.ts';
import { digestOf, MIB, sampleBytes } from '../support/sample-bytes.ts';
import { serveForThisFile } from '../support/served.ts';

const store = await serveForThisFile();
printVersions('@uppy/core', '@uppy/aws-s3');

const test = needs('chromium');
const { region, endpoint, credentials } = store;
const bucket = 'uppy';
const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true });

let browser: Browser;
let site: Site;
let page: Page;

beforeAll(async () => {
  await makeBucket(store, bucket);
  if (pathOf('chromium') === undefined) return;
  site = await serveSite({ '/': '<!doctype html><script src="/uppy.js"></script>', '/uppy.js': await uppyForBrowsers() });
  const rule = {
    AllowedOrigins: [site.origin],
    AllowedMethods: ['GET', 'PUT', 'POST', 'DELETE'],
    AllowedHeaders: ['*'],
    ExposeHeaders: ['ETag'],
  };
  await client.send(new PutBucketCorsCommand({ Bucket: bucket, CORSConfiguration: { CORSRules: [rule] } }));
  browser = await launchChromium();
  page = await browser.newPage();
  await page.exposeFunction('sign', sign);
  await page.exposeFunction('signForm', signForm);
});

afterAll(async () => {
  await browser?.close();
  await site?.close();
});

describe('Uppy', () => {
  test('uploads a small file by one pre-signed PUT', async () => {
    const content = sampleBytes(100_000, 1);
    const { successful } = await upload({ name: 'small ü.png', content, type: 'image/png', signer: 'sign' });
    expect(successful).toEqual([expect.objectContaining({ uploadURL: `${endpoint}/uppy/small%20%C3%BC.png` })]);
    expect(await stored('small ü.png')).toEqual({ digest: await digestOf(content), type: 'image/png' });
  });

  test('uploads a small file by a form with a signed policy, and shows why a larger one is refused', async () => {
    const content = sampleBytes(1000, 2);
    const sent = await upload({ name: 'form.png', content, type: 'image/png', signer: 'signForm' });
    expect([sent.successful.length, sent.errors]).toEqual([1, []]);
    expect(await stored('form.png')).toEqual({ digest: await digestOf(content), type: 'image/png' });
    const refused = await upload({ name: 'large.png', content: sampleBytes(1001, 2), type: 'image/png', signer: 'signForm' });
    expect(refused).toEqual({ successful: [], errors: [expect.stringContaining('EntityTooLarge')] });
  });

  test('uploads a large file by pre-signed multipart', async () => {
    const content = sampleBytes(12 * MIB, 3);
    const { errors } = await upload({ name: 'large.bin', content, type: 'application/octet-stream', signer: 'sign', isMultipart: true });
    expect(errors).toEqual([]);
    expect((await stored('large.bin')).digest).toBe(await digestOf(content));
  });
});

type UploadRequest = { name: string; content: Buffer; type: string; signer: 'sign' | 'signForm'; isMultipart?: boolean };

/** Runs Uppy in the page, with the test as the application's server that signs. */
async function upload({
  content,
  isMultipart = false,
  ...file
}: UploadRequest): Promise<{ successful: { uploadURL?: string }[]; errors: string[] }> {
  await page.goto(site.origin);
  return page.evaluate(
    async ({ name, type, signer, base64, isMultipart }) => {
      const { Uppy, AwsS3, [signer]: signRequest } = window as unknown as Record<string, unknown>;
      const uppy = new (Uppy as new () => UppyLike)();
      uppy.use(AwsS3, { shouldUseMultipart: isMultipart, signRequest, generateObjectKey: () => name, getChunkSize: () => 5 * 1024 * 1024 });
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      uppy.addFile({ name, type, data: new File([bytes], name, { type }) });
      const result = await uppy.upload();
      return { successful: result.successful.map(({ uploadURL }) => ({ uploadURL })), errors: result.failed.map(({ error }) => error) };

      type UppyLike = {
        use(plugin: unknown, options: object): void;
        addFile(file: object): void;
        upload(): Promise<{ successful: { uploadURL: string }[]; failed: { error: string }[] }>;
      };
    },
    { ...file, isMultipart, base64: content.toString('base64') },
  );
}

type UppyRequest = { method: 'DELETE' | 'GET' | 'POST' | 'PUT'; key: string; contentType?: string; uploadId?: string; partNumber?: number };

/** Uppy's signRequest with a signing library: the request's members say which operation it is. */
function sign({ method, key, contentType, uploadId, partNumber }: UppyRequest): { url: string; headers: Record<string, string> } {
  const query = {
    ...(uploadId && { uploadId }),
    ...(partNumber && { partNumber: String(partNumber) }),
    ...(method === 'POST' && !uploadId && { uploads: '' }),
  };
  const { url } = presign({
    method,
    bucket,
    key,
    region,
    endpoint,
    credentials,
    expiresIn: '5m',
    query,
    ...(contentType && { contentType }),
  });
  return { url, headers: {} };
}

function signForm({ key, contentType }: UppyRequest): { url: string; fields: Record<string, string> } {
  const { url, fields } = presignPost({
    bucket,
    key,
    region,
    endpoint,
    credentials,
    expiresIn: '5m',
    maxSize: 1000,
    ...(contentType && { contentType }),
  });
  return { url, fields: { ...fields } };
}

async function stored(Key: string): Promise<{ digest: string; type: string | undefined }> {
  const { Body, ContentType } = await client.send(new GetObjectCommand({ Bucket: bucket, Key }));
  return { digest: await digestOf(Buffer.from(await Body!.transformToByteArray())), type: ContentType };
}

async function uppyForBrowsers(): Promise<string> {
  const page = fileURLToPath(new URL('../support/uppy-page.ts', import.meta.url));
  const { outputFiles } = await build({ entryPoints: [page], bundle: true, format: 'iife', write: false, logLevel: 'silent' });
  return outputFiles[0]!.text;
}
