/** What the suites put into stores and how they look at what comes out. */
import { createHash } from 'node:crypto';
import { type BucketName, bucketName, type ObjectKey, objectKey } from '@latchkey/s3/names';
import type { IncomingBody, ObjectProperties, ObjectStore, OpenObject } from '../object-store.ts';

export const NOW = Date.UTC(2026, 10, 5, 12, 0, 0);
export const NOTHING: ObjectProperties = { headers: {}, metadata: {} };
export const PROPERTIES: ObjectProperties = {
  headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
  metadata: { author: 'Zoë', empty: '' },
  tags: { project: 'blue', ünïcode: 'Größe 42' },
};
export const PART = contentOfSize(5 * 1024 * 1024);

let buckets = 0;
export function nextName(): BucketName {
  buckets += 1;
  return bucketName(`bucket-${buckets}`);
}

export async function newBucket(store: ObjectStore): Promise<BucketName> {
  const name = nextName();
  await store.createBucket({ name, createdAt: NOW, region: 'us-east-1' });
  return name;
}

export function key(text: string): ObjectKey {
  return objectKey(text);
}

export function put(store: ObjectStore, bucket: BucketName, text: string, content: string) {
  return store.putObject(bucket, key(text), body(content), NOTHING, { now: NOW });
}

export function body(content: string | Uint8Array, chunkBytes = 1 << 20): IncomingBody {
  const bytes = Buffer.from(content);
  return {
    sizeBytes: bytes.length,
    bytes: (async function* () {
      for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
    })(),
  };
}

export async function* failAfter(content: Uint8Array, failure: Error): AsyncGenerator<Uint8Array> {
  yield content;
  throw failure;
}

/** Bytes that repeat at no power of two, so that a block in the wrong place shows. */
export function contentOfSize(sizeBytes: number): Buffer {
  return Buffer.alloc(sizeBytes, createHash('sha512').update(`content of ${sizeBytes}`).digest().subarray(0, 61));
}

export async function contentOf(store: ObjectStore, bucket: BucketName, text: string): Promise<string> {
  return (await readAll(await required(store.openObject(bucket, key(text))))).toString();
}

export function readAll(open: OpenObject): Promise<Buffer> {
  return collect(open.read());
}

export async function collect(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export async function required<T>(promise: T | undefined | Promise<T | undefined>): Promise<T> {
  const value = await promise;
  if (value === undefined) throw new Error('expected something to be there');
  return value;
}

export function md5(content: string | Uint8Array): string {
  return createHash('md5').update(content).digest('hex');
}
