import { expect, test } from 'vitest';
import { deleteObjectsXml, parseDeleteObjects } from './delete-objects.ts';
import { S3Error } from './errors.ts';

const parse = (inner: string) =>
  parseDeleteObjects(Buffer.from(`<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${inner}</Delete>`));

test('parseDeleteObjects reads keys, versions and conditions', () => {
  const request = parse(
    '<Quiet>true</Quiet><Object><Key> a&amp;b </Key></Object>' +
      '<Object><Key>c</Key><VersionId>v</VersionId><ETag>"e"</ETag><LastModifiedTime>Thu, 01 Jan 2026 00:00:00 GMT</LastModifiedTime><Size>7</Size></Object>',
  );
  const unconditional = { versionId: undefined, ifMatch: undefined, ifMatchLastModified: undefined, ifMatchSizeBytes: undefined };
  expect(request).toEqual({
    quiet: true,
    objects: [
      { key: ' a&b ', ...unconditional },
      { key: 'c', versionId: 'v', ifMatch: 'e', ifMatchLastModified: Date.UTC(2026, 0, 1), ifMatchSizeBytes: 7 },
    ],
    refused: [],
  });
});

test('a key that no object can have is refused by itself', () => {
  const { objects, refused } = parse(
    `<Object><Key>${'x'.repeat(1025)}</Key></Object><Object><Key/></Object><Object><Key>ok</Key></Object>`,
  );
  expect(objects.map(({ key }) => key)).toEqual(['ok']);
  expect(refused.map(({ error }) => error.code)).toEqual(['KeyTooLongError', 'InvalidArgument']);
});

test('a thousand keys are read and one more is MalformedXML', () => {
  expect(parse('<Object><Key>a</Key></Object>'.repeat(1000)).objects.length).toBe(1000);
  expect(() => parse('<Object><Key>a</Key></Object>'.repeat(1001))).toThrow(expect.objectContaining({ code: 'MalformedXML' }));
});

test.each([
  ['no keys', ''],
  ['an object without a key', '<Object><VersionId>v</VersionId></Object>'],
  ['a size that is none', '<Object><Key>a</Key><Size>x</Size></Object>'],
  ['a date that is none', '<Object><Key>a</Key><LastModifiedTime>x</LastModifiedTime></Object>'],
])('parseDeleteObjects refuses %s', (_, inner) => {
  expect(() => parse(inner)).toThrow(expect.objectContaining({ code: 'MalformedXML' }));
});

test('deleteObjectsXml tells what became of each key, or of the failed ones alone', () => {
  const outcomes = [{ key: 'a' }, { key: 'b', error: new S3Error('AccessDenied') }];
  const failed = '<Error><Key>b</Key><Code>AccessDenied</Code><Message>Access Denied</Message></Error></DeleteResult>';
  expect(deleteObjectsXml(outcomes, { quiet: false })).toContain(`<Deleted><Key>a</Key></Deleted>${failed}`);
  expect(deleteObjectsXml(outcomes, { quiet: true })).toContain(`2006-03-01/">${failed}`);
});
