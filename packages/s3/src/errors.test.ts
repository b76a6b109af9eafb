import { expect, test } from 'vitest';
import { ERRORS } from './error-table.ts';
import { errorXml, invalidArgument, S3Error } from './errors.ts';

test('an S3Error has its code’s status and text unless told otherwise', () => {
  expect(new S3Error('NoSuchKey', { fields: { Key: 'a' } })).toMatchObject({
    code: 'NoSuchKey',
    status: 404,
    message: 'The specified key does not exist.',
    fields: { Key: 'a' },
  });
  expect(new S3Error('AccessDenied', { message: 'Request has expired', status: 400 })).toMatchObject({
    message: 'Request has expired',
    status: 400,
  });
});

test('an S3Error keeps its cause', () => {
  const cause = new Error('disk');
  expect(new S3Error('InternalError', { cause }).cause).toBe(cause);
});

test('every code of the table has a text and the status of a refusal', () => {
  for (const [code, { status, message }] of Object.entries(ERRORS)) {
    expect(message, code).not.toBe('');
    expect(status, code).toBeGreaterThanOrEqual(300);
    expect(status, code).toBeLessThan(600);
  }
});

test('invalidArgument names the argument, and its value where there is one', () => {
  expect(invalidArgument('No.', 'max-keys', '').fields).toEqual({ ArgumentName: 'max-keys', ArgumentValue: '' });
  expect(invalidArgument('No.', 'marker').fields).toEqual({ ArgumentName: 'marker' });
});

test('errorXml writes code, message, fields and ids in S3’s order, without a namespace, escaped', () => {
  const error = new S3Error('NoSuchKey', { fields: { Key: '<a & "b">' } });
  expect(errorXml(error, { requestId: 'R1', hostId: 'H1' })).toBe(
    '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message>' +
      '<Key>&lt;a &amp; &quot;b&quot;&gt;</Key><RequestId>R1</RequestId><HostId>H1</HostId></Error>',
  );
});
