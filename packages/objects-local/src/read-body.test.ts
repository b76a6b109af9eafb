import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Chunks, ObjectStore } from '@latchkey/storage/object-store';
import { body, key, NOTHING, NOW, newBucket, required } from '@latchkey/storage/suite/bodies';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BLOCK_BYTES } from './block-checks.ts';
import { openLocalObjectStore } from './local-object-store.ts';

let directory: string;
let store: ObjectStore;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'latchkey-objects-'));
  store = await openLocalObjectStore({ directory });
});

afterEach(async () => {
  await store.close();
  await rm(directory, { recursive: true });
});

test('a large object that is lent takes the memory of two blocks, and one that is kept the memory of all', async () => {
  expect(await memoriesOf(7 * BLOCK_BYTES, 'lent')).toBe(2);
  expect(await memoriesOf(7 * BLOCK_BYTES, 'kept')).toBe(7);
});

/** How many different memories the blocks of an object come in. */
async function memoriesOf(sizeBytes: number, chunks: Chunks): Promise<number> {
  const bucket = await newBucket(store);
  await store.putObject(bucket, key('k'), body(Buffer.alloc(sizeBytes, 1)), NOTHING, { now: NOW });
  const memories = new Set<ArrayBufferLike>();
  for await (const chunk of (await required(store.openObject(bucket, key('k')))).read(undefined, chunks)) memories.add(chunk.buffer);
  return memories.size;
}
