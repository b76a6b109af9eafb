/** Clients in front of an S3 that exists already: a second server, whose credentials nobody but the first one has. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { presign } from '@latchkey/sigv4';
import { beforeAll, describe, expect, test } from 'vitest';
import { AWS_PROGRAMS, awsCli } from '../support/aws-cli.ts';
import { installedVersions } from '../support/installed-versions.ts';
import { latchkey } from '../support/latchkey-command.ts';
import { peakMemoryOf } from '../support/peak-memory.ts';
import { needs } from '../support/programs.ts';
import { runProgram, streamProgram } from '../support/run-program.ts';
import { digestOf, digestOfFile, MIB, sampleStream, writeSample } from '../support/sample-bytes.ts';
import { serveForThisFile } from '../support/served.ts';

const THEIRS = { accessKeyId: 'LKUPSTREAMEXAMPLE234', secretAccessKey: 'upstreamsecretEXAMPLEKEYlatchkey0000000000' };
const REGION = 'eu-central-1';

const upstream = await serveForThisFile(['--region', REGION], {
  LATCHKEY_ROOT_ACCESS_KEY_ID: THEIRS.accessKeyId,
  LATCHKEY_ROOT_SECRET_ACCESS_KEY: THEIRS.secretAccessKey,
});
const store = await serveForThisFile(['--objects', `s3+${upstream.endpoint}?region=${REGION}&bucket-prefix=acme-`], {
  LATCHKEY_UPSTREAM_ACCESS_KEY_ID: THEIRS.accessKeyId,
  LATCHKEY_UPSTREAM_SECRET_ACCESS_KEY: THEIRS.secretAccessKey,
});

const ours = (method: 'GET' | 'HEAD' | 'PUT', bucket: string, key?: string) => {
  const { endpoint, region, credentials } = store;
  return presign({ method, bucket, key, endpoint, region, credentials, expiresIn: '1h' }).url;
};
const theirs = (method: 'GET' | 'PUT', bucket: string, key?: string) =>
  presign({ method, bucket, key, endpoint: upstream.endpoint, region: REGION, credentials: THEIRS, expiresIn: '1h' }).url;
const command = async (...args: string[]) => {
  const environment = {
    AWS_ENDPOINT_URL: store.endpoint,
    AWS_ACCESS_KEY_ID: store.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: store.credentials.secretAccessKey,
  };
  const { status, stdout, stderr } = await latchkey([...args, '--json'], { environment });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout.split('\n')[0] ?? '') as { readonly id: string; readonly url: string };
};

beforeAll(async () => {
  expect((await fetch(ours('PUT', 'photos'), { method: 'PUT' })).status).toBe(200);
});

describe.each(installedVersions(AWS_PROGRAMS, ['--version']))('aws s3 ($name) in front of another S3', ({ program, name }) => {
  const aws = awsCli(program, store);
  const bucket = `files-of-${name.replace('/', '-')}`;
  const local = (file: string) => join(store.scratch, `${bucket}-${file}`);

  needs(program)('makes buckets, brings files up and down, by parts where they are large, lists, copies, syncs and removes', async () => {
    await aws(['s3', 'mb', `s3://${bucket}`]);
    await writeFile(local('note'), 'a private note\n');
    await writeSample(local('large'), 40 * MIB);
    for (const file of ['note', 'large']) {
      await aws(['s3', 'cp', '--no-progress', local(file), `s3://${bucket}/in/${file}`]);
      await aws(['s3', 'cp', '--no-progress', `s3://${bucket}/in/${file}`, local('back')]);
      expect(await digestOfFile(local('back'))).toBe(await digestOfFile(local(file)));
    }
    await aws(['s3', 'cp', '--no-progress', `s3://${bucket}/in/large`, `s3://${bucket}/copy/large`]);
    expect(await aws(['s3', 'ls', '--recursive', `s3://${bucket}`])).toMatch(
      / 41943040 copy\/large\n.* 41943040 in\/large\n.* 15 in\/note\n/,
    );
    await aws(['s3', 'rm', '--recursive', `s3://${bucket}`]);
    await aws(['s3', 'rb', `s3://${bucket}`]);
  });
});

test('what is put is there for whoever uses the upstream, and the other way round', async () => {
  await fetch(ours('PUT', 'photos', 'cat.txt'), { method: 'PUT', body: 'meow' });
  expect(await (await fetch(theirs('GET', 'acme-photos', 'cat.txt'))).text()).toBe('meow');
  await fetch(theirs('PUT', 'acme-photos', 'ein Hündchen+%2F'), { method: 'PUT', body: 'wuff' });
  expect(await (await fetch(ours('GET', 'photos', 'ein Hündchen+%2F'))).text()).toBe('wuff');
  await fetch(theirs('PUT', 'private'), { method: 'PUT' });
  expect((await fetch(ours('GET', 'private'))).status).toBe(404);
});

test('a link is used once, and one that was revoked is dead', async () => {
  await fetch(ours('PUT', 'photos', 'shared.txt'), { method: 'PUT', body: 'for you' });
  const once = await command('share', 's3://photos/shared.txt', '--expires-in', '1h', '--uses', '1');
  expect(once.url.startsWith(store.endpoint)).toBe(true);
  expect(await (await fetch(once.url)).text()).toBe('for you');
  expect((await fetch(once.url)).status).toBe(403);
  const many = await command('share', 's3://photos/shared.txt', '--expires-in', '1h');
  expect((await fetch(many.url)).status).toBe(200);
  await command('link', 'revoke', many.id);
  expect((await fetch(many.url)).status).toBe(403);
});

test('an upload that is not what was signed leaves nothing upstream', async () => {
  const link = await command('link', 'create', 's3://photos/inbox.bin', '--method', 'PUT', '--max-size', '1MiB');
  expect((await fetch(link.url, { method: 'PUT', body: Buffer.alloc(2 * MIB) })).status).toBe(400);
  const headers = { 'content-md5': 'AAAAAAAAAAAAAAAAAAAAAA==' };
  for (const size of [10, MIB]) {
    const wrong = await fetch(ours('PUT', 'photos', 'inbox.bin'), { method: 'PUT', body: Buffer.alloc(size), headers });
    expect(await wrong.text()).toContain('<Code>BadDigest</Code>');
  }
  expect((await fetch(theirs('GET', 'acme-photos', 'inbox.bin'))).status).toBe(404);
});

test('no answer shows the upstream: neither its address nor its request ids, nor the names of its buckets', async () => {
  for (const url of [ours('GET', 'photos'), ours('GET', 'photos', 'missing'), ours('GET', 'nowhere'), ours('GET', 'photos', 'cat.txt')]) {
    const answer = await fetch(url);
    const text = JSON.stringify([...answer.headers]) + (await answer.text());
    expect(text).not.toContain(new URL(upstream.endpoint).host);
    expect(text).not.toContain('acme-');
    expect(text).not.toContain(THEIRS.accessKeyId);
  }
});

/** 1 GiB with FULL=1; otherwise large enough that a gateway holding it would show. */
const SIZE_BYTES = (process.env.FULL === '1' ? 1024 : 256) * MIB;

needs('curl')(`${SIZE_BYTES / MIB} MiB go up and down through a gateway that stays under 200 MiB`, async () => {
  const options = { env: store.environment, cwd: store.scratch };
  const common = ['--silent', '--show-error', '--fail'];
  const length = ['--header', 'Transfer-Encoding:', '--header', `Content-Length: ${SIZE_BYTES}`];
  const input = sampleStream(SIZE_BYTES, 1);
  const upload = [...common, ...length, '--upload-file', '-', ours('PUT', 'photos', 'huge')];
  const started = Date.now();
  await runProgram('curl', upload, { ...options, input });
  const uploaded = Date.now();
  const received = await streamProgram('curl', [...common, ours('GET', 'photos', 'huge')], options, digestOf);
  const ended = Date.now();
  expect(received).toBe(await digestOf(sampleStream(SIZE_BYTES, 1)));
  const peakBytes = await peakMemoryOf(store.pid);
  console.log(
    `up in ${uploaded - started} ms, down in ${ended - uploaded} ms, the gateway's memory peaked at ${Math.round(peakBytes / MIB)} MiB`,
  );
  expect(peakBytes).toBeLessThan(200 * MIB);
});
