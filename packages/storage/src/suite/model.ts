import { S3Error } from '@latchkey/s3/errors';
import type { BucketName } from '@latchkey/s3/names';
import { bucketName, objectKey } from '@latchkey/s3/names';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openMemoryObjectStore } from '../memory-object-store.ts';
import type { ListOptions, ObjectStore, PartRecord } from '../object-store.ts';
import type { Lacks } from './lacks.ts';

/** Random commands on a store and on the memory reference: both must answer the same, to the last error code. */
export function describeModel(store: () => ObjectStore, lacks: Lacks): void {
  const outcome = (call: () => Promise<unknown>) => outcomeOf(call, lacks);
  const { command, keyText, listOptions } = arbitraries(lacks);
  describe('compared with the reference', () => {
    test('any commands are answered alike', { timeout: 120_000 }, async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(command, { minLength: 1, maxLength: 30 }), async (commands) => {
          const [actual, expected] = await Promise.all([session(store()), session(openMemoryObjectStore())]);
          for (const run of commands) expect(await outcome(() => run(actual))).toEqual(await outcome(() => run(expected)));
          for (const options of [{ limit: 1000 }, { limit: 1000, delimiter: '/' }]) {
            expect(await outcome(() => actual.store.listObjects(actual.bucket, options))).toEqual(
              await outcome(() => expected.store.listObjects(expected.bucket, options)),
            );
          }
        }),
        { numRuns: 60 },
      );
    });

    test('any listing of any keys is the same', { timeout: 120_000 }, async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.uniqueArray(keyText, { maxLength: 25 }),
          fc.array(listOptions, { minLength: 1, maxLength: 12 }),
          async (keys, listings) => {
            const [actual, expected] = await Promise.all([session(store()), session(openMemoryObjectStore())]);
            for (const each of [actual, expected]) await Promise.all(keys.map((text) => putText(each, text, text)));
            for (const options of listings) {
              expect(await outcome(() => everyPage(actual, options))).toEqual(await outcome(() => everyPage(expected, options)));
            }
          },
        ),
        { numRuns: 60 },
      );
    });
  });
}

type Session = {
  readonly store: ObjectStore;
  readonly bucket: BucketName;
  /** The ids differ between stores: commands name uploads by their place in this list. */
  readonly uploads: { readonly key: string; readonly uploadId: string }[];
  readonly parts: Map<string, PartRecord>;
};
type Command = (session: Session) => Promise<unknown>;

const NOW = Date.UTC(2026, 10, 5);
let sessions = 0;

async function session(store: ObjectStore): Promise<Session> {
  sessions += 1;
  const bucket = bucketName(`model-${sessions}`);
  await store.createBucket({ name: bucket, createdAt: NOW, region: 'us-east-1' });
  return { store, bucket, uploads: [], parts: new Map() };
}

/** What a call ended in, without what differs from store to store. */
async function outcomeOf(call: () => Promise<unknown>, lacks: Lacks): Promise<unknown> {
  try {
    return { returned: comparable(await call(), lacks) };
  } catch (error) {
    if (!(error instanceof S3Error)) throw error;
    const { BucketName: _bucket, UploadId: _upload, ...fields } = error.fields;
    return { code: error.code, fields };
  }
}

/** Without what this store does not promise. */
function comparable(value: unknown, lacks: Lacks): unknown {
  if (typeof value === 'boolean' && lacks.whatWasThere !== undefined) return 'a boolean';
  if (lacks.times === undefined || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((each) => comparable(each, lacks));
  const kept = Object.entries(value).filter(([name]) => !ITS_OWN.has(name));
  return Object.fromEntries(kept.map(([name, each]) => [name, comparable(each, lacks)]));
}

const ITS_OWN = new Set(['lastModified', 'initiatedAt', 'checksums']);

// Few letters, so that keys meet: among them the delimiters, the ends of the code point ranges, and what sorts differently in UTF-16.
const LETTERS = [
  'a',
  'b',
  '/',
  '//',
  '-',
  '\u0000',
  '\u0001',
  '\u007f',
  'é',
  '\uD7FF',
  '\uE000',
  '\uFF21',
  '\uFFFF',
  '\u{10000}',
  '\u{1F600}',
  '\u{10FFFF}',
];

function arbitraries(lacks: Lacks) {
  const letter = fc.constantFrom(...LETTERS.filter((each) => lacks.zeroBytes === undefined || each !== '\u0000'));
  const text = (lengths: { readonly minLength: number; readonly maxLength: number }) =>
    fc.array(letter, lengths).map((letters) => letters.join(''));
  const keyText = text({ minLength: 1, maxLength: 6 });

  const listOptions: fc.Arbitrary<ListOptions> = fc.record(
    {
      prefix: text({ minLength: 0, maxLength: 3 }),
      delimiter: text({ minLength: 0, maxLength: 2 }),
      after: text({ minLength: 0, maxLength: 6 }),
      limit: fc.integer({ min: 0, max: 6 }),
    },
    { requiredKeys: ['limit'] },
  );

  const command: fc.Arbitrary<Command> = fc.oneof(
    fc.record({ key: keyText, content: fc.constantFrom('a', 'b', 'a'.repeat(40_000)), condition: writeCondition() }).map(
      ({ key, content, condition }): Command =>
        (session) =>
          putText(session, key, content, condition),
    ),
    keyText.map(
      (key): Command =>
        (session) =>
          readText(session, key),
    ),
    fc
      .record({ key: keyText, ifMatch: fc.option(etag, { nil: undefined }), ifMatchSizeBytes: fc.constantFrom(undefined, undefined, 1) })
      .map(
        ({ key, ...condition }): Command =>
          ({ store, bucket }) =>
            store.deleteObject(bucket, objectKey(key), lacks.deleteConditions === undefined ? condition : undefined),
      ),
    listOptions.map(
      (options): Command =>
        ({ store, bucket }) =>
          store.listObjects(bucket, options),
    ),
    fc.record({ key: keyText, seconds: fc.nat(20) }).map(
      ({ key, seconds }): Command =>
        (session) =>
          beginUpload(session, key, NOW + seconds * 1000),
    ),
    fc.record({ upload: fc.nat(3), partNumber: fc.integer({ min: 1, max: 3 }), content: fc.constantFrom('a', 'b'.repeat(20_000)) }).map(
      ({ upload, partNumber, content }): Command =>
        (session) =>
          putPart(session, upload, partNumber, content),
    ),
    fc
      .record({
        upload: fc.nat(3),
        partNumbers: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 2 }),
        condition: writeCondition(),
      })
      .map(
        ({ upload, partNumbers, condition }): Command =>
          (session) =>
            lacks.someParts === undefined
              ? completeUpload(session, upload, partNumbers, lacks.completionConditions === undefined ? condition : undefined)
              : Promise.resolve(),
      ),
    fc.nat(3).map(
      (upload): Command =>
        async (session) => {
          const begun = session.uploads[upload];
          return begun && session.store.abortUpload(session.bucket, objectKey(begun.key), begun.uploadId);
        },
    ),
    fc.record({ upload: fc.nat(3), after: fc.nat(3), limit: fc.nat(3) }).map(
      ({ upload, ...page }): Command =>
        async (session) => {
          const begun = session.uploads[upload];
          return begun && session.store.listParts(session.bucket, objectKey(begun.key), begun.uploadId, page);
        },
    ),
    listOptions.map(
      ({ after, ...options }): Command =>
        async ({ store, bucket, uploads }) => {
          if (lacks.uploadOrder !== undefined) return undefined;
          const page = await store.listUploads(bucket, { ...options, after: after === undefined ? undefined : { key: after } });
          return page.entries.map((entry) =>
            entry.kind === 'prefix' ? entry : uploads.findIndex((begun) => begun.uploadId === entry.upload.uploadId),
          );
        },
    ),
    fc.constant<Command>(({ store, bucket }) =>
      store.deleteBucket(bucket).then(() => store.createBucket({ name: bucket, createdAt: NOW, region: 'x' })),
    ),
  );
  return { keyText, listOptions, command };
}

const etag = fc.constantFrom('0cc175b9c0f1b6a831c399e269772661', '92eb5ffee6ae2fec3ad71c777531578f', '*');

function writeCondition() {
  return fc.option(fc.oneof(fc.record({ ifNoneMatch: fc.constant('*' as const) }), fc.record({ ifMatch: etag })), {
    nil: undefined,
    freq: 3,
  });
}

type Condition = { readonly ifNoneMatch?: '*'; readonly ifMatch?: string } | undefined;

function putText({ store, bucket }: Session, key: string, content: string, condition?: Condition): Promise<unknown> {
  return store.putObject(bucket, objectKey(key), { bytes: bytesOf(content) }, { headers: {}, metadata: {} }, { now: NOW, condition });
}

async function readText({ store, bucket }: Session, key: string): Promise<unknown> {
  const open = await store.openObject(bucket, objectKey(key));
  if (open === undefined) return undefined;
  const chunks: Uint8Array[] = [];
  for await (const chunk of open.read()) chunks.push(chunk);
  return { record: open.record, content: Buffer.concat(chunks).toString() };
}

async function beginUpload(session: Session, key: string, now: number): Promise<unknown> {
  const { uploadId, ...record } = await session.store.createUpload(session.bucket, objectKey(key), { headers: {}, metadata: {} }, { now });
  // Two uploads of one key and one moment may be listed either way round.
  if (session.uploads.some((begun) => begun.key === key)) await session.store.abortUpload(session.bucket, objectKey(key), uploadId);
  else session.uploads.push({ key, uploadId });
  return record;
}

async function putPart({ store, bucket, uploads, parts }: Session, upload: number, partNumber: number, content: string): Promise<unknown> {
  const begun = uploads[upload];
  if (begun === undefined) return undefined;
  const part = await store.uploadPart(bucket, objectKey(begun.key), begun.uploadId, partNumber, { bytes: bytesOf(content) }, { now: NOW });
  parts.set(`${upload}/${partNumber}`, part);
  return part;
}

async function completeUpload(
  { store, bucket, uploads, parts }: Session,
  upload: number,
  partNumbers: readonly number[],
  condition: Condition,
): Promise<unknown> {
  const begun = uploads[upload];
  if (begun === undefined) return undefined;
  const named = partNumbers.map((partNumber) => ({ partNumber, etag: parts.get(`${upload}/${partNumber}`)?.etag ?? 'none' }));
  return store.completeUpload(bucket, objectKey(begun.key), begun.uploadId, named, { now: NOW, condition });
}

async function everyPage({ store, bucket }: Session, options: ListOptions): Promise<unknown> {
  const pages = [];
  let page = await store.listObjects(bucket, options);
  pages.push(page);
  while (page.next !== undefined) {
    page = await store.listObjects(bucket, { ...options, after: page.next });
    pages.push(page);
  }
  return pages;
}

async function* bytesOf(content: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(content);
}
