import { appendFile, mkdtemp, open, readdir, rm, truncate, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bucketName } from '@latchkey/s3/names';
import { body, collect, contentOfSize, key, md5, NOTHING, NOW, required } from '@latchkey/storage/suite/bodies';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BLOCK_BYTES } from './block-checks.ts';
import { openLocalObjectStore } from './local-object-store.ts';

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
