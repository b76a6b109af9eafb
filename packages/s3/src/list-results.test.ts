import fc from 'fast-check';
import { expect, test } from 'vitest';
import { continuationToken } from './continuation.ts';
import { urlEncodeKey } from './key-encoding.ts';
import type { ListObjectsParameters } from './list-parameters.ts';
import { listObjectsXml } from './list-results.ts';
import { childrenOf, childText, parseXml } from './xml.ts';

/** Any code point but half a surrogate pair. */
const character = fc
  .integer({ min: 0, max: 0x10ffff })
  .filter((code) => code < 0xd800 || code > 0xdfff)
  .map((code) => String.fromCodePoint(code));

const owner = { id: 'f'.repeat(64), displayName: 'root' };
const HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">';
const common = { prefix: '', delimiter: undefined, encodingType: undefined, maxKeys: 1000, limit: 1000, after: undefined };
const version1: ListObjectsParameters = { ...common, version: { number: 1, marker: '' } };
const version2: ListObjectsParameters = {
  ...common,
  version: { number: 2, continuationToken: undefined, startAfter: undefined, fetchOwner: false },
};

function object(key: string) {
  const record = { key, sizeBytes: 3, etag: 'e'.repeat(32), lastModified: Date.UTC(2026, 0, 1) };
  return { kind: 'object', record } as const;
}

test('ListObjects names owner and marker, in S3’s order', () => {
  const page = { entries: [object('a'), { kind: 'prefix', prefix: 'b/' } as const, object('c')], next: 'c' };
  const parameters = { ...version1, delimiter: '/', maxKeys: 3 };
  const contents = (key: string) =>
    `<Contents><Key>${key}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>&quot;${'e'.repeat(32)}&quot;</ETag><Size>3</Size>` +
    `<Owner><ID>${owner.id}</ID><DisplayName>root</DisplayName></Owner><StorageClass>STANDARD</StorageClass></Contents>`;
  expect(listObjectsXml('bucket', parameters, page, owner)).toBe(
    `${HEAD}<Name>bucket</Name><Prefix/><Marker/><NextMarker>c</NextMarker><MaxKeys>3</MaxKeys><Delimiter>/</Delimiter>` +
      `<IsTruncated>true</IsTruncated>${contents('a')}${contents('c')}<CommonPrefixes><Prefix>b/</Prefix></CommonPrefixes></ListBucketResult>`,
  );
});

test('ListObjects gives no NextMarker without a delimiter, as S3 does not', () => {
  expect(listObjectsXml('bucket', version1, { entries: [object('a')], next: 'a' }, owner)).not.toContain('NextMarker');
});

test('ListObjectsV2 counts, gives a token, and names the owner only when asked', () => {
  const root = parseXml(listObjectsXml('bucket', version2, { entries: [object('a')], next: 'a' }, owner));
  expect(childText(root, 'KeyCount')).toBe('1');
  expect(childText(root, 'NextContinuationToken')).toBe(continuationToken('a'));
  expect(JSON.stringify(root)).not.toContain('Owner');
  const asked = { ...version2, version: { ...version2.version, fetchOwner: true } } as ListObjectsParameters;
  expect(listObjectsXml('bucket', asked, { entries: [object('a')] }, owner)).toContain('<Owner>');
});

test('ListObjectsV2 repeats token and start-after', () => {
  const parameters: ListObjectsParameters = {
    ...version2,
    version: { number: 2, continuationToken: 'T', startAfter: 'x', fetchOwner: false },
  };
  const xml = listObjectsXml('bucket', parameters, { entries: [] }, owner);
  expect(xml).toContain('<ContinuationToken>T</ContinuationToken>');
  expect(xml).toContain('<StartAfter>x</StartAfter>');
});

test('listings show which checksums there are', () => {
  const record = { ...object('a').record, checksums: { type: 'FULL_OBJECT', values: { CRC32: 'AAAAAA==' } } } as const;
  const xml = listObjectsXml('bucket', version2, { entries: [{ kind: 'object', record }] }, owner);
  expect(xml).toContain('<ChecksumAlgorithm>CRC32</ChecksumAlgorithm><ChecksumType>FULL_OBJECT</ChecksumType><Size>');
});

test('urlEncodeKey encodes as S3 was seen to', () => {
  const kept = 'AZaz09-_.*/';
  expect(urlEncodeKey(`${kept} !'()~,;:@="<>|%+\u0001한글`)).toBe(
    `${kept}+%21%27%28%29%7E%2C%3B%3A%40%3D%22%3C%3E%7C%25%2B%01%ED%95%9C%EA%B8%80`,
  );
});

test('with encoding-type=url any key is parseable XML, and decoded as a form value it is the key again', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: character, minLength: 1, maxLength: 20 }), { maxLength: 5 }),
      fc.string({ unit: character }),
      (keys, prefix) => {
        const parameters = { ...version2, prefix, encodingType: 'url' };
        const root = parseXml(listObjectsXml('bucket', parameters, { entries: keys.map(object) }, owner));
        const decoded = (text: string | undefined) => decodeURIComponent((text ?? '').replaceAll('+', ' '));
        expect(childrenOf(root, 'Contents').map((contents) => decoded(childText(contents, 'Key')))).toEqual(keys);
        expect(decoded(childText(root, 'Prefix'))).toBe(prefix);
      },
    ),
  );
});
