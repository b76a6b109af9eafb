/** XML from outside: bombs, doctypes, depths and floods are refused at once, and nothing comes of them. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { md5Base64 } from '../support/independent-signer.ts';
import { testServer } from '../support/test-server.ts';
import { send, signed, type Wanted, xmlTexts } from '../support/wire-client.ts';

const server = await testServer();
afterAll(() => server.close());
const s3 = (method: string, path: string, wanted?: Wanted) => send(server, signed(server, method, path, wanted));
let uploadId = '';
let etag = '';
beforeAll(async () => {
  await s3('PUT', '/box');
  await s3('PUT', '/box/key', { body: 'kept' });
  uploadId = xmlTexts((await s3('POST', '/box/up', { query: { uploads: '' } })).text, 'UploadId')[0] ?? '';
  etag = (await s3('PUT', '/box/up', { query: { partNumber: '1', uploadId }, body: 'x' })).headers.get('etag') ?? '';
});

/** Each operation that reads a document, with the document around what would do harm. */
const readers: Readonly<
  Record<string, { send(body: Buffer): ReturnType<typeof send>; wrap(inner: string): string; text(inner: string): string }>
> = {
  DeleteObjects: {
    send: (body) => s3('POST', '/box', { query: { delete: '' }, headers: { 'content-md5': md5Base64(body) }, body }),
    wrap: (inner) => `<Delete>${inner}</Delete>`,
    text: (inner) => `<Object><Key>${inner}</Key></Object>`,
  },
  CompleteMultipartUpload: {
    send: (body) => s3('POST', '/box/up', { query: { uploadId }, body }),
    wrap: (inner) => `<CompleteMultipartUpload>${inner}</CompleteMultipartUpload>`,
    text: (inner) => `<Part><PartNumber>1</PartNumber><ETag>${inner}</ETag></Part>`,
  },
  CreateBucket: {
    send: (body) => s3('PUT', '/from-xml', { body }),
    wrap: (inner) => `<CreateBucketConfiguration>${inner}</CreateBucketConfiguration>`,
    text: (inner) => `<LocationConstraint>${inner}</LocationConstraint>`,
  },
  PutBucketCors: {
    send: (body) => s3('PUT', '/box', { query: { cors: '' }, headers: { 'content-md5': md5Base64(body) }, body }),
    wrap: (inner) => `<CORSConfiguration>${inner}</CORSConfiguration>`,
    text: (inner) => `<CORSRule><AllowedMethod>GET</AllowedMethod><AllowedOrigin>${inner}</AllowedOrigin></CORSRule>`,
  },
  PutObjectTagging: {
    send: (body) => s3('PUT', '/box/key', { query: { tagging: '' }, headers: { 'content-md5': md5Base64(body) }, body }),
    wrap: (inner) => `<Tagging>${inner}</Tagging>`,
    text: (inner) => `<TagSet><Tag><Key>k</Key><Value>${inner}</Value></Tag></TagSet>`,
  },
};

const laughs = (levels: number) =>
  `<!DOCTYPE x [<!ENTITY l0 "ha">${Array.from({ length: levels }, (_, i) => `<!ENTITY l${i + 1} "${`&l${i};`.repeat(10)}">`).join('')}]>`;

describe.each(Object.entries(readers))('%s', (_, reader) => {
  const bad: readonly (readonly [string, () => string | Buffer])[] = [
    ['a billion laughs', () => `${laughs(9)}${reader.wrap(reader.text('&l9;'))}`],
    ['a quadratic blowup', () => `<!DOCTYPE x [<!ENTITY a "${'a'.repeat(50_000)}">]>${reader.wrap(reader.text('&a;'.repeat(1000)))}`],
    ['an external entity', () => `<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>${reader.wrap(reader.text('&a;'))}`],
    ['an external doctype', () => `<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd">${reader.wrap(reader.text('x'))}`],
    ['an empty doctype', () => `<!DOCTYPE x>${reader.wrap(reader.text('x'))}`],
    ['an unknown entity', () => reader.wrap(reader.text('&nbsp;'))],
    ['a reference to NUL', () => reader.wrap(reader.text('&#0;'))],
    ['a reference beyond Unicode', () => reader.wrap(reader.text('&#x110000;'))],
    ['a thousand levels', () => reader.wrap('<a>'.repeat(1000) + '</a>'.repeat(1000))],
    ['elements left open', () => reader.wrap('<a>'.repeat(50_000)).slice(0, 150_000)],
    ['elements crossed', () => reader.wrap('<a><b></a></b>')],
    ['two roots', () => reader.wrap(reader.text('x')).repeat(2)],
    ['noise before the root', () => `noise${reader.wrap(reader.text('x'))}`],
    ['UTF-16', () => Buffer.from(`\ufeff${reader.wrap(reader.text('x'))}`, 'utf16le')],
    [
      'bytes that are not UTF-8',
      () => Buffer.concat([Buffer.from(reader.wrap('').replace(/<\/.*/, '')), Buffer.from([0xff, 0xfe, 0xc3, 0x28])]),
    ],
    ['NULs', () => Buffer.alloc(1000)],
    ['an attribute twice', () => reader.wrap('<a b="1" b="2"/>')],
    ['nothing but a declaration', () => '<?xml version="1.0"?>'],
    ['JSON', () => '{"Delete":{"Objects":[]}}'],
  ];
  test.each(bad)('%s is refused', async (_name, document) => {
    const reply = await reader.send(Buffer.from(document() as string));
    expect(reply.status, reply.text).toBeGreaterThanOrEqual(400);
    expect(reply.status, reply.text).toBeLessThan(500);
    expect(reply.text).not.toContain('root:');
  });
  test('a million elements are refused, and memory stays where it is', async () => {
    const document = Buffer.from(reader.wrap('<a/>'.repeat(1_000_000)));
    globalThis.gc?.();
    const before = process.memoryUsage().rss;
    const reply = await reader.send(document);
    expect(reply.status, reply.text.slice(0, 300)).toBeGreaterThanOrEqual(400);
    expect(reply.status).toBeLessThan(500);
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 * 1024);
  });
  test('a document of 20 MB is refused from its length', async () => {
    const reply = await reader.send(Buffer.alloc(20 * 1024 * 1024, '<a/>'));
    expect(reply.status).toBe(400);
    expect(['MaxMessageLengthExceeded', 'MalformedXML', 'EntityTooLarge']).toContain(reply.error.Code);
  });
});

test('after all of that everything is as it was', async () => {
  expect((await s3('GET', '/box/key')).text).toBe('kept');
  expect((await s3('HEAD', '/from-xml')).status).toBe(404);
  expect((await s3('HEAD', '/box/up')).status).toBe(404);
  expect((await s3('GET', '/box', { query: { cors: '' } })).status).toBe(404);
  expect((await s3('HEAD', '/box/key')).headers.has('x-amz-tagging-count')).toBe(false);
  expect(server.logged.filter((line) => line.includes('InternalError'))).toEqual([]);
  const done = await s3('POST', '/box/up', {
    query: { uploadId },
    body: `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${etag}</ETag></Part></CompleteMultipartUpload>`,
  });
  expect(done.status).toBe(200);
});

test('comments, CDATA, processing instructions, a BOM and other namespaces are XML too', async () => {
  for (const key of ['c1', 'c2', 'c3', 'c4', 'c5']) await s3('PUT', `/box/${key}`, { body: '' });
  const documents = [
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><!-- a --><Delete><!-- b --><Object><Key>c1</Key></Object></Delete>',
    '<Delete><Object><Key><![CDATA[c2]]></Key></Object></Delete>',
    '<?pi x?><Delete><Object><Key>c3</Key></Object></Delete>',
    '\ufeff<Delete><Object><Key>c4</Key></Object></Delete>',
    '<s3:Delete xmlns:s3="http://s3.amazonaws.com/doc/2006-03-01/"><s3:Object><s3:Key>c5</s3:Key></s3:Object></s3:Delete>',
  ];
  const statuses = [];
  for (const document of documents) statuses.push((await readers.DeleteObjects?.send(Buffer.from(document)))?.status);
  expect(statuses.slice(0, 4)).toEqual([200, 200, 200, 200]);
  expect([200, 400]).toContain(statuses[4]);
});
