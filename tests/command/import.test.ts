/** Objects from a data directory, another S3 and plain files come over with what belongs to them, and what is there is left alone. */
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sha256Hex } from '../support/independent-signer.ts';
import { latchkey, startLatchkeyCommand } from '../support/latchkey-command.ts';
import { type ServerProcess, serverProcess } from '../support/several-servers.ts';
import { ROOT } from '../support/test-server.ts';
import { type Answer, send, signed, type Wanted, xmlTexts } from '../support/wire-client.ts';

const MIB = 1024 * 1024;
const HEADERS = {
  'content-type': 'text/plain; charset=utf-8',
  'content-disposition': 'attachment; filename="a.txt"',
  'content-language': 'de',
  'cache-control': 'max-age=60',
  'x-amz-meta-who': 'Ann',
  'x-amz-tagging': 'a=1&b=%C3%A9',
};
const ENVIRONMENT = {
  AWS_ACCESS_KEY_ID: ROOT.accessKeyId,
  AWS_SECRET_ACCESS_KEY: ROOT.secretAccessKey,
  LATCHKEY_UPSTREAM_ACCESS_KEY_ID: ROOT.accessKeyId,
  LATCHKEY_UPSTREAM_SECRET_ACCESS_KEY: ROOT.secretAccessKey,
};

const sha256Base64 = (body: string | Buffer): string => Buffer.from(sha256Hex(body), 'hex').toString('base64');

let folder: string;
let from: ServerProcess;
let to: ServerProcess;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey-import-'));
  [from, to] = [await serverProcess(join(folder, 'from')), await serverProcess(join(folder, 'to'))];
  await ask(from, 'PUT', '/box');
  await ask(from, 'PUT', '/empty');
  for (let i = 0; i < 30; i++) await ask(from, 'PUT', `/box/many/${i}`, { body: `number ${i}` });
  await ask(from, 'PUT', '/box/small', { body: 'small', headers: HEADERS });
  await ask(from, 'PUT', '/box/a b/é+%2F?', { body: '' });
  await ask(from, 'PUT', '/box/checked', { headers: { 'x-amz-checksum-sha256': sha256Base64('abc') }, body: 'abc' });
  await inParts(from, '/box/plain-parts', [6 * MIB, 5 * MIB, 1], {});
  await inParts(from, '/box/parts', [5 * MIB, 20], { ...HEADERS, 'x-amz-checksum-algorithm': 'SHA256' });
}, 60_000);
afterAll(async () => {
  await Promise.all([from?.close(), to?.close()]);
  await rm(folder, { recursive: true, force: true });
});

const ask = async (server: ServerProcess, method: string, path: string, wanted: Wanted = {}): Promise<Answer> => {
  const reply = await send(server, signed(server, method, path, wanted));
  expect(reply.status, `${method} ${path}: ${reply.text}`).toBeLessThan(300);
  return reply;
};

async function inParts(server: ServerProcess, path: string, sizes: readonly number[], headers: Record<string, string>): Promise<void> {
  const uploadId = xmlTexts((await ask(server, 'POST', path, { query: { uploads: '' }, headers })).text, 'UploadId')[0] as string;
  const parts: string[] = [];
  for (const [i, size] of sizes.entries()) {
    const body = Buffer.alloc(size, `${i}`);
    const checksum = 'x-amz-checksum-algorithm' in headers ? sha256Base64(body) : undefined;
    const query = { partNumber: String(i + 1), uploadId };
    const part = await ask(server, 'PUT', path, { query, body, ...(checksum && { headers: { 'x-amz-checksum-sha256': checksum } }) });
    const element = checksum ? `<ChecksumSHA256>${checksum}</ChecksumSHA256>` : '';
    parts.push(`<Part><PartNumber>${i + 1}</PartNumber><ETag>${part.headers.get('etag')}</ETag>${element}</Part>`);
  }
  const body = `<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`;
  await ask(server, 'POST', path, { query: { uploadId }, body });
}

/** All that is told about an object, but for when it was written. */
async function told(server: ServerProcess, path: string): Promise<Record<string, unknown>> {
  const { headers, text } = await ask(server, 'GET', path, { headers: { 'x-amz-checksum-mode': 'ENABLED' } });
  const tags = (await ask(server, 'GET', path, { query: { tagging: '' } })).text;
  const shown = [...headers].filter(([name]) => !/^(date|last-modified|x-amz-id-2|x-amz-request-id|connection|keep-alive)$/.test(name));
  return { ...Object.fromEntries(shown), text, tags };
}

const run = async (server: ServerProcess, ...args: readonly string[]) => {
  const ended = await latchkey(['import', ...args, '--endpoint-url', server.s3, '--json'], { environment: ENVIRONMENT });
  const lines = ended.stdout.split('\n').filter(Boolean);
  return {
    ...ended,
    sums: lines.length > 0 ? JSON.parse(lines.at(-1) as string) : {},
    each: lines.slice(0, -1).map((line) => JSON.parse(line)),
  };
};
const objectsOf = (name: string) => `file:${join(folder, name, 'objects')}`;

const OBJECTS = ['/box/small', '/box/a b/é+%2F?', '/box/checked', '/box/plain-parts', '/box/parts', '/box/many/7'];

test('import takes over what is in a data directory, equal to the ETag, and the second time nothing', { timeout: 60_000 }, async () => {
  const planned = await run(to, objectsOf('from'), '--dry-run');
  expect([planned.status, planned.sums.planned, planned.sums.copied], planned.stderr).toEqual([0, 35, 0]);
  expect((await send(to, signed(to, 'HEAD', '/box'))).status).toBe(404);

  const first = await run(to, objectsOf('from'), '--parallel', '3');
  expect([first.status, first.sums], first.stderr).toEqual([
    0,
    { copied: 35, copiedBytes: expect.any(Number), planned: 0, there: 0, failed: 0, gone: 0, otherEtags: 0 },
  ]);
  for (const path of OBJECTS) expect(await told(to, path), path).toEqual(await told(from, path));
  expect((await send(to, signed(to, 'HEAD', '/empty'))).status).toBe(200);

  await ask(from, 'PUT', '/box/many/7', { body: 'another' });
  const second = await run(to, objectsOf('from'));
  expect(second.sums).toMatchObject({ copied: 1, there: 34, failed: 0 });
  expect(second.each).toMatchObject([{ bucket: 'box', key: 'many/7', outcome: 'copied', sizeBytes: 7 }]);
});

test('import takes over the buckets of another S3, by other names where they are said', { timeout: 60_000 }, async () => {
  const source = `s3+${from.s3.replace(/\/$/, '')}?bucket=renamed:box`;
  const copied = await run(to, source);
  expect([copied.status, copied.sums], copied.stderr).toMatchObject([0, { copied: 35, there: 0, failed: 0, otherEtags: 0 }]);
  for (const path of OBJECTS) expect(await told(to, path.replace('/box/', '/renamed/')), path).toEqual(await told(from, path));
  expect((await run(to, source)).sums).toMatchObject({ copied: 0, there: 35 });
});

test('import takes over files, with the type that their names tell, and again only those that changed', { timeout: 60_000 }, async () => {
  const directory = join(folder, 'files');
  await mkdir(join(directory, 'deep/er'), { recursive: true });
  await writeFile(join(directory, 'page.html'), '<p>');
  await writeFile(join(directory, 'deep/er/empty'), '');
  await writeFile(join(directory, 'deep/film.mp4'), Buffer.alloc(3 * MIB, 'm'));
  await symlink('/', join(directory, 'deep/all'));
  const longAgo = new Date(Date.now() - 3_600_000);
  for (const name of ['page.html', 'deep/er/empty', 'deep/film.mp4']) await utimes(join(directory, name), longAgo, longAgo);
  const copied = await run(to, directory, 's3://web/site/');
  expect([copied.status, copied.sums], copied.stderr).toMatchObject([0, { copied: 3, failed: 0, otherEtags: 0 }]);
  expect((await ask(to, 'GET', '/web/site/page.html')).headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect((await ask(to, 'GET', '/web/site/deep/film.mp4')).body.equals(Buffer.alloc(3 * MIB, 'm'))).toBe(true);
  expect((await ask(to, 'HEAD', '/web/site/deep/er/empty')).headers.get('content-length')).toBe('0');

  await writeFile(join(directory, 'page.html'), '<b>');
  await utimes(join(directory, 'page.html'), new Date(), new Date(Date.now() + 3_600_000));
  expect((await run(to, directory, 's3://web/site/')).sums).toMatchObject({ copied: 1, there: 2 });
  expect((await ask(to, 'GET', '/web/site/page.html')).text).toBe('<b>');
});

test('import stores nothing of an object that is damaged, says which, and goes on', { timeout: 60_000 }, async () => {
  const damaged = await serverProcess(join(folder, 'damaged'));
  for (const key of ['a', 'b', 'c']) {
    if (key === 'a') await ask(damaged, 'PUT', '/hurt');
    await ask(damaged, 'PUT', `/hurt/${key}`, { body: key.repeat(100_000) });
  }
  await damaged.close();
  const blobs = join(folder, 'damaged/objects/blobs');
  for (const entry of await readdir(blobs, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || !(await readFile(path, 'latin1')).startsWith('b')) continue;
    await writeFile(path, `${'b'.repeat(99_999)}x`);
  }
  const copied = await run(to, objectsOf('damaged'));
  expect([copied.status, copied.sums]).toMatchObject([1, { copied: 2, failed: 1 }]);
  expect(copied.stderr).toMatch(/^s3:\/\/hurt\/b: .*cannot be read/);
  expect((await send(to, signed(to, 'HEAD', '/hurt/b'))).status).toBe(404);
  expect((await ask(to, 'GET', '/hurt/c')).text).toBe('c'.repeat(100_000));
});

test('import that is stopped says so, has stored nothing by halves, and goes on where it was', { timeout: 60_000 }, async () => {
  const directory = join(folder, 'long');
  await mkdir(directory);
  for (let i = 0; i < 300; i++) await writeFile(join(directory, `file-${i}`), `content of ${i}`);
  const parameters = ['import', directory, 's3://long/', '--endpoint-url', to.s3, '--parallel', '2', '--json'];
  const importing = await startLatchkeyCommand(parameters, { environment: ENVIRONMENT });
  expect(await importing.stop('SIGTERM')).toBe(1);
  expect(importing.stderr()).toMatch(/Stopped by SIGTERM\. Run it again to go on\./);
  const { copied } = JSON.parse(importing.stdout.at(-1) as string);
  expect(copied).toBeGreaterThan(0);
  expect(copied).toBeLessThan(300);

  // What was written in this second can not be told from what was there before.
  const longAgo = new Date(Date.now() - 3_600_000);
  for (let i = 0; i < 300; i++) await utimes(join(directory, `file-${i}`), longAgo, longAgo);
  const again = await run(to, directory, 's3://long/');
  expect([again.status, again.sums.failed, again.sums.copied + again.sums.there], again.stderr).toEqual([0, 0, 300]);
  expect(again.sums.there).toBeGreaterThanOrEqual(copied);
  expect((await ask(to, 'GET', '/long/file-299')).text).toBe('content of 299');
});

test('import says what is wrong with where it is to read and to write, without a secret', { timeout: 60_000 }, async () => {
  const status = async (...args: readonly string[]) => (await run(to, ...args)).status;
  expect(await status()).toBe(2);
  expect(await status(objectsOf('from'), 's3://other/')).toBe(2);
  expect(await status(join(folder, 'files'))).toBe(2);
  expect(await status(objectsOf('from'), '--parallel', '0')).toBe(2);
  expect(await status(objectsOf('from'), '--bucket', 'No')).toBe(2);
  const nothing = await run(to, `file:${join(folder, 'nowhere')}`);
  expect([nothing.status, nothing.stderr]).toMatchObject([1, expect.stringContaining('There are no objects')]);
  expect(await readdir(folder)).not.toContain('nowhere');

  const secret = 'a-secret-that-is-not-right';
  const environment = { ...ENVIRONMENT, AWS_SECRET_ACCESS_KEY: secret };
  const refused = await latchkey(['import', objectsOf('from'), '--endpoint-url', to.s3], { environment });
  expect([refused.status, refused.stderr]).toMatchObject([1, expect.stringMatching(/ended early.*403/)]);
  expect(refused.stderr + refused.stdout).not.toContain(secret);
});
