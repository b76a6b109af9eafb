import { createHash } from 'node:crypto';
import type { BucketName, ObjectKey } from '@latchkey/s3/names';
import { bucketName, objectKey } from '@latchkey/s3/names';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { IncomingBody, ObjectProperties, ObjectStore, OpenObject, PutOptions } from './object-store.ts';
import { describeModel } from './object-store-model.ts';

export type OpenedObjectStore = {
  readonly store: ObjectStore;
  /** Closes the store and opens what it left behind again. Absent where nothing outlives the process. */
  readonly reopen?: (() => Promise<ObjectStore>) | undefined;
  readonly close: () => Promise<void>;
};

/** The promises of `object-store.ts` as tests. Every object store runs them; `open` gives an empty one. */
export function objectStoreSuite(name: string, open: () => Promise<OpenedObjectStore>): void {
  describe(name, () => {
    let opened: OpenedObjectStore;
    let store: ObjectStore;
    beforeAll(async () => {
      opened = await open();
      store = opened.store;
    });
    afterAll(() => opened.close());
    const storeNow = (): ObjectStore => store;
    const reopen = async (): Promise<boolean> => {
      if (opened.reopen === undefined) return false;
      store = await opened.reopen();
      return true;
    };
    describeBuckets(storeNow);
    describeObjects(storeNow, reopen);
    describeConditions(storeNow);
    describeListing(storeNow);
    describeUploads(storeNow, reopen);
    describeModel(storeNow);
  });
}

function describeBuckets(store: () => ObjectStore): void {
  describe('buckets', () => {
    test('a bucket created twice is refused with BucketAlreadyOwnedByYou and stays as it was', async () => {
      const bucket = await newBucket(store());
      const again = store().createBucket({ name: bucket, createdAt: NOW + 5000, region: 'eu-west-1' });
      await expect(again).rejects.toMatchObject({ code: 'BucketAlreadyOwnedByYou' });
      expect(await store().getBucket(bucket)).toEqual({ name: bucket, createdAt: NOW, region: 'us-east-1' });
    });
    test('of concurrent creations of one bucket exactly one succeeds', async () => {
      const name = nextName();
      const record = { name, createdAt: NOW, region: 'us-east-1' };
      const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => store().createBucket(record)));
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    });
    test('a bucket that is not there is undefined', async () => {
      expect(await store().getBucket(bucketName('nowhere-at-all'))).toBeUndefined();
    });
    test('buckets are listed in the order of their names, from `after` on, exclusive', async () => {
      const names = ['order.b', 'order-c', 'order-a', 'order-b'].map(bucketName);
      for (const name of names) await store().createBucket({ name, createdAt: NOW, region: 'us-east-1' });
      const first = await store().listBuckets({ prefix: 'order', limit: 2 });
      expect(first.buckets.map(({ name }) => name)).toEqual(['order-a', 'order-b']);
      const second = await store().listBuckets({ prefix: 'order', after: first.next, limit: 2 });
      expect(second.buckets.map(({ name }) => name)).toEqual(['order-c', 'order.b']);
      expect(second.next).toBeUndefined();
    });
    test('a bucket with an object in it is refused with BucketNotEmpty', async () => {
      const bucket = await newBucket(store());
      await put(store(), bucket, 'a', 'x');
      await expect(store().deleteBucket(bucket)).rejects.toMatchObject({ code: 'BucketNotEmpty' });
      await store().deleteObject(bucket, key('a'));
      await store().deleteBucket(bucket);
      expect(await store().getBucket(bucket)).toBeUndefined();
    });
    test('unfinished uploads are dropped with the bucket', async () => {
      const bucket = await newBucket(store());
      const { uploadId } = await store().createUpload(bucket, key('a'), NOTHING, { now: NOW });
      await store().uploadPart(bucket, key('a'), uploadId, 1, body('part'), { now: NOW });
      await store().deleteBucket(bucket);
      await store().createBucket({ name: bucket, createdAt: NOW, region: 'us-east-1' });
      expect(await store().getUpload(bucket, key('a'), uploadId)).toBeUndefined();
      expect((await store().listUploads(bucket, { limit: 10 })).entries).toEqual([]);
    });
    test('a bucket that begins with the name of another keeps its objects to itself', async () => {
      const short = await newBucket(store());
      const long = bucketName(`${short}.x`);
      await store().createBucket({ name: long, createdAt: NOW, region: 'us-east-1' });
      await put(store(), long, 'a', 'x');
      expect((await store().listObjects(short, { limit: 10 })).entries).toEqual([]);
      await store().deleteBucket(short);
      expect(await contentOf(store(), long, 'a')).toBe('x');
    });
    test('everything about a bucket that is not there is refused with NoSuchBucket', async () => {
      const gone = bucketName('nowhere-at-all');
      const calls = [
        () => store().deleteBucket(gone),
        () => put(store(), gone, 'a', 'x'),
        () => store().headObject(gone, key('a')),
        () => store().openObject(gone, key('a')),
        () => store().deleteObject(gone, key('a')),
        () => store().listObjects(gone, { limit: 1 }),
        () => store().createUpload(gone, key('a'), NOTHING, { now: NOW }),
        () => store().listUploads(gone, { limit: 1 }),
      ];
      for (const call of calls) await expect(call()).rejects.toMatchObject({ code: 'NoSuchBucket' });
    });
  });
}

function describeObjects(store: () => ObjectStore, reopen: () => Promise<boolean>): void {
  describe('objects', () => {
    // Around the sizes at which stores change their ways: nothing, inline, one file, many buffers.
    for (const sizeBytes of [0, 1, 1024, 16_384, 16_385, 65_536, 65_537, 300_000, 5_000_001]) {
      test(`an object of ${sizeBytes} bytes comes back as it was put`, async () => {
        const bucket = await newBucket(store());
        const content = contentOfSize(sizeBytes);
        const written = await store().putObject(bucket, key('k'), body(content, 60_000), PROPERTIES, { now: NOW + 999 });
        expect(written).toMatchObject({ etag: md5(content), sizeBytes, lastModified: NOW });
        expect(await store().headObject(bucket, key('k'))).toMatchObject({
          key: 'k',
          etag: md5(content),
          sizeBytes,
          lastModified: NOW,
          ...PROPERTIES,
        });
        const open = await required(store().openObject(bucket, key('k')));
        if (open.bytes) expect(md5(open.bytes)).toBe(md5(content));
        expect(md5(await readAll(open))).toBe(md5(content));
      });
    }
    test('a body of unknown length comes back as it was put', async () => {
      const bucket = await newBucket(store());
      for (const sizeBytes of [0, 10, 200_000]) {
        const content = contentOfSize(sizeBytes);
        await store().putObject(bucket, key('k'), { bytes: body(content, 1000).bytes }, NOTHING, { now: NOW });
        expect(md5(await readAll(await required(store().openObject(bucket, key('k')))))).toBe(md5(content));
      }
    });
    test('any range of an object is the same bytes of it', async () => {
      const bucket = await newBucket(store());
      for (const sizeBytes of [1000, 2_500_000]) {
        const content = contentOfSize(sizeBytes);
        await store().putObject(bucket, key('k'), body(content, 60_000), NOTHING, { now: NOW });
        for (const [start, end] of [
          [0, 0],
          [0, 99],
          [sizeBytes - 1, sizeBytes - 1],
          [500, sizeBytes - 2],
          [0, sizeBytes - 1],
        ] as const) {
          const open = await required(store().openObject(bucket, key('k')));
          expect(md5(await collect(open.read({ start, end })))).toBe(md5(content.subarray(start, end + 1)));
        }
      }
    });
    test('headers, metadata and tags come back as they were given', async () => {
      const bucket = await newBucket(store());
      await store().putObject(bucket, key('k'), body('x'), PROPERTIES, { now: NOW });
      expect(await store().headObject(bucket, key('k'))).toMatchObject(PROPERTIES);
      await store().putObject(bucket, key('k'), body('x'), NOTHING, { now: NOW });
      expect(await store().headObject(bucket, key('k'))).toMatchObject({ headers: {}, metadata: {} });
    });
    test('checksums known after the last byte are kept with the object', async () => {
      const bucket = await newBucket(store());
      const checksums = {
        type: 'FULL_OBJECT',
        values: { CRC32: 'DUoRhQ==', SHA256: '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' },
      } as const;
      const written = await store().putObject(bucket, key('k'), { ...body('x'), seal: () => ({ checksums }) }, NOTHING, { now: NOW });
      expect(written.checksums).toEqual(checksums);
      expect((await store().headObject(bucket, key('k')))?.checksums).toEqual(checksums);
      const { entries } = await store().listObjects(bucket, { limit: 1 });
      expect(entries).toMatchObject([{ kind: 'object', record: { checksums } }]);
    });
    test('a key that is not there is undefined', async () => {
      const bucket = await newBucket(store());
      await put(store(), bucket, 'ab', 'x');
      expect(await store().headObject(bucket, key('a'))).toBeUndefined();
      expect(await store().openObject(bucket, key('abc'))).toBeUndefined();
    });
    test('keys are opaque: dots, slashes, control characters and 1024 bytes of UTF-8', async () => {
      const bucket = await newBucket(store());
      const keys = [
        '../../etc/passwd',
        '.',
        '..',
        '/',
        '//a//',
        'a\\b',
        'a\u0000b',
        'a\u0000',
        '\n',
        '\uFEFF',
        '\u{1F600}',
        'é',
        'e\u0301',
        'k'.repeat(1024),
        '\u{10FFFF}'.repeat(256),
      ];
      for (const text of keys) await put(store(), bucket, text, `content of ${text}`);
      for (const text of keys) expect(await contentOf(store(), bucket, text)).toBe(`content of ${text}`);
    });
    test('when it resolves, bytes and record are on disk', async () => {
      const bucket = await newBucket(store());
      const contents = new Map([10, 100_000].map((sizeBytes) => [`k${sizeBytes}`, contentOfSize(sizeBytes)]));
      for (const [text, content] of contents) await store().putObject(bucket, key(text), body(content), PROPERTIES, { now: NOW });
      if (!(await reopen())) return;
      for (const [text, content] of contents) {
        expect(await store().headObject(bucket, key(text))).toMatchObject(PROPERTIES);
        expect(md5(await readAll(await required(store().openObject(bucket, key(text)))))).toBe(md5(content));
      }
    });
    test('an overwrite is seen whole or not at all, and readers in flight keep the old bytes', async () => {
      const bucket = await newBucket(store());
      for (const sizeBytes of [100, 3_000_000]) {
        const [before, after] = [contentOfSize(sizeBytes), contentOfSize(sizeBytes + 1)];
        await store().putObject(bucket, key('k'), body(before), NOTHING, { now: NOW });
        const unread = await required(store().openObject(bucket, key('k')));
        const reading = await required(store().openObject(bucket, key('k')));
        const bytes = reading.read()[Symbol.asyncIterator]();
        const first = await bytes.next();
        await store().putObject(bucket, key('k'), body(after), NOTHING, { now: NOW });
        expect(md5(await readAll(unread))).toBe(md5(before));
        const rest = await collect({ [Symbol.asyncIterator]: () => bytes });
        expect(md5(Buffer.concat([first.value ?? Buffer.alloc(0), rest]))).toBe(md5(before));
        expect(md5(await readAll(await required(store().openObject(bucket, key('k')))))).toBe(md5(after));
        const doomed = await required(store().openObject(bucket, key('k')));
        await store().deleteObject(bucket, key('k'));
        expect(md5(await readAll(doomed))).toBe(md5(after));
      }
    });
    test("a body that throws leaves nothing visible, and the error is the body's own", async () => {
      const bucket = await newBucket(store());
      for (const sizeBytes of [10, 1_000_000]) {
        const failure = new Error('the client went away');
        const failing = { bytes: failAfter(contentOfSize(sizeBytes), failure), sizeBytes: sizeBytes * 2 };
        await expect(store().putObject(bucket, key('k'), failing, NOTHING, { now: NOW })).rejects.toBe(failure);
        const unsealed = {
          ...body(contentOfSize(sizeBytes)),
          seal: () => {
            throw failure;
          },
        };
        await expect(store().putObject(bucket, key('k'), unsealed, NOTHING, { now: NOW })).rejects.toBe(failure);
      }
      expect((await store().listObjects(bucket, { limit: 10 })).entries).toEqual([]);
    });
    test('a body that throws leaves the old object', async () => {
      const bucket = await newBucket(store());
      await put(store(), bucket, 'k', 'old');
      const failing = { bytes: failAfter(contentOfSize(200_000), new Error('no more')) };
      await expect(store().putObject(bucket, key('k'), failing, NOTHING, { now: NOW })).rejects.toThrow('no more');
      expect(await contentOf(store(), bucket, 'k')).toBe('old');
    });
    test('a body of another length than it says is refused with IncompleteBody', async () => {
      const bucket = await newBucket(store());
      for (const sizeBytes of [10, 200_000]) {
        for (const claimed of [sizeBytes - 1, sizeBytes + 1]) {
          const wrong = { ...body(contentOfSize(sizeBytes)), sizeBytes: claimed };
          await expect(store().putObject(bucket, key('k'), wrong, NOTHING, { now: NOW })).rejects.toMatchObject({ code: 'IncompleteBody' });
        }
      }
      expect(await store().headObject(bucket, key('k'))).toBeUndefined();
    });
    test("a write that is aborted ends with the signal's reason and leaves nothing", async () => {
      const bucket = await newBucket(store());
      const controller = new AbortController();
      const endless = (async function* () {
        for (;;) {
          yield Buffer.alloc(50_000);
          controller.abort(new Error('asked to stop'));
        }
      })();
      const putting = store().putObject(bucket, key('k'), { bytes: endless }, NOTHING, { now: NOW, signal: controller.signal });
      await expect(putting).rejects.toThrow('asked to stop');
      expect(await store().headObject(bucket, key('k'))).toBeUndefined();
    });
    test('deleting what is not there is no error, unless the condition names an ETag', async () => {
      const bucket = await newBucket(store());
      expect(await store().deleteObject(bucket, key('k'))).toBe(false);
      await put(store(), bucket, 'k', 'x');
      expect(await store().deleteObject(bucket, key('k'))).toBe(true);
      expect(await store().headObject(bucket, key('k'))).toBeUndefined();
      expect(await store().deleteObject(bucket, key('k'), { ifMatchSizeBytes: 5, ifMatchLastModified: NOW })).toBe(false);
      await expect(store().deleteObject(bucket, key('k'), { ifMatch: '*' })).rejects.toMatchObject({ code: 'NoSuchKey' });
      await expect(store().deleteObject(bucket, key('k'), { ifMatch: md5('x') })).rejects.toMatchObject({ code: 'NoSuchKey' });
    });
    test('setting tags changes nothing else of the object', async () => {
      const bucket = await newBucket(store());
      expect(await store().setTags(bucket, key('k'), { a: '1' })).toBe(false);
      for (const sizeBytes of [10, 1_000_000]) {
        const properties = { headers: { 'content-type': 'text/plain' }, metadata: { who: 'me' } };
        await store().putObject(bucket, key('k'), body(contentOfSize(sizeBytes)), properties, { now: NOW });
        const before = await required(store().headObject(bucket, key('k')));
        expect(await store().setTags(bucket, key('k'), { a: '1', 'b c': '' })).toBe(true);
        expect(await store().headObject(bucket, key('k'))).toEqual({ ...before, tags: { a: '1', 'b c': '' } });
        expect((await readAll(await required(store().openObject(bucket, key('k'))))).length).toBe(sizeBytes);
        expect(await store().setTags(bucket, key('k'), undefined)).toBe(true);
        expect(await store().headObject(bucket, key('k'))).toEqual(before);
      }
    });
    test('an open object is closed twice, or after it was read, without harm', async () => {
      const bucket = await newBucket(store());
      for (const sizeBytes of [10, 1_000_000]) {
        await store().putObject(bucket, key('k'), body(contentOfSize(sizeBytes)), NOTHING, { now: NOW });
        const unread = await required(store().openObject(bucket, key('k')));
        await unread.close();
        await unread.close();
        const read = await required(store().openObject(bucket, key('k')));
        await readAll(read);
        await read.close();
      }
    });
    test('an object that was put whole is its own part 1', async () => {
      const bucket = await newBucket(store());
      await put(store(), bucket, 'k', 'twelve bytes');
      const open = await required(store().openObject(bucket, key('k')));
      expect(await open.part(1)).toEqual({ range: { start: 0, end: 11 }, partCount: 1 });
      expect(await open.part(2)).toBeUndefined();
      await open.close();
    });
    test('concurrent writes of one key leave one of them, whole', async () => {
      const bucket = await newBucket(store());
      const contents = Array.from({ length: 16 }, (_, index) => contentOfSize(index % 2 === 0 ? 50 + index : 100_000 + index));
      const written = await Promise.all(
        contents.map((content) => store().putObject(bucket, key('k'), body(content), NOTHING, { now: NOW })),
      );
      const open = await required(store().openObject(bucket, key('k')));
      const { etag } = open.record;
      expect(written.map((each) => each.etag)).toContain(etag);
      expect(md5(await readAll(open))).toBe(etag);
    });
  });
}

function describeConditions(store: () => ObjectStore): void {
  describe('conditions', () => {
    const writing = (bucket: BucketName, content: string, condition: PutOptions['condition']) =>
      store().putObject(bucket, key('k'), body(content), NOTHING, { now: NOW, condition });
    test("of concurrent writes with `ifNoneMatch: '*'` exactly one succeeds", async () => {
      for (const sizeBytes of [10, 100_000]) {
        const bucket = await newBucket(store());
        const attempts = Array.from({ length: 16 }, (_, index) =>
          store().putObject(bucket, key('k'), body(contentOfSize(sizeBytes + index)), NOTHING, {
            now: NOW,
            condition: { ifNoneMatch: '*' },
          }),
        );
        const outcomes = await Promise.allSettled(attempts);
        const won = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value.etag] : []));
        expect(won).toEqual([(await store().headObject(bucket, key('k')))?.etag]);
        for (const outcome of outcomes)
          if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'PreconditionFailed' });
      }
    });
    test('of concurrent writes with the same `ifMatch` exactly one succeeds', async () => {
      const bucket = await newBucket(store());
      await writing(bucket, 'first', undefined);
      const attempts = Array.from({ length: 16 }, (_, index) => writing(bucket, `next ${index}`, { ifMatch: md5('first') }));
      const outcomes = await Promise.allSettled(attempts);
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    });
    test('`ifMatch` writes over the object it names, not another, and is NoSuchKey without one', async () => {
      const bucket = await newBucket(store());
      await expect(writing(bucket, 'a', { ifMatch: md5('a') })).rejects.toMatchObject({ code: 'NoSuchKey' });
      await writing(bucket, 'a', undefined);
      await expect(writing(bucket, 'b', { ifMatch: md5('b') })).rejects.toMatchObject({
        code: 'PreconditionFailed',
        fields: { Condition: 'If-Match' },
      });
      await writing(bucket, 'b', { ifMatch: md5('a') });
      expect(await contentOf(store(), bucket, 'k')).toBe('b');
    });
    test('a delete happens only if ETag, size and time are as said', async () => {
      const bucket = await newBucket(store());
      await writing(bucket, 'a', undefined);
      for (const condition of [
        { ifMatch: md5('b') },
        { ifMatchSizeBytes: 2 },
        { ifMatchLastModified: NOW - 1000 },
        { ifMatch: '*', ifMatchSizeBytes: 2 },
      ]) {
        await expect(store().deleteObject(bucket, key('k'), condition)).rejects.toMatchObject({ code: 'PreconditionFailed' });
      }
      expect(await store().deleteObject(bucket, key('k'), { ifMatch: md5('a'), ifMatchSizeBytes: 1, ifMatchLastModified: NOW })).toBe(true);
    });
  });
}

function describeListing(store: () => ObjectStore): void {
  describe('listings', () => {
    test('keys come in the order of their UTF-8 bytes', async () => {
      const bucket = await newBucket(store());
      const sorted = ['A', 'B', 'a', 'a\u0000', 'a!', 'a/', 'aa', 'é', '\uD7FF', '\uFF21', '\uFFFD', '\u{1F600}', '\u{10FFFF}'];
      for (const text of [...sorted].reverse()) await put(store(), bucket, text, text);
      expect(await namesOf(store(), bucket, { limit: 100 })).toEqual(sorted);
    });
    test('pages follow each other without a gap or a repetition', async () => {
      const bucket = await newBucket(store());
      const keys = Array.from({ length: 25 }, (_, index) => `k${String(index).padStart(3, '0')}`);
      await Promise.all(keys.map((text) => put(store(), bucket, text, text)));
      for (const limit of [1, 7, 24, 25, 26]) expect(await allNames(store(), bucket, { limit })).toEqual(keys);
    });
    test('a page of 0 is empty and has no next', async () => {
      const bucket = await newBucket(store());
      await put(store(), bucket, 'a', 'x');
      expect(await store().listObjects(bucket, { limit: 0 })).toEqual({ entries: [], next: undefined });
    });
    test('keys that hold the delimiter behind the prefix are rolled up into one common prefix', async () => {
      const bucket = await newBucket(store());
      for (const text of ['a', 'a/b', 'a/b/c', 'a/d', 'b', 'c//d', 'c/e']) await put(store(), bucket, text, text);
      expect(await namesOf(store(), bucket, { delimiter: '/', limit: 10 })).toEqual(['a', 'a/', 'b', 'c/']);
      expect(await namesOf(store(), bucket, { prefix: 'a/', delimiter: '/', limit: 10 })).toEqual(['a/b', 'a/b/', 'a/d']);
      expect(await namesOf(store(), bucket, { prefix: 'c', delimiter: '//', limit: 10 })).toEqual(['c//', 'c/e']);
      for (const limit of [1, 2, 3]) expect(await allNames(store(), bucket, { delimiter: '/', limit })).toEqual(['a', 'a/', 'b', 'c/']);
    });
    test('a common prefix is after `after` only if the prefix itself is greater', async () => {
      const bucket = await newBucket(store());
      for (const text of ['a/1', 'a/2', 'b/1']) await put(store(), bucket, text, text);
      expect(await namesOf(store(), bucket, { delimiter: '/', after: 'a/1', limit: 10 })).toEqual(['b/']);
      expect(await namesOf(store(), bucket, { delimiter: '/', after: 'a', limit: 10 })).toEqual(['a/', 'b/']);
    });
    test('a listing shows what was put and deleted the moment before', async () => {
      const bucket = await newBucket(store());
      await put(store(), bucket, 'a', 'x');
      expect(await namesOf(store(), bucket, { limit: 10 })).toEqual(['a']);
      await store().deleteObject(bucket, key('a'));
      expect(await namesOf(store(), bucket, { limit: 10 })).toEqual([]);
    });
  });
}

function describeUploads(store: () => ObjectStore, reopen: () => Promise<boolean>): void {
  describe('multipart uploads', () => {
    const begin = async () => {
      const bucket = await newBucket(store());
      const { uploadId } = await store().createUpload(bucket, key('k'), PROPERTIES, { now: NOW });
      const part = (partNumber: number, content: Uint8Array) =>
        store().uploadPart(bucket, key('k'), uploadId, partNumber, body(content), { now: NOW });
      const complete = (parts: readonly { readonly partNumber: number; readonly etag: string }[], options: Partial<PutOptions> = {}) =>
        store().completeUpload(bucket, key('k'), uploadId, parts, { now: NOW, ...options });
      return { bucket, uploadId, part, complete };
    };
    test('the object appears whole, at once; the upload is gone in the same step', async () => {
      const { bucket, uploadId, part, complete } = await begin();
      const contents = [PART, contentOfSize(PART.length + 7), contentOfSize(100)];
      const parts = [];
      for (const [index, content] of contents.entries()) parts.push(await part(index * 2 + 1, content));
      expect(await store().headObject(bucket, key('k'))).toBeUndefined();
      const whole = Buffer.concat(contents);
      const etag = `${md5(Buffer.concat(contents.map((content) => createHash('md5').update(content).digest())))}-3`;
      expect(await complete(parts)).toMatchObject({ etag, sizeBytes: whole.length, lastModified: NOW });
      expect(await store().getUpload(bucket, key('k'), uploadId)).toBeUndefined();
      expect((await store().listUploads(bucket, { limit: 10 })).entries).toEqual([]);
      const open = await required(store().openObject(bucket, key('k')));
      expect(open.record).toMatchObject({ etag, sizeBytes: whole.length, partCount: 3, ...PROPERTIES });
      expect(await open.part(3)).toEqual({ range: { start: PART.length, end: 2 * PART.length + 6 }, partCount: 3 });
      expect(await open.part(2)).toBeUndefined();
      expect(md5(await readAll(open))).toBe(md5(whole));
      for (const [start, end] of [
        [PART.length - 3, PART.length + 3],
        [2 * PART.length + 7, whole.length - 1],
        [0, whole.length - 1],
        [PART.length, PART.length],
      ] as const) {
        const again = await required(store().openObject(bucket, key('k')));
        expect(md5(await collect(again.read({ start, end })))).toBe(md5(whole.subarray(start, end + 1)));
      }
    });
    test('a part uploaded again replaces the one of that number, whole', async () => {
      const { bucket, uploadId, part, complete } = await begin();
      const first = await part(1, Buffer.from('first'));
      const second = await part(1, Buffer.from('second'));
      expect(await store().listParts(bucket, key('k'), uploadId, { after: 0, limit: 10 })).toMatchObject({ parts: [second] });
      await expect(complete([first])).rejects.toMatchObject({ code: 'InvalidPart' });
      await complete([second]);
      expect(await contentOf(store(), bucket, 'k')).toBe('second');
    });
    test('parts are listed by their numbers, in pages', async () => {
      const { bucket, uploadId, part } = await begin();
      for (const partNumber of [10_000, 3, 256, 1, 255]) await part(partNumber, Buffer.from(`part ${partNumber}`));
      const first = await store().listParts(bucket, key('k'), uploadId, { after: 0, limit: 3 });
      expect(first.parts.map(({ partNumber }) => partNumber)).toEqual([1, 3, 255]);
      const second = await store().listParts(bucket, key('k'), uploadId, { after: first.next ?? 0, limit: 3 });
      expect(second.parts.map(({ partNumber }) => partNumber)).toEqual([256, 10_000]);
      expect(second.next).toBeUndefined();
      expect(second.parts[1]).toMatchObject({ sizeBytes: 10, etag: md5('part 10000'), lastModified: NOW });
    });
    test('parts that are missing, changed or out of order are refused as S3 does', async () => {
      const { uploadId, part, complete } = await begin();
      const [one, two] = [await part(1, Buffer.from('small')), await part(2, Buffer.from('small too'))];
      await expect(complete([two, one])).rejects.toMatchObject({ code: 'InvalidPartOrder' });
      await expect(complete([one, one])).rejects.toMatchObject({ code: 'InvalidPartOrder' });
      const missing = { code: 'InvalidPart', fields: { UploadId: uploadId, PartNumber: '3', ETag: one.etag } };
      await expect(complete([one, { partNumber: 3, etag: one.etag }])).rejects.toMatchObject(missing);
      await expect(complete([{ partNumber: 1, etag: two.etag }])).rejects.toMatchObject({ code: 'InvalidPart' });
      await expect(complete([{ partNumber: 1, etag: 'nonsense' }])).rejects.toMatchObject({ code: 'InvalidPart' });
      const fields = { ProposedSize: '5', MinSizeAllowed: '5242880', PartNumber: '1', ETag: one.etag };
      await expect(complete([one, two])).rejects.toMatchObject({ code: 'EntityTooSmall', fields });
      await complete([two]);
    });
    test('a retry of a completed upload with the same parts answers as the first did', async () => {
      const { bucket, part, complete } = await begin();
      const parts = [await part(1, Buffer.from('only part'))];
      const first = await complete(parts);
      expect(await complete(parts)).toEqual(first);
      await expect(complete([{ partNumber: 2, etag: parts[0]?.etag ?? '' }])).rejects.toMatchObject({ code: 'NoSuchUpload' });
      await expect(complete([{ partNumber: 1, etag: 'not an ETag that any part could have, and a long one' }])).rejects.toMatchObject({
        code: 'NoSuchUpload',
      });
      await put(store(), bucket, 'k', 'another object');
      await expect(complete(parts)).rejects.toMatchObject({ code: 'NoSuchUpload' });
    });
    test('a completion under a condition happens only if the key is as said, and can be tried again', async () => {
      const { bucket, part, complete } = await begin();
      const parts = [await part(1, Buffer.from('only part'))];
      await put(store(), bucket, 'k', 'in the way');
      await expect(complete(parts, { condition: { ifNoneMatch: '*' } })).rejects.toMatchObject({ code: 'PreconditionFailed' });
      expect(await contentOf(store(), bucket, 'k')).toBe('in the way');
      await complete(parts, { condition: { ifMatch: md5('in the way') } });
      expect(await contentOf(store(), bucket, 'k')).toBe('only part');
    });
    test("of concurrent completions of two uploads with `ifNoneMatch: '*'` exactly one succeeds", async () => {
      const bucket = await newBucket(store());
      const attempts = await Promise.all(
        ['one', 'two'].map(async (content) => {
          const { uploadId } = await store().createUpload(bucket, key('k'), NOTHING, { now: NOW });
          const part = await store().uploadPart(bucket, key('k'), uploadId, 1, body(content), { now: NOW });
          return () =>
            store().completeUpload(bucket, key('k'), uploadId, [{ partNumber: 1, etag: part.etag }], {
              now: NOW,
              condition: { ifNoneMatch: '*' },
            });
        }),
      );
      const outcomes = await Promise.allSettled(attempts.map((attempt) => attempt()));
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    });
    test('checksums of parts are kept, checked and combined', async () => {
      const bucket = await newBucket(store());
      const checksum = { algorithm: 'CRC32', type: 'COMPOSITE' } as const;
      const { uploadId } = await store().createUpload(bucket, key('k'), NOTHING, { now: NOW, checksum });
      expect(await store().getUpload(bucket, key('k'), uploadId)).toMatchObject({ checksum, key: 'k', initiatedAt: NOW });
      const ofPart = { type: 'FULL_OBJECT', values: { CRC32: 'DUoRhQ==' } } as const;
      const sealed = { ...body('part'), seal: () => ({ checksums: ofPart }) };
      const part = await store().uploadPart(bucket, key('k'), uploadId, 1, sealed, { now: NOW });
      const complete = (value: string) =>
        store().completeUpload(bucket, key('k'), uploadId, [{ ...part, checksums: { CRC32: value } }], {
          now: NOW,
          sealChecksums: (parts) => ({ type: 'COMPOSITE', values: { CRC32: `${parts[0]?.checksums?.values.CRC32}-1` } }),
        });
      await expect(complete('AAAAAA==')).rejects.toMatchObject({ code: 'InvalidPart' });
      expect((await complete('DUoRhQ==')).checksums).toEqual({ type: 'COMPOSITE', values: { CRC32: 'DUoRhQ==-1' } });
    });
    test('an aborted upload frees its parts; one that is not there is refused with NoSuchUpload', async () => {
      const { bucket, uploadId, part, complete } = await begin();
      const parts = [await part(1, contentOfSize(200_000))];
      await store().abortUpload(bucket, key('k'), uploadId);
      const refused = { code: 'NoSuchUpload' };
      await expect(store().abortUpload(bucket, key('k'), uploadId)).rejects.toMatchObject(refused);
      await expect(part(2, Buffer.from('late'))).rejects.toMatchObject(refused);
      await expect(complete(parts)).rejects.toMatchObject(refused);
      await expect(store().listParts(bucket, key('k'), uploadId, { after: 0, limit: 1 })).rejects.toMatchObject(refused);
      expect(await store().getUpload(bucket, key('k'), uploadId)).toBeUndefined();
    });
    test('an upload belongs to its bucket and key, and to no other', async () => {
      const { bucket, uploadId } = await begin();
      expect(await store().getUpload(bucket, key('other'), uploadId)).toBeUndefined();
      expect(await store().getUpload(await newBucket(store()), key('k'), uploadId)).toBeUndefined();
      for (const wrong of ['', 'x', uploadId.toUpperCase(), `${uploadId}0`, '\u0000', '0'.repeat(32)]) {
        if (wrong !== uploadId) expect(await store().getUpload(bucket, key('k'), wrong)).toBeUndefined();
      }
      const stray = store().uploadPart(bucket, key('other'), uploadId, 1, body('x'), { now: NOW });
      await expect(stray).rejects.toMatchObject({ code: 'NoSuchUpload' });
    });
    test('uploads are listed by key, then by time begun', async () => {
      const bucket = await newBucket(store());
      const begun: string[] = [];
      for (const [text, at] of [
        ['b', 2],
        ['a', 3],
        ['b', 1],
        ['a\u0000', 1],
        ['a/x', 9],
        ['a', 1],
      ] as const) {
        const { uploadId } = await store().createUpload(bucket, key(text), NOTHING, { now: NOW + at * 1000 });
        begun.push(uploadId);
      }
      const sorted = [begun[5], begun[1], begun[3], begun[4], begun[2], begun[0]];
      const seen: (string | undefined)[] = [];
      let after: { readonly key: string; readonly uploadId?: string | undefined } | undefined;
      do {
        const page = await store().listUploads(bucket, { limit: 1, after });
        for (const entry of page.entries) seen.push(entry.kind === 'upload' ? entry.upload.uploadId : undefined);
        after = page.next;
      } while (after);
      expect(seen).toEqual(sorted);
      const rolled = await store().listUploads(bucket, { delimiter: '/', limit: 10, after: { key: 'a' } });
      expect(rolled.entries.map((entry) => (entry.kind === 'upload' ? entry.upload.key : entry.prefix))).toEqual([
        'a\u0000',
        'a/',
        'b',
        'b',
      ]);
    });
    test('an upload and its parts outlive the process', async () => {
      const { bucket, uploadId, part, complete } = await begin();
      const parts = [await part(1, PART), await part(2, Buffer.from('last'))];
      if (!(await reopen())) return;
      expect(await store().getUpload(bucket, key('k'), uploadId)).toMatchObject({
        uploadId,
        key: 'k',
        initiatedAt: NOW,
        properties: PROPERTIES,
      });
      await complete(parts);
      await reopen();
      const open = await required(store().openObject(bucket, key('k')));
      expect(md5(await readAll(open))).toBe(md5(Buffer.concat([PART, Buffer.from('last')])));
    });
    test('readers of an object made of parts keep the old bytes', async () => {
      const { bucket, part, complete } = await begin();
      await complete([await part(1, PART), await part(2, Buffer.from('last'))]);
      const reading = await required(store().openObject(bucket, key('k')));
      await put(store(), bucket, 'k', 'new');
      expect(md5(await readAll(reading))).toBe(md5(Buffer.concat([PART, Buffer.from('last')])));
    });
  });
}

const NOW = Date.UTC(2026, 10, 5, 12, 0, 0);
const NOTHING: ObjectProperties = { headers: {}, metadata: {} };
const PROPERTIES: ObjectProperties = {
  headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
  metadata: { author: 'Zoë', empty: '' },
  tags: { project: 'blue', ünïcode: '\u{1F600}' },
};
const PART = contentOfSize(5 * 1024 * 1024);

let buckets = 0;
function nextName(): BucketName {
  buckets += 1;
  return bucketName(`bucket-${buckets}`);
}

async function newBucket(store: ObjectStore): Promise<BucketName> {
  const name = nextName();
  await store.createBucket({ name, createdAt: NOW, region: 'us-east-1' });
  return name;
}

function key(text: string): ObjectKey {
  return objectKey(text);
}

function put(store: ObjectStore, bucket: BucketName, text: string, content: string) {
  return store.putObject(bucket, key(text), body(content), NOTHING, { now: NOW });
}

function body(content: string | Uint8Array, chunkBytes = 1 << 20): IncomingBody {
  const bytes = Buffer.from(content);
  return {
    sizeBytes: bytes.length,
    bytes: (async function* () {
      for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
    })(),
  };
}

async function* failAfter(content: Uint8Array, failure: Error): AsyncGenerator<Uint8Array> {
  yield content;
  throw failure;
}

/** Bytes that repeat at no power of two, so that a block in the wrong place shows. */
function contentOfSize(sizeBytes: number): Buffer {
  return Buffer.alloc(sizeBytes, createHash('sha512').update(`content of ${sizeBytes}`).digest().subarray(0, 61));
}

async function contentOf(store: ObjectStore, bucket: BucketName, text: string): Promise<string> {
  return (await readAll(await required(store.openObject(bucket, key(text))))).toString();
}

function readAll(open: OpenObject): Promise<Buffer> {
  return collect(open.read());
}

async function collect(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function required<T>(promise: Promise<T | undefined>): Promise<T> {
  const value = await promise;
  if (value === undefined) throw new Error('expected something to be there');
  return value;
}

function md5(content: string | Uint8Array): string {
  return createHash('md5').update(content).digest('hex');
}

type Listing = Parameters<ObjectStore['listObjects']>[1];

async function namesOf(store: ObjectStore, bucket: BucketName, options: Listing): Promise<string[]> {
  const { entries } = await store.listObjects(bucket, options);
  return entries.map((entry) => (entry.kind === 'object' ? entry.record.key : entry.prefix));
}

async function allNames(store: ObjectStore, bucket: BucketName, options: Listing): Promise<string[]> {
  const names: string[] = [];
  let after: string | undefined;
  do {
    const { entries, next } = await store.listObjects(bucket, { ...options, after });
    names.push(...entries.map((entry) => (entry.kind === 'object' ? entry.record.key : entry.prefix)));
    after = next;
  } while (after !== undefined);
  return names;
}
