import { describe, expect, test } from 'vitest';
import type { ObjectStore } from '../object-store.ts';
import {
  body,
  collect,
  contentOf,
  contentOfSize,
  failAfter,
  key,
  md5,
  NOTHING,
  NOW,
  newBucket,
  PROPERTIES,
  put,
  readAll,
  required,
} from './bodies.ts';
import { type Lacks, testOf, timeOf } from './lacks.ts';

export function describeObjects(store: () => ObjectStore, reopen: () => Promise<boolean>, lacks: Lacks): void {
  describe('objects', () => {
    // Around the sizes at which stores change their ways: nothing, inline, one file, many buffers.
    for (const sizeBytes of [0, 1, 1024, 16_384, 16_385, 65_536, 65_537, 300_000, 5_000_001]) {
      test(`an object of ${sizeBytes} bytes comes back as it was put`, async () => {
        const bucket = await newBucket(store());
        const content = contentOfSize(sizeBytes);
        const written = await store().putObject(bucket, key('k'), body(content, 60_000), PROPERTIES, { now: NOW + 999 });
        expect(written).toMatchObject({ etag: md5(content), sizeBytes, lastModified: timeOf(lacks, NOW) });
        expect(await store().headObject(bucket, key('k'))).toMatchObject({
          key: 'k',
          etag: md5(content),
          sizeBytes,
          lastModified: timeOf(lacks, NOW),
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
    test('chunks that are lent hold their bytes until the next is asked for, and short ones for ever', async () => {
      const bucket = await newBucket(store());
      const content = contentOfSize(2_500_000);
      await store().putObject(bucket, key('k'), body(content, 60_000), NOTHING, { now: NOW });
      for (const range of [undefined, { start: 200_000, end: 2_400_000 }, { start: 262_000, end: 1_000_000 }]) {
        const open = await required(store().openObject(bucket, key('k')));
        const { start, end } = range ?? { start: 0, end: content.length - 1 };
        const short: { readonly at: number; readonly chunk: Uint8Array }[] = [];
        let at = start;
        for await (const chunk of open.read(range, 'lent')) {
          expect(content.subarray(at, at + chunk.length).equals(chunk)).toBe(true);
          if (chunk.length < 128 * 1024) short.push({ at, chunk });
          at += chunk.length;
        }
        expect(at).toBe(end + 1);
        for (const { at: begins, chunk } of short) expect(content.subarray(begins, begins + chunk.length).equals(chunk)).toBe(true);
      }
    });
    test('headers, metadata and tags come back as they were given', async () => {
      const bucket = await newBucket(store());
      await store().putObject(bucket, key('k'), body('x'), PROPERTIES, { now: NOW });
      expect(await store().headObject(bucket, key('k'))).toMatchObject(PROPERTIES);
      await store().putObject(bucket, key('k'), body('x'), NOTHING, { now: NOW });
      expect(await store().headObject(bucket, key('k'))).toMatchObject({ headers: {}, metadata: {} });
    });
    testOf(lacks, 'checksums')('checksums known after the last byte are kept with the object', async () => {
      const bucket = await newBucket(store());
      const isAny = lacks.anyChecksums === undefined;
      const checksums = {
        type: 'FULL_OBJECT',
        values: isAny ? { CRC32: 'DUoRhQ==', SHA256: '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' } : { CRC32: 'jNwWgw==' },
      } as const;
      const written = await store().putObject(bucket, key('k'), { ...body('x'), seal: () => ({ checksums }) }, NOTHING, { now: NOW });
      expect(written.checksums).toEqual(checksums);
      expect((await store().headObject(bucket, key('k')))?.checksums).toEqual(checksums);
      const { entries } = await store().listObjects(bucket, { limit: 1 });
      const listed = lacks.listedChecksums === undefined ? checksums : { type: 'FULL_OBJECT', values: { CRC32: expect.any(String) } };
      expect(entries).toMatchObject([{ kind: 'object', record: { checksums: listed } }]);
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
      ].filter((text) => lacks.zeroBytes === undefined || !text.includes('\u0000'));
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
    test('a write that is aborted after its last byte ends alone: others of the same moment go on', async () => {
      const bucket = await newBucket(store());
      for (const sizeBytes of [10, 300_000]) {
        const controller = new AbortController();
        const seal = () => {
          controller.abort(new Error('too late'));
          return {};
        };
        const options = { now: NOW, signal: controller.signal };
        const aborted = store().putObject(bucket, key('aborted'), { ...body(contentOfSize(sizeBytes)), seal }, NOTHING, options);
        const others = Array.from({ length: 8 }, (_, index) => put(store(), bucket, `other-${index}`, 'x'));
        await expect(aborted).rejects.toThrow('too late');
        await Promise.all(others);
        expect(await store().headObject(bucket, key('aborted'))).toBeUndefined();
      }
    });
    test('deleting what is not there is no error, unless the condition names an ETag', async () => {
      const bucket = await newBucket(store());
      expect(await store().deleteObject(bucket, key('k'))).toBe(lacks.whatWasThere !== undefined);
      await put(store(), bucket, 'k', 'x');
      expect(await store().deleteObject(bucket, key('k'))).toBe(true);
      expect(await store().headObject(bucket, key('k'))).toBeUndefined();
      if (lacks.deleteConditions !== undefined) return;
      const met = { ifMatchSizeBytes: 5, ifMatchLastModified: NOW };
      expect(await store().deleteObject(bucket, key('k'), met)).toBe(lacks.whatWasThere !== undefined);
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
        const time = lacks.timeOfTagged === undefined ? {} : { lastModified: expect.any(Number) };
        expect(await store().setTags(bucket, key('k'), { a: '1', 'b c': '' })).toBe(true);
        expect(await store().headObject(bucket, key('k'))).toEqual({ ...before, ...time, tags: { a: '1', 'b c': '' } });
        expect((await readAll(await required(store().openObject(bucket, key('k'))))).length).toBe(sizeBytes);
        expect(await store().setTags(bucket, key('k'), undefined)).toBe(true);
        expect(await store().headObject(bucket, key('k'))).toEqual({ ...before, ...time });
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
