import { parseTarget } from '@latchkey/sigv4/target';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { continuationToken, readContinuationToken } from './continuation.ts';
import {
  listBucketsParameters,
  listObjectsParameters,
  listPartsParameters,
  listUploadsParameters,
  objectPartsParameters,
} from './list-parameters.ts';
import type { Query } from './query.ts';

/** Any code point but half a surrogate pair. */
const character = fc
  .integer({ min: 0, max: 0x10ffff })
  .filter((code) => code < 0xd800 || code > 0xdfff)
  .map((code) => String.fromCodePoint(code));

function query(text: string): Query {
  const target = parseTarget(`/?${text}`);
  if ('problem' in target) throw new Error(target.problem);
  return target.query;
}

test('a continuation token gives back any string it was made of', () => {
  fc.assert(
    fc.property(fc.string({ unit: character }), (key) => {
      expect(readContinuationToken(continuationToken(key))).toBe(key);
    }),
  );
});

test.each(['', 'garbage', 'AA', 'Af8', '!', `${continuationToken('key')}=`])(
  'the continuation token %j is refused without repeating it',
  (token) => {
    expect(() => readContinuationToken(token)).toThrow(
      expect.objectContaining({
        code: 'InvalidArgument',
        message: 'The continuation token provided is incorrect',
        fields: { ArgumentName: 'continuation-token' },
      }),
    );
  },
);

test('listObjectsParameters reads ListObjects by default', () => {
  expect(listObjectsParameters(query('prefix=a%2F&delimiter=/&marker=a%2Fb&max-keys=2'))).toEqual({
    prefix: 'a/',
    delimiter: '/',
    encodingType: undefined,
    maxKeys: 2,
    limit: 2,
    after: 'a/b',
    version: { number: 1, marker: 'a/b' },
  });
});

test('listObjectsParameters reads ListObjectsV2 for list-type=2 exactly', () => {
  const token = continuationToken('k');
  const parameters = listObjectsParameters(query(`list-type=2&continuation-token=${token}&start-after=z&fetch-owner=true`));
  expect(parameters).toMatchObject({ after: 'k', version: { number: 2, continuationToken: token, startAfter: 'z', fetchOwner: true } });
  expect(listObjectsParameters(query('list-type=02')).version.number).toBe(1);
  expect(listObjectsParameters(query('list-type=2&start-after=z&fetch-owner=True'))).toMatchObject({
    after: 'z',
    version: { fetchOwner: false },
  });
});

test.each([
  ['max-keys=', 1000, 1000],
  ['max-keys=05', 5, 5],
  ['max-keys=-0', 0, 0],
  ['max-keys=2147483647', 1000, 1000],
  ['max-keys=7&max-keys=abc', 7, 7],
])('%s is served, 1000 at the most', (text, maxKeys, limit) => {
  expect(listObjectsParameters(query(text))).toMatchObject({ maxKeys, limit });
});

test.each([
  ['max-keys=abc', 'Provided max-keys not an integer or within integer range', 'max-keys', 'abc'],
  ['max-keys=+5', 'Provided max-keys not an integer or within integer range', 'max-keys', ' 5'],
  ['max-keys=2147483648', 'Provided max-keys not an integer or within integer range', 'max-keys', '2147483648'],
  ['max-keys=-01', 'Argument maxKeys must be an integer between 0 and 2147483647', 'maxKeys', '-1'],
  ['encoding-type=value', 'Invalid Encoding Method specified in Request', 'encoding-type', 'value'],
  ['encoding-type=', 'Invalid Encoding Method specified in Request', 'encoding-type', ''],
  ['continuation-token=x', 'continuation-token only supported in REST.GET.BUCKET with list-type=2', 'continuation-token', undefined],
  ['start-after=', 'startAfter only supported in REST.GET.BUCKET with list-type=2', 'start-after', undefined],
  ['list-type=2&marker=', 'Marker unsupported with REST.GET.BUCKET in list-type=2', 'marker', undefined],
  ['list-type=2&continuation-token=', 'The continuation token provided is incorrect', 'continuation-token', undefined],
])('listObjectsParameters refuses %s', (text, message, name, value) => {
  const fields = value === undefined ? { ArgumentName: name } : { ArgumentName: name, ArgumentValue: value };
  expect(() => listObjectsParameters(query(text))).toThrow(expect.objectContaining({ code: 'InvalidArgument', message, fields }));
});

test('encoding-type is taken in any case and an empty delimiter is none', () => {
  expect(listObjectsParameters(query('encoding-type=URL&delimiter='))).toMatchObject({ encodingType: 'URL', delimiter: undefined });
});

test('listUploadsParameters takes an upload-id-marker only with a key-marker', () => {
  expect(listUploadsParameters(query('uploads&upload-id-marker=u'))).toMatchObject({ uploadIdMarker: '', after: undefined });
  expect(listUploadsParameters(query('uploads&key-marker=k&upload-id-marker=u&max-uploads=2000'))).toMatchObject({
    maxUploads: 1000,
    after: { key: 'k', uploadId: 'u' },
  });
  expect(() => listUploadsParameters(query('max-uploads=-1'))).toThrow('Argument max-uploads must be an integer between 0 and 2147483647');
});

test('listPartsParameters reads both numbers', () => {
  expect(listPartsParameters(query('part-number-marker=&max-parts='))).toEqual({ maxParts: 1000, partNumberMarker: 0 });
  expect(listPartsParameters(query('part-number-marker=3&max-parts=5000'))).toEqual({ maxParts: 1000, partNumberMarker: 3 });
  expect(() => listPartsParameters(query('part-number-marker=x'))).toThrow('Provided part-number-marker not an integer');
});

test('objectPartsParameters reads both headers, and no page of nothing', () => {
  const headers = (maxParts: string, marker: string) => [
    { name: 'x-amz-max-parts', value: maxParts },
    { name: 'x-amz-part-number-marker', value: marker },
  ];
  expect(objectPartsParameters(headers('', ''))).toEqual({ maxParts: 1000, partNumberMarker: 0 });
  expect(objectPartsParameters(headers('5000', '3'))).toEqual({ maxParts: 1000, partNumberMarker: 3 });
  expect(objectPartsParameters(headers('1', '10000'))).toEqual({ maxParts: 1, partNumberMarker: 10_000 });
  for (const [maxParts, marker] of [
    ['0', ''],
    ['-1', ''],
    ['', '-1'],
  ] as const)
    expect(() => objectPartsParameters(headers(maxParts, marker))).toThrow('must be an integer between');
  expect(() => objectPartsParameters(headers('many', ''))).toThrow('Provided x-amz-max-parts not an integer');
});

test('listBucketsParameters shows regions once one of its parameters is sent', () => {
  expect(listBucketsParameters([])).toEqual({
    maxBuckets: 10000,
    prefix: undefined,
    after: undefined,
    region: undefined,
    showsRegion: false,
  });
  expect(listBucketsParameters(query('continuation-token='))).toMatchObject({ after: undefined, showsRegion: true });
  expect(listBucketsParameters(query('bucket-region=Us-East-1&prefix='))).toMatchObject({ region: 'us-east-1', prefix: '' });
});

test.each([
  ['max-buckets=0', 'Argument max-buckets must be an integer between 1 and 10000'],
  ['max-buckets=10001', 'Argument max-buckets must be an integer between 1 and 10000'],
  ['max-buckets=%201', 'Provided max-buckets not an integer or within integer range'],
  ['bucket-region=', 'Argument value  is not a valid AWS Region'],
  ['continuation-token=garbage', 'The continuation token provided is incorrect'],
])('listBucketsParameters refuses %s', (text, message) => {
  expect(() => listBucketsParameters(query(text))).toThrow(expect.objectContaining({ code: 'InvalidArgument', message }));
});
