import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeRow, decodeRowHead, encodeRow, type Row } from './row.ts';

const id = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes));
const md5 = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes).toString('hex'));
const texts = fc.dictionary(
  fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('__proto__', 'constructor')),
  fc.string({ unit: 'binary' }),
  {
    noNullPrototype: true,
  },
);
const row: fc.Arbitrary<Row> = fc
  .record({
    sizeBytes: fc.maxSafeNat(),
    lastModified: fc.maxSafeNat(),
    md5,
    partCount: fc.nat(10_000),
    body: fc.oneof(
      fc.record({ kind: fc.constant('none' as const) }),
      fc.record({ kind: fc.constant('inline' as const), id, crc32: fc.nat(0xffffffff) }),
      fc.record({ kind: fc.constantFrom('file' as const, 'parts' as const), id }),
    ),
    checksums: fc.option(
      fc.record({
        type: fc.constantFrom('FULL_OBJECT' as const, 'COMPOSITE' as const),
        values: fc.dictionary(fc.constantFrom('CRC32', 'CRC64NVME', 'SHA256'), fc.base64String({ maxLength: 50 }), {
          noNullPrototype: true,
        }),
      }),
      { nil: undefined },
    ),
    properties: fc.oneof(
      fc.record({ headers: texts, metadata: texts }),
      fc.record({ headers: texts, metadata: texts, tags: texts }),
      fc.constant({ headers: {}, metadata: {} }),
    ),
  })
  .map(({ md5, partCount, ...rest }) => ({ ...rest, partCount, etag: partCount === 0 ? md5 : `${md5}-${partCount}` }));

describe('decodeRow', () => {
  test('gives back any row that encodeRow wrote', () => {
    fc.assert(
      fc.property(row, (written) => {
        const read = decodeRow(encodeRow(written));
        expect(read).toEqual(written);
        expect(Object.keys(read.properties.metadata)).toEqual(Object.keys(written.properties.metadata));
        const { properties: _, ...head } = written;
        expect(decodeRowHead(encodeRow(written))).toMatchObject(head);
      }),
    );
  });

  test('keeps nothing of the memory it reads from', () => {
    const written: Row = {
      sizeBytes: 1,
      lastModified: 2,
      etag: '0'.repeat(32),
      partCount: 0,
      body: { kind: 'file', id: Buffer.alloc(16, 7) },
      checksums: undefined,
      properties: { headers: { a: 'b' }, metadata: {} },
    };
    const bytes = encodeRow(written);
    const read = decodeRow(bytes);
    bytes.fill(0xff);
    expect(read).toEqual(written);
  });

  test('refuses a row of another version instead of guessing', () => {
    expect(() => decodeRow(Buffer.alloc(80, 2))).toThrow('version 2');
  });
});
