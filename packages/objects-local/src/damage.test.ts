import { appendFile, copyFile, mkdtemp, open, readdir, rm, truncate, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bucketName } from '@latchkey/s3/names';
import { newHealth } from '@latchkey/storage/health';
import { body, collect, contentOfSize, key, md5, NOTHING, NOW, PART, required } from '@latchkey/storage/suite/bodies';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BLOCK_BYTES } from './block-checks.ts';
import { openCatalogue } from './catalogue.ts';
import { openLocalObjectStore } from './local-object-store.ts';
import type { Finding } from './scrub.ts';

const bucket = bucketName('photos');
const SIZE = 2 * BLOCK_BYTES + 1000;
const CONTENT = contentOfSize(SIZE);
const REFUSED = { code: 'InternalError' };
let directory: string;
let store: Awaited<ReturnType<typeof openLocalObjectStore>>;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'latchkey-damage-'));
  store = await openLocalObjectStore({ directory });
  await store.createBucket({ name: bucket, createdAt: NOW, region: 'us-east-1' });
  await store.putObject(bucket, key('k'), body(CONTENT, 50_000), NOTHING, { now: NOW });
});
afterEach(async () => {
  await store.close();
  await rm(directory, { recursive: true });
});

for (const at of [0, BLOCK_BYTES - 1, BLOCK_BYTES, SIZE - 1, SIZE, SIZE + 4, SIZE + 11]) {
  test(`one changed bit in byte ${at} of a file is never sent as a success`, async () => {
    await flip(at);
    const sent = await readAsFarAsPossible({ start: 0, end: SIZE - 1 });
    expect(sent.error).toMatchObject(REFUSED);
    // What did leave is right, and ends before the damaged block.
    expect(sent.bytes.equals(CONTENT.subarray(0, sent.bytes.length))).toBe(true);
    expect(sent.bytes.length).toBeLessThan(SIZE);
  });
}

test('a range of sound blocks is served from a damaged file, and a range of the damaged one is not', async () => {
  await flip(BLOCK_BYTES + 5);
  expect((await readAsFarAsPossible({ start: 10, end: BLOCK_BYTES - 1 })).bytes.equals(CONTENT.subarray(10, BLOCK_BYTES))).toBe(true);
  expect((await readAsFarAsPossible({ start: 2 * BLOCK_BYTES, end: SIZE - 1 })).error).toBeUndefined();
  const refused = await readAsFarAsPossible({ start: BLOCK_BYTES + 9, end: BLOCK_BYTES + 9 });
  expect(refused.error).toMatchObject(REFUSED);
  expect(refused.bytes).toHaveLength(0);
});

test('a file that was cut, made longer or removed is refused before its first byte', async () => {
  const path = await blobFile();
  for (const harm of [() => appendFile(path, 'x'), () => truncate(path, SIZE), () => truncate(path, 0), () => unlink(path)]) {
    await harm();
    const { bytes, error } = await readAsFarAsPossible({ start: 0, end: 0 });
    expect(error).toMatchObject(REFUSED);
    expect(bytes).toHaveLength(0);
  }
});

test('a file that is cut while it is read ends in an error', async () => {
  const open = await required(store.openObject(bucket, key('k')));
  const reading = open.read()[Symbol.asyncIterator]();
  await reading.next();
  await truncate(await blobFile(), BLOCK_BYTES + 10);
  const rest = collect({ [Symbol.asyncIterator]: () => reading });
  // The second block may have been read ahead already; the third cannot have been.
  await expect(rest).rejects.toMatchObject(REFUSED);
});

test('the error names the stored bytes and what is wrong with them, for the log', async () => {
  await flip(3);
  const { error } = await readAsFarAsPossible({ start: 0, end: 0 });
  const [name] = (await blobFile()).split('/').slice(-1);
  expect(error).toMatchObject({
    cause: { message: `The stored bytes ${name} cannot be read.`, cause: { message: 'Block 0 of it is damaged.' } },
  });
});

test('an intact object is not accused', async () => {
  expect(md5((await readAsFarAsPossible({ start: 0, end: SIZE - 1 })).bytes)).toBe(md5(CONTENT));
});

test('a small object whose bytes in the index were changed is refused, and scrub names it', async () => {
  await store.putObject(bucket, key('inline'), body('as it was put'), NOTHING, { now: NOW });
  const catalogue = openCatalogue(join(directory, 'index'), newHealth('index'), async () => 2 ** 40);
  await catalogue.change(() => {
    for (const id of catalogue.inline.getKeys({ start: Buffer.of(0) })) catalogue.inline.putSync(id, Buffer.from('as it never was'));
  });
  await expect(store.openObject(bucket, key('inline'))).rejects.toMatchObject(REFUSED);
  expect(await findings()).toMatchObject([{ kind: 'damaged' }]);
  await catalogue.close();
});

test('scrub finds nothing in a sound store, with everything there can be in it', async () => {
  await store.putObject(bucket, key('inline'), body('small'), NOTHING, { now: NOW });
  await store.putObject(bucket, key('empty'), body(''), NOTHING, { now: NOW });
  for (const [text, isCompleted] of [
    ['parts', true],
    ['unfinished', false],
  ] as const) {
    const { uploadId } = await store.createUpload(bucket, key(text), NOTHING, { now: NOW });
    const parts = [];
    for (const [index, content] of [PART, Buffer.from('small part')].entries()) {
      parts.push(await store.uploadPart(bucket, key(text), uploadId, index + 1, body(content), { now: NOW }));
    }
    const named = parts.map(({ partNumber, etag }) => ({ partNumber, etag }));
    if (isCompleted) await store.completeUpload(bucket, key(text), uploadId, named, { now: NOW });
  }
  expect(await findings()).toEqual([]);
});

test('scrub names every file that nothing refers to, and every body that is damaged or missing', async () => {
  const path = await blobFile();
  const id = path.slice(-32);
  await copyFile(path, join(path, '..', 'f'.repeat(32)));
  expect(await findings()).toEqual([{ kind: 'orphan', id: 'f'.repeat(32) }]);
  await unlink(join(path, '..', 'f'.repeat(32)));
  await flip(BLOCK_BYTES);
  expect(await findings()).toMatchObject([{ kind: 'damaged', id }]);
  await unlink(path);
  expect(await findings()).toMatchObject([{ kind: 'damaged', id }]);
});

async function findings(): Promise<Finding[]> {
  const found: Finding[] = [];
  for await (const finding of store.scrub()) found.push(finding);
  return found;
}

async function readAsFarAsPossible(range: {
  readonly start: number;
  readonly end: number;
}): Promise<{ readonly bytes: Buffer; readonly error?: unknown }> {
  const open = await required(store.openObject(bucket, key('k')));
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of open.read(range)) chunks.push(chunk);
  } catch (error) {
    return { bytes: Buffer.concat(chunks), error };
  }
  return { bytes: Buffer.concat(chunks) };
}

async function blobFile(): Promise<string> {
  const [file] = (await readdir(join(directory, 'blobs'), { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  if (file === undefined) throw new Error('there is no file');
  return join(file.parentPath, file.name);
}

async function flip(at: number): Promise<void> {
  const file = await open(await blobFile(), 'r+');
  const byte = Buffer.alloc(1);
  await file.read(byte, 0, 1, at);
  byte[0] = (byte[0] ?? 0) ^ 0x10;
  await file.write(byte, 0, 1, at);
  await file.close();
}
