/** Clients that follow to the S3 behind, and those that sign in headers, which are never sent there. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AttachUserPolicyCommand, CreateAccessKeyCommand, CreatePolicyCommand, CreateUserCommand, IAMClient } from '@aws-sdk/client-iam';
import { PutBucketCorsCommand, S3Client } from '@aws-sdk/client-s3';
import { presign } from '@latchkey/sigv4';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeBucket } from '../support/arrange.ts';
import { AWS_PROGRAMS, awsCli } from '../support/aws-cli.ts';
import { launchChromium, type Site, serveSite } from '../support/browser.ts';
import { writtenBytesOf } from '../support/carried-bytes.ts';
import { installedVersions } from '../support/installed-versions.ts';
import { latchkey } from '../support/latchkey-command.ts';
import { pathOf } from '../support/path-of.ts';
import { needs } from '../support/programs.ts';
import { runProgram, streamProgram } from '../support/run-program.ts';
import { digestOf, digestOfFile, MIB, sampleBytes, sampleStream } from '../support/sample-bytes.ts';
import { REGION, ROOT, serveForThisFile } from '../support/served.ts';

/** More than a small answer, less than a test should carry about for each client. */
const FILM = sampleBytes(20 * MIB, 3);
const HUGE_BYTES = (process.env.FULL === '1' ? 1024 : 256) * MIB;

const upstream = await serveForThisFile();
const limited = await readingKey();
const store = await serveForThisFile(['--objects', `s3+${upstream.endpoint}?region=${REGION}&public-endpoint=${upstream.endpoint}`], {
  LATCHKEY_UPSTREAM_ACCESS_KEY_ID: upstream.credentials.accessKeyId,
  LATCHKEY_UPSTREAM_SECRET_ACCESS_KEY: upstream.credentials.secretAccessKey,
  LATCHKEY_REDIRECT_ACCESS_KEY_ID: limited.accessKeyId,
  LATCHKEY_REDIRECT_SECRET_ACCESS_KEY: limited.secretAccessKey,
});

/** An access key of the upstream that may read objects, and nothing else. */
async function readingKey(): Promise<{ readonly accessKeyId: string; readonly secretAccessKey: string }> {
  const iam = new IAMClient({ endpoint: upstream.endpoint, region: REGION, credentials: ROOT });
  const Statement = [{ Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::*' }];
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
  await iam.send(new CreateUserCommand({ UserName: 'redirects' }));
  const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName: 'reads', PolicyDocument }));
  await iam.send(new AttachUserPolicyCommand({ UserName: 'redirects', PolicyArn: Policy?.Arn }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'redirects' }));
  return { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' };
}

const { endpoint, region, credentials } = store;
const signed = (method: 'GET' | 'PUT', key: string, more = {}) =>
  presign({ method, bucket: 'films', key, endpoint, region, credentials, expiresIn: '10m', ...more }).url;
const options = { env: store.environment, cwd: store.scratch };
const curl = (...parameters: readonly string[]) => runProgram('curl', ['--silent', '--show-error', '--fail', ...parameters], options);
const command = async (...args: readonly string[]) => {
  const environment = {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  };
  return latchkey(args, { environment });
};
const redirects = (...flags: readonly string[]) => command('bucket', 'redirect', 'films', ...flags);

beforeAll(async () => {
  await makeBucket(store, 'films');
  expect(
    (
      await fetch(signed('PUT', 'film.mp4', { contentType: 'video/mp4' }), {
        method: 'PUT',
        body: FILM,
        headers: { 'content-type': 'video/mp4' },
      })
    ).status,
  ).toBe(200);
  expect((await redirects('--downloads', 'unlimited')).status).toBe(0);
});

test('latchkey bucket redirect shows and changes what is redirected', async () => {
  expect((await redirects()).stdout).toBe('downloads: unlimited\nof at least: 8388608 bytes\nwith a URL that is good for: 30 s\n');
  expect(JSON.parse((await redirects('--json')).stdout)).toEqual({ downloads: 'unlimited', minSizeBytes: 8 * MIB, lifetimeSeconds: 30 });
  expect(await redirects('--downloads', 'some')).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('--downloads must be none, unlimited or all.'),
  });
  expect(await redirects('--downloads', 'all', '--lifetime', '1000')).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('--lifetime must be 300 or less.'),
  });
  expect(await redirects('--min-size', '1MiB')).toMatchObject({ status: 2, stderr: expect.stringContaining('go with --downloads') });
  expect(await command('bucket', 'redirect')).toMatchObject({ status: 2 });
  expect(await command('bucket', 'redirect', 'nowhere')).toMatchObject({ status: 1, stderr: expect.stringContaining('NoSuchBucket') });
});

describe('curl', () => {
  const inCurl = needs('curl');
  inCurl('--location gets the object from the S3 behind, with an access key that may only read', async () => {
    const seen = await curl(
      '--location',
      '--output',
      'film',
      '--write-out',
      '%{num_redirects} %{url_effective} %{content_type}',
      signed('GET', 'film.mp4'),
    );
    const [count, url = '', type] = seen.split(' ');
    expect([count, new URL(url).host, type]).toEqual(['1', upstream.host, 'video/mp4']);
    expect(new URL(url).searchParams.get('X-Amz-Credential')).toMatch(new RegExp(`^${limited.accessKeyId}/`));
    expect(await digestOfFile(join(store.scratch, 'film'))).toBe(await digestOf(FILM));
  });
  inCurl('resumes a download that was cut, each time with another redirect', async () => {
    await curl('--range', '0-9999999', '--location', '--output', 'half', signed('GET', 'film.mp4'));
    await curl('--continue-at', '-', '--location', '--output', 'half', signed('GET', 'film.mp4'));
    expect(await digestOfFile(join(store.scratch, 'half'))).toBe(await digestOf(FILM));
  });
  inCurl(
    `gets ${HUGE_BYTES / MIB} MiB of which next to nothing passes through Latchkey`,
    async () => {
      const theirs = presign({
        method: 'PUT',
        bucket: 'films',
        key: 'huge',
        endpoint: upstream.endpoint,
        region,
        credentials: upstream.credentials,
        expiresIn: '10m',
      }).url;
      const length = ['--header', 'Transfer-Encoding:', '--header', `Content-Length: ${HUGE_BYTES}`];
      await runProgram('curl', ['--silent', '--fail', ...length, '--upload-file', '-', theirs], {
        ...options,
        input: sampleStream(HUGE_BYTES, 5),
      });
      const carriedBy = async (...flags: readonly string[]) => {
        const before = await writtenBytesOf(store.pid);
        const got = await streamProgram('curl', ['--silent', '--fail', '--location', ...flags, signed('GET', 'huge')], options, digestOf);
        return { got, bytes: (await writtenBytesOf(store.pid)) - before };
      };
      const redirected = await carriedBy();
      expect(redirected.got).toBe(await digestOf(sampleStream(HUGE_BYTES, 5)));
      expect(redirected.bytes).toBeLessThan(MIB);
      // What is delivered here does show in that number.
      const delivered = await carriedBy('--range', `0-${8 * MIB - 2}`);
      expect(delivered.bytes).toBeGreaterThan(8 * MIB - 2);
      console.log(`${HUGE_BYTES / MIB} MiB by redirect: ${redirected.bytes} bytes written by Latchkey, its log and trail included`);
    },
    600_000,
  );
});

describe.each(installedVersions(['/usr/bin/python3', 'python3'], ['-c', 'import boto3, requests; print("boto3", boto3.__version__)']))(
  '$name',
  ({ name, program }) => {
    needs(name.startsWith('boto3') ? program : 'boto3')(
      'requests follows from a URL that boto3 signed; boto3 itself is not redirected',
      async () => {
        const file = fileURLToPath(new URL('programs/follow-redirect.py', import.meta.url));
        const { whole, part, boto3 } = JSON.parse(
          await runProgram(program, [file], { ...options, env: { ...options.env, ENDPOINT: endpoint } }),
        );
        expect(whole).toEqual({ via: [307], status: 200, sha256: await digestOf(FILM) });
        expect(part).toEqual({ via: [307], status: 206, sha256: await digestOf(FILM.subarray(1_000_000)) });
        expect(boto3).toBe(await digestOf(FILM));
      },
    );
  },
);

describe.each(installedVersions(AWS_PROGRAMS, ['--version']))('aws s3 ($name)', ({ program }) => {
  needs(program)('downloads as ever', async () => {
    await awsCli(program, store)(['s3', 'cp', '--no-progress', 's3://films/film.mp4', 'film-by-aws']);
    expect(await digestOfFile(join(store.scratch, 'film-by-aws'))).toBe(await digestOf(FILM));
  });
});

describe('in Chromium', () => {
  const inChromium = needs('chromium');
  let browser: Browser;
  let site: Site;
  let page: Page;
  beforeAll(async () => {
    if (pathOf('chromium') === undefined) return;
    browser = await launchChromium();
    site = await serveSite({ '/': '<!doctype html><title>Another origin</title>' });
    page = await browser.newPage();
    await page.goto(site.origin);
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });
  const allow = async (at: string, origin: string) => {
    const CORSRules = [{ AllowedOrigins: [origin], AllowedMethods: ['GET'], AllowedHeaders: ['*'] }];
    const client = new S3Client({ endpoint: at, region, credentials: ROOT, forcePathStyle: true });
    await client.send(new PutBucketCorsCommand({ Bucket: 'films', CORSConfiguration: { CORSRules } }));
  };
  const fetched = (url: string) =>
    page.evaluate(async (href) => {
      const reply = await fetch(href).catch(() => undefined);
      return reply && { isRedirected: reply.redirected, sizeBytes: (await reply.arrayBuffer()).byteLength };
    }, url);

  inChromium('fetch of a page of another origin follows where the S3 behind allows every origin', async () => {
    await allow(endpoint, site.origin);
    // After the second origin a browser says `Origin: null`.
    await allow(upstream.endpoint, site.origin);
    expect(await fetched(signed('GET', 'film.mp4'))).toBeUndefined();
    await allow(upstream.endpoint, '*');
    expect(await fetched(signed('GET', 'film.mp4'))).toEqual({ isRedirected: true, sizeBytes: FILM.length });
  });
  inChromium('the pages of links save what is redirected, by their link and by their button', async () => {
    expect((await redirects('--downloads', 'all')).status).toBe(0);
    for (const [role, ...uses] of [['link'], ['button', '--uses', '3']] as const) {
      const made = await command('link', 'create', 's3://films/film.mp4', '--landing', '--download-as', 'Our film.mp4', '--json', ...uses);
      const refused: string[] = [];
      page.on('console', (message) => message.type() === 'error' && refused.push(message.text()));
      await page.goto(JSON.parse(made.stdout).landingUrl);
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole(role, { name: 'Download' }).click()]);
      expect([new URL(download.url()).host, download.suggestedFilename()]).toEqual([upstream.host, 'Our film.mp4']);
      expect(await digestOf(await download.createReadStream())).toBe(await digestOf(FILM));
      expect(refused).toEqual([]);
    }
  });
});
