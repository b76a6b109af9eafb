import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { ObjectStore, PutOptions } from '../object-store.ts';
import {
  body,
  collect,
  contentOf,
  contentOfSize,
  key,
  md5,
  NOTHING,
  NOW,
  newBucket,
  PART,
  PROPERTIES,
  put,
  readAll,
  required,
} from './bodies.ts';
import { type Lacks, testOf, timeOf } from './lacks.ts';

const crc = (content: Uint8Array) => {
  const value = Buffer.alloc(4);
  value.writeUInt32BE(crc32(content));
  return { CRC32: value.toString('base64') };
};

export function describeUploads(store: () => ObjectStore, reopen: () => Promise<boolean>, lacks: Lacks): void {
  describe('multipart uploads', () => {
    const properties = lacks.uploadTags === undefined ? PROPERTIES : { headers: PROPERTIES.headers, metadata: PROPERTIES.metadata };
    const initiator = { id: 'arn:aws:iam::000000000000:user/ada', displayName: 'ada' };
    const begin = async () => {
      const bucket = await newBucket(store());
      const { uploadId } = await store().createUpload(bucket, key('k'), properties, { now: NOW, initiator });
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
      expect(await complete(parts)).toMatchObject({ etag, sizeBytes: whole.length, lastModified: timeOf(lacks, NOW) });
      expect(await store().getUpload(bucket, key('k'), uploadId)).toBeUndefined();
      expect((await store().listUploads(bucket, { limit: 10 })).entries).toEqual([]);
      const open = await required(store().openObject(bucket, key('k')));
      expect(open.record).toMatchObject({ etag, sizeBytes: whole.length, partCount: 3, ...properties });
      if (lacks.partRanges === undefined) {
        expect(await open.part(3)).toEqual({ range: { start: PART.length, end: 2 * PART.length + 6 }, partCount: 3 });
        expect(await open.part(2)).toBeUndefined();
      }
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
      expect(await store().listParts(bucket, key('k'), uploadId, { after: 0, limit: 10 })).toMatchObject({
        parts: [{ partNumber: 1, etag: second.etag, sizeBytes: 6 }],
      });
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
      expect(second.parts[1]).toMatchObject({ sizeBytes: 10, etag: md5('part 10000'), lastModified: timeOf(lacks, NOW) });
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
      if (lacks.someParts === undefined) await complete([two]);
    });
    test('a retry of a completed upload with the same parts answers as the first did', async () => {
      const { bucket, part, complete } = await begin();
      const parts = [await part(1, Buffer.from('only part'))];
      const first = await complete(parts);
      expect(await complete(parts)).toEqual(first);
      const other = [{ partNumber: 2, etag: parts[0]?.etag ?? '' }];
      if (lacks.completedAgain === undefined) await expect(complete(other)).rejects.toMatchObject({ code: 'NoSuchUpload' });
      await expect(complete([{ partNumber: 1, etag: 'not an ETag that any part could have, and a long one' }])).rejects.toMatchObject({
        code: 'NoSuchUpload',
      });
      await put(store(), bucket, 'k', 'another object');
      await expect(complete(parts)).rejects.toMatchObject({ code: 'NoSuchUpload' });
    });
    testOf(lacks, 'completionConditions')(
      'a completion under a condition happens only if the key is as said, and can be tried again',
      async () => {
        const { bucket, part, complete } = await begin();
        const parts = [await part(1, Buffer.from('only part'))];
        await put(store(), bucket, 'k', 'in the way');
        await expect(complete(parts, { condition: { ifNoneMatch: '*' } })).rejects.toMatchObject({ code: 'PreconditionFailed' });
        expect(await contentOf(store(), bucket, 'k')).toBe('in the way');
        await complete(parts, { condition: { ifMatch: md5('in the way') } });
        expect(await contentOf(store(), bucket, 'k')).toBe('only part');
      },
    );
    testOf(lacks, 'completionConditions')(
      "of concurrent completions of two uploads with `ifNoneMatch: '*'` exactly one succeeds",
      async () => {
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
      },
    );
    testOf(lacks, 'checksums')('checksums of parts are kept, checked and combined', async () => {
      const bucket = await newBucket(store());
      const checksum = { algorithm: 'CRC32', type: 'COMPOSITE' } as const;
      const { uploadId } = await store().createUpload(bucket, key('k'), NOTHING, { now: NOW, checksum });
      expect(await store().getUpload(bucket, key('k'), uploadId)).toMatchObject({ checksum, key: 'k', initiatedAt: timeOf(lacks, NOW) });
      const ofPart = { type: 'FULL_OBJECT', values: { CRC32: 'SQ9wxg==' } } as const;
      const sealed = { ...body('part'), seal: () => ({ checksums: ofPart }) };
      const part = await store().uploadPart(bucket, key('k'), uploadId, 1, sealed, { now: NOW });
      const complete = (value: string) =>
        store().completeUpload(bucket, key('k'), uploadId, [{ ...part, checksums: { CRC32: value } }], {
          now: NOW,
          sealChecksums: (parts) => ({
            type: 'COMPOSITE',
            values: { CRC32: parts[0]?.checksums?.values.CRC32 === 'SQ9wxg==' ? 'kTyR5Q==-1' : '' },
          }),
        });
      await expect(complete('AAAAAA==')).rejects.toMatchObject({ code: 'InvalidPart' });
      expect((await complete('SQ9wxg==')).checksums).toEqual({ type: 'COMPOSITE', values: { CRC32: 'kTyR5Q==-1' } });
    });
    testOf(
      lacks,
      'checksums',
      'partRanges',
    )('parts are listed with the object, in pages, each with its own checksum, where those make its checksum', async () => {
      const bucket = await newBucket(store());
      const contents = new Map([
        [1, PART],
        [3, contentOfSize(PART.length + 9)],
        [4, Buffer.from('the end')],
        [7, Buffer.from('not chosen')],
      ]);
      const complete = async (text: string, type: 'COMPOSITE' | 'FULL_OBJECT') => {
        const checksum = { algorithm: 'CRC32', type } as const;
        const { uploadId } = await store().createUpload(bucket, key(text), NOTHING, { now: NOW, checksum });
        const parts = [];
        for (const [partNumber, content] of contents) {
          const sealed = { ...body(content), seal: () => ({ checksums: { type: 'FULL_OBJECT', values: crc(content) } as const }) };
          const part = await store().uploadPart(bucket, key(text), uploadId, partNumber, sealed, { now: NOW });
          if (partNumber !== 7) parts.push({ partNumber, etag: part.etag, checksums: crc(content) });
        }
        const chosen = [...contents.values()].slice(0, 3);
        const ofWhole = type === 'COMPOSITE' ? chosen.map((content) => Buffer.from(crc(content).CRC32, 'base64')) : chosen;
        const values = { CRC32: `${crc(Buffer.concat(ofWhole)).CRC32}${type === 'COMPOSITE' ? '-3' : ''}` };
        await store().completeUpload(bucket, key(text), uploadId, parts, { now: NOW, sealChecksums: () => ({ type, values }) });
        return values;
      };
      const page = async (text: string, after: number, limit: number) =>
        (await required(store().headParts(bucket, key(text), { after, limit }))).page;
      const listed = (partNumber: number) => {
        const content = contents.get(partNumber) ?? Buffer.alloc(0);
        return { partNumber, sizeBytes: content.length, checksums: crc(content) };
      };

      const values = await complete('composite', 'COMPOSITE');
      const { record } = await required(store().headParts(bucket, key('composite'), { after: 0, limit: 1 }));
      expect(record).toEqual(await store().headObject(bucket, key('composite')));
      expect(record).toMatchObject({ partCount: 3, checksums: { type: 'COMPOSITE', values } });
      expect(await page('composite', 0, 1000)).toEqual({ parts: [listed(1), listed(3), listed(4)] });
      expect(await page('composite', 0, 2)).toEqual({ parts: [listed(1), listed(3)], next: 3 });
      expect(await page('composite', 2, 2)).toEqual({ parts: [listed(3), listed(4)] });
      expect(await page('composite', 3, 1)).toEqual({ parts: [listed(4)] });
      expect(await page('composite', 4, 1)).toEqual({ parts: [] });
      const open = await required(store().openObject(bucket, key('composite')));
      const range = { start: PART.length, end: 2 * PART.length + 8 };
      expect(await open.part(3)).toEqual({ range, partCount: 3, checksums: listed(3).checksums });
      await open.close();

      await complete('full', 'FULL_OBJECT');
      expect(await page('full', 0, 1000)).toBeUndefined();
      const full = await required(store().openObject(bucket, key('full')));
      expect((await full.part(3))?.checksums).toBeUndefined();
      await full.close();

      await put(store(), bucket, 'composite', 'put whole');
      expect(await page('composite', 0, 1000)).toBeUndefined();
      expect(await store().headParts(bucket, key('not there'), { after: 0, limit: 1 })).toBeUndefined();
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
      // Where the ids of uploads take part in the order, a key that is in the same place in both.
      const late = lacks.uploadOrder === undefined ? 'a\u0000' : 'a0';
      const begun: string[] = [];
      for (const [text, at] of [
        ['b', 2],
        ['a', 3],
        ['b', 1],
        [late, 1],
        ['a/x', 9],
        ['a', 1],
      ] as const) {
        const { uploadId } = await store().createUpload(bucket, key(text), NOTHING, { now: NOW + at * 1000 });
        begun.push(uploadId);
      }
      const sorted = [begun[5], begun[1], begun[3], begun[4], begun[2], begun[0]];
      const seen: (string | undefined)[] = [];
      const seenKeys: string[] = [];
      let after: { readonly key: string; readonly uploadId?: string | undefined } | undefined;
      do {
        const page = await store().listUploads(bucket, { limit: 1, after });
        for (const entry of page.entries) {
          seen.push(entry.kind === 'upload' ? entry.upload.uploadId : undefined);
          seenKeys.push(entry.kind === 'upload' ? entry.upload.key : entry.prefix);
        }
        after = page.next;
      } while (after);
      if (lacks.times === undefined) expect(seen).toEqual(sorted);
      else {
        const keys = ['a', 'a', late, 'a/x', 'b', 'b'];
        expect(new Set(seen)).toEqual(new Set(sorted));
        expect(seenKeys).toEqual(lacks.uploadOrder === undefined ? keys : keys.sort());
      }
      if (lacks.uploadOrder !== undefined) return;
      const rolled = await store().listUploads(bucket, { delimiter: '/', limit: 10, after: { key: 'a' } });
      expect(rolled.entries.map((entry) => (entry.kind === 'upload' ? entry.upload.key : entry.prefix))).toEqual([late, 'a/', 'b', 'b']);
    });
    test('an upload and its parts outlive the process', async () => {
      const { bucket, uploadId, part, complete } = await begin();
      const parts = [await part(1, PART), await part(2, Buffer.from('last'))];
      if (!(await reopen())) return;
      const begun = {
        uploadId,
        key: 'k',
        initiatedAt: timeOf(lacks, NOW),
        ...(lacks.uploadProperties === undefined ? { properties, initiator } : { properties: NOTHING }),
      };
      expect(await store().getUpload(bucket, key('k'), uploadId)).toMatchObject(begun);
      expect((await store().listUploads(bucket, { limit: 1 })).entries).toMatchObject([{ kind: 'upload', upload: begun }]);
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
