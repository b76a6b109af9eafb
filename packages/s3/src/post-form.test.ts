import { expect, test } from 'vitest';
import {
  formBoundary,
  formFields,
  formKey,
  formSuccess,
  formTags,
  postLocation,
  postResponseXml,
  redirectLocation,
  requiredField,
  wrongNumberOfFiles,
} from './post-form.ts';

const fields = (values: Record<string, string>) => new Map(Object.entries(values));
// The placeholder of S3's forms, not of a template.
const FILENAME = '$' + '{filename}';

test.each([
  ['multipart/form-data; boundary=abc', 'abc'],
  ['Multipart/Form-Data; charset=utf-8; Boundary="a b"', 'a b'],
])('formBoundary reads %s', (contentType, boundary) => {
  expect(formBoundary(contentType)).toBe(boundary);
});

test.each([
  [undefined, 'PreconditionFailed', 412],
  ['application/x-www-form-urlencoded', 'PreconditionFailed', 412],
  ['multipart/form-data', 'MalformedPOSTRequest', 400],
  [`multipart/form-data; boundary=${'x'.repeat(71)}`, 'MalformedPOSTRequest', 400],
])('formBoundary refuses %s', (contentType, code, status) => {
  expect(() => formBoundary(contentType)).toThrow(expect.objectContaining({ code, status }));
});

test('formFields collects by lower-case name, each once, up to 20 KB', () => {
  const form = formFields();
  form.add('Key', 'a');
  expect([...form.values]).toEqual([['key', 'a']]);
  expect(() => form.add('KEY', 'b')).toThrow(expect.objectContaining({ code: 'InvalidArgument' }));
  expect(() => form.add('x-amz-meta-a', 'é'.repeat(10 * 1024))).toThrow(
    expect.objectContaining({ code: 'MaxPostPreDataLengthExceededError', fields: { MaxPostPreDataLengthBytes: '20480' } }),
  );
});

test('a missing field is named in S3’s words', () => {
  expect(() => requiredField(fields({}), 'X-Amz-Signature')).toThrow(
    expect.objectContaining({
      code: 'InvalidArgument',
      message: "Bucket POST must contain a field named 'X-Amz-Signature'.  If it is specified, please check the order of the fields.",
      fields: { ArgumentName: 'X-Amz-Signature', ArgumentValue: '' },
    }),
  );
});

test.each([
  [`user/${FILENAME}`, 'a.txt', 'user/a.txt'],
  [FILENAME, 'C:\\Users\\me\\a.txt', 'a.txt'],
  [FILENAME, '../../etc/passwd', 'passwd'],
  [FILENAME, '$&.txt', '$&.txt'],
  [`${FILENAME}-${FILENAME}`, 'a', 'a-a'],
  [`user/${FILENAME}`, undefined, `user/${FILENAME}`],
  ['plain', 'a.txt', 'plain'],
])('the key %s of a file named %s is %s', (key, filename, expected) => {
  expect(formKey(fields({ key }), filename)).toBe(expected);
});

test('a key that comes to nothing is refused', () => {
  expect(() => formKey(fields({ key: FILENAME }), 'dir/')).toThrow('User key must have a length greater than 0.');
});

test('formTags reads XML, passes over other shapes, and refuses what is no XML', () => {
  const xml = '<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tagging>';
  expect({ ...formTags(fields({ tagging: xml })) }).toEqual({ a: '1' });
  expect(formTags(fields({ tagging: '<Other/>' }))).toBeUndefined();
  expect(formTags(fields({ tagging: '<Tagging/>' }))).toBeUndefined();
  expect(formTags(fields({}))).toBeUndefined();
  expect(() => formTags(fields({ tagging: 'a=1' }))).toThrow(expect.objectContaining({ code: 'MalformedXML' }));
});

test.each([
  [{}, { kind: 'status', status: 204 }],
  [{ success_action_status: '200' }, { kind: 'status', status: 200 }],
  [{ success_action_status: '201' }, { kind: 'status', status: 201 }],
  [{ success_action_status: '404' }, { kind: 'status', status: 204 }],
  [{ success_action_redirect: 'https://a.com/x' }, { kind: 'redirect', url: 'https://a.com/x' }],
  [
    { redirect: 'http://a.com', success_action_status: '200' },
    { kind: 'redirect', url: 'http://a.com' },
  ],
  [{ success_action_redirect: '/x' }, { kind: 'status', status: 204 }],
  [{ success_action_redirect: 'javascript:alert(1)' }, { kind: 'status', status: 204 }],
  [{ success_action_redirect: 'https://' }, { kind: 'status', status: 204 }],
])('success of %j is told by %j', (form, expected) => {
  expect(formSuccess(fields(form as Record<string, string>))).toEqual(expected);
});

const posted = { location: 'http://h/b/a%20b', bucket: 'b', key: 'a b&c', etag: 'e' };

test.each([
  ['https://a.com/x', 'https://a.com/x?bucket=b&key=a+b%26c&etag=%22e%22'],
  ['https://a.com/x?y=1#z', 'https://a.com/x?y=1&bucket=b&key=a+b%26c&etag=%22e%22#z'],
  ['https://a.com/x\r\nSet-Cookie: a', 'https://a.com/xSet-Cookie:%20a?bucket=b&key=a+b%26c&etag=%22e%22'],
])('redirectLocation adds to %j what was stored', (url, expected) => {
  expect(redirectLocation(url, posted)).toBe(expected);
});

test('postResponseXml has no namespace', () => {
  expect(postResponseXml(posted)).toBe(
    '<?xml version="1.0" encoding="UTF-8"?>\n<PostResponse><Location>http://h/b/a%20b</Location><Bucket>b</Bucket><Key>a b&amp;c</Key><ETag>&quot;e&quot;</ETag></PostResponse>',
  );
});

test('postLocation encodes the key, its slashes too', () => {
  expect(postLocation('http://localhost:9000/b', 'a/é b')).toBe('http://localhost:9000/b/a%2F%C3%A9%20b');
});

test('a form without a file is refused in S3’s words', () => {
  expect(wrongNumberOfFiles(0)).toMatchObject({
    code: 'InvalidArgument',
    message: 'POST requires exactly one file upload per request.',
    fields: { ArgumentName: 'file', ArgumentValue: '0' },
  });
});
