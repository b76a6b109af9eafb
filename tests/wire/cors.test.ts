/** CORS: what a bucket allows is what browsers are told, before anybody is authenticated and on errors too. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { md5Base64 } from '../support/independent-signer.ts';
import { testServer } from '../support/test-server.ts';
import {
  type Answer,
  anonymous,
  expectError,
  presigned,
  send,
  signed,
  type Wanted,
  withHeader,
  xmlParts,
  xmlTexts,
} from '../support/wire-client.ts';

const server = await testServer();
afterAll(() => server.close());
const s3 = (method: string, path: string, wanted?: Wanted) => send(server, signed(server, method, path, wanted));
const configure = (rules: string) => {
  const body = `<CORSConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${rules}</CORSConfiguration>`;
  return s3('PUT', '/box', { query: { cors: '' }, headers: { 'content-md5': md5Base64(body) }, body });
};
const rule = (parts: Readonly<Record<string, string | readonly string[]>>) =>
  `<CORSRule>${Object.entries(parts)
    .map(([name, values]) =>
      [values]
        .flat()
        .map((value) => `<${name}>${value}</${name}>`)
        .join(''),
    )
    .join('')}</CORSRule>`;
const preflight = (origin: string | undefined, method: string | undefined, headers?: string, path = '/box/key'): Promise<Answer> => {
  let request = anonymous(server, 'OPTIONS', path);
  if (origin !== undefined) request = withHeader(request, 'Origin', origin);
  if (method !== undefined) request = withHeader(request, 'Access-Control-Request-Method', method);
  if (headers !== undefined) request = withHeader(request, 'Access-Control-Request-Headers', headers);
  return send(server, request);
};
const ours = (reply: Answer) => [...reply.headers.keys()].filter((name) => name.startsWith('access-control-'));

beforeAll(async () => {
  await s3('PUT', '/box');
  await s3('PUT', '/plain');
  await s3('PUT', '/box/key', { body: 'content' });
});
beforeEach(async () => {
  await configure(
    rule({
      ID: 'app',
      AllowedOrigin: ['https://app.example', 'https://*.app.example'],
      AllowedMethod: ['GET', 'PUT'],
      AllowedHeader: ['content-type', 'x-amz-*'],
      ExposeHeader: ['ETag', 'x-amz-request-id'],
      MaxAgeSeconds: '3000',
    }) + rule({ AllowedOrigin: '*', AllowedMethod: 'HEAD' }),
  );
});

describe('the configuration', () => {
  test('comes back as it was put', async () => {
    const reply = await s3('GET', '/box', { query: { cors: '' } });
    expect([reply.status, xmlParts(reply.text, 'CORSRule').length]).toEqual([200, 2]);
    expect([
      xmlTexts(reply.text, 'ID'),
      xmlTexts(reply.text, 'AllowedOrigin'),
      xmlTexts(reply.text, 'AllowedMethod'),
      xmlTexts(reply.text, 'AllowedHeader'),
      xmlTexts(reply.text, 'ExposeHeader'),
      xmlTexts(reply.text, 'MaxAgeSeconds'),
    ]).toEqual([
      ['app'],
      ['https://app.example', 'https://*.app.example', '*'],
      ['GET', 'PUT', 'HEAD'],
      ['content-type', 'x-amz-*'],
      ['ETag', 'x-amz-request-id'],
      ['3000'],
    ]);
  });
  test('is replaced as a whole, and gone once deleted', async () => {
    expect((await configure(rule({ AllowedOrigin: 'https://new.example', AllowedMethod: 'GET' }))).status).toBe(200);
    expect(xmlTexts((await s3('GET', '/box', { query: { cors: '' } })).text, 'AllowedOrigin')).toEqual(['https://new.example']);
    expect((await s3('DELETE', '/box', { query: { cors: '' } })).status).toBe(204);
    expectError(await s3('GET', '/box', { query: { cors: '' } }), {
      status: 404,
      code: 'NoSuchCORSConfiguration',
      message: 'The CORS configuration does not exist',
      fields: { BucketName: 'box' },
    });
    expect((await s3('DELETE', '/box', { query: { cors: '' } })).status).toBe(204);
  });
  test('of a deleted bucket does not come back with a new one of that name', async () => {
    await s3('PUT', '/brief');
    const body = `<CORSConfiguration>${rule({ AllowedOrigin: '*', AllowedMethod: 'GET' })}</CORSConfiguration>`;
    await s3('PUT', '/brief', { query: { cors: '' }, headers: { 'content-md5': md5Base64(body) }, body });
    await s3('DELETE', '/brief');
    await s3('PUT', '/brief');
    expectError(await s3('GET', '/brief', { query: { cors: '' } }), { status: 404, code: 'NoSuchCORSConfiguration' });
  });
  test.each([
    ['no rule', '', 'MalformedXML'],
    ['a rule without origin', rule({ AllowedMethod: 'GET' }), 'MalformedXML'],
    ['a rule without method', rule({ AllowedOrigin: '*' }), 'MalformedXML'],
    ['another method', rule({ AllowedOrigin: '*', AllowedMethod: 'PATCH' }), 'InvalidRequest'],
    ['a method in lower case', rule({ AllowedOrigin: '*', AllowedMethod: 'get' }), 'InvalidRequest'],
    ['two stars in an origin', rule({ AllowedOrigin: 'https://*.*', AllowedMethod: 'GET' }), 'InvalidRequest'],
    ['two stars in a header', rule({ AllowedOrigin: '*', AllowedMethod: 'GET', AllowedHeader: '*-*' }), 'InvalidRequest'],
    ['a star in an exposed header', rule({ AllowedOrigin: '*', AllowedMethod: 'GET', ExposeHeader: '*' }), 'InvalidRequest'],
    [
      'a line end in an exposed header',
      rule({ AllowedOrigin: '*', AllowedMethod: 'GET', ExposeHeader: 'a&#13;&#10;Set-Cookie: b=c' }),
      'InvalidRequest',
    ],
    ['a line end in an origin', rule({ AllowedOrigin: 'https://a&#10;b', AllowedMethod: 'GET' }), 'InvalidRequest'],
    ['101 rules', rule({ AllowedOrigin: '*', AllowedMethod: 'GET' }).repeat(101), 'MalformedXML'],
  ])('with %s is refused, and the old one stays', async (_, rules, code) => {
    expectError(await configure(rules), { status: 400, code });
    expect(xmlTexts((await s3('GET', '/box', { query: { cors: '' } })).text, 'ID')).toEqual(['app']);
  });
  test('wants Content-MD5 or a checksum', async () => {
    const body = `<CORSConfiguration>${rule({ AllowedOrigin: '*', AllowedMethod: 'GET' })}</CORSConfiguration>`;
    expectError(await s3('PUT', '/box', { query: { cors: '' }, body }), { status: 400, code: 'InvalidRequest' });
  });
  test('may be set and read by nobody but who may', async () => {
    for (const method of ['GET', 'PUT', 'DELETE'])
      expectError(await send(server, anonymous(server, method, '/box', { query: { cors: '' } })), { status: 403, code: 'AccessDenied' });
  });
  test('of no bucket is NoSuchBucket', async () => {
    expectError(await s3('GET', '/not-there', { query: { cors: '' } }), { status: 404, code: 'NoSuchBucket' });
  });
});

describe('a preflight', () => {
  test('that is allowed is answered without authentication, with everything the browser needs', async () => {
    const reply = await preflight('https://app.example', 'PUT', 'Content-Type, X-Amz-Date');
    const { headers } = reply;
    expect([reply.status, reply.text]).toEqual([200, '']);
    expect([
      headers.get('access-control-allow-origin'),
      headers.get('access-control-allow-credentials'),
      headers.get('access-control-max-age'),
    ]).toEqual(['https://app.example', 'true', '3000']);
    expect(headers.get('access-control-allow-methods')).toBe('GET, PUT');
    expect(headers.get('access-control-allow-headers')?.toLowerCase()).toBe('content-type, x-amz-date');
    expect(headers.get('access-control-expose-headers')).toBe('ETag, x-amz-request-id');
    expect(headers.get('vary')).toMatch(/Origin/);
  });
  test('for a pre-signed URL is allowed whatever its query says', async () => {
    const target = presigned(server, 'PUT', '/box/key').target;
    expect((await preflight('https://app.example', 'PUT', undefined, target)).status).toBe(200);
    expect((await preflight('https://app.example', 'PUT', undefined, '/box/key?X-Amz-Signature=bad')).status).toBe(200);
  });
  test('of an origin under a wildcard is answered with that origin', async () => {
    expect((await preflight('https://eu.app.example', 'GET')).headers.get('access-control-allow-origin')).toBe('https://eu.app.example');
  });
  test('of any origin under a star is answered with a star and without credentials', async () => {
    const { headers } = await preflight('https://anybody.example', 'HEAD');
    expect([headers.get('access-control-allow-origin'), headers.has('access-control-allow-credentials')]).toEqual(['*', false]);
  });
  test.each([
    ['another origin', 'https://evil.example', 'GET', undefined],
    ['an origin that only ends alike', 'https://evilapp.example', 'GET', undefined],
    ['an origin that only begins alike', 'https://app.example.evil.example', 'GET', undefined],
    ['another scheme', 'http://app.example', 'GET', undefined],
    ['another port', 'https://app.example:8443', 'GET', undefined],
    ['the origin null', 'null', 'GET', undefined],
    ['a dot that is a letter', 'https://appXexample', 'GET', undefined],
    ['another method', 'https://app.example', 'DELETE', undefined],
    ['another header', 'https://app.example', 'PUT', 'authorization'],
    ['one header of several', 'https://app.example', 'PUT', 'content-type, authorization'],
  ])('of %s is refused without any header of allowance', async (_, origin, method, headers) => {
    const reply = await preflight(origin, method, headers);
    expectError(reply, {
      status: 403,
      code: 'AccessForbidden',
      message:
        "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.",
      fields: { Method: method, ResourceType: 'OBJECT' },
    });
    expect(ours(reply)).toEqual([]);
  });
  test('to a bucket without CORS is refused', async () => {
    expectError(await preflight('https://app.example', 'GET', undefined, '/plain/key'), {
      status: 403,
      code: 'AccessForbidden',
      message: 'CORSResponse: CORS is not enabled for this bucket.',
    });
  });
  test('to no bucket is refused', async () => {
    expectError(await preflight('https://app.example', 'GET', undefined, '/not-there/key'), { status: 403, code: 'AccessForbidden' });
  });
  test('without Origin is BadRequest', async () => {
    expectError(await preflight(undefined, 'GET'), {
      status: 400,
      code: 'BadRequest',
      message: 'Insufficient information. Origin request header needed.',
    });
  });
  test.each([undefined, 'PATCH', 'get', ''])('of the method %j is BadRequest', async (method) => {
    expectError(await preflight('https://app.example', method), { status: 400, code: 'BadRequest' });
  });
  test('that asks for a header with line ends or nonsense is refused and echoes nothing', async () => {
    const reply = await preflight('https://app.example', 'PUT', 'x-amz-a b');
    expect(reply.status).toBe(400);
    expect(ours(reply)).toEqual([]);
  });
  test('tells nothing of what is in the bucket', async () => {
    const [there, none] = [
      await preflight('https://app.example', 'GET', undefined, '/box/key'),
      await preflight('https://app.example', 'GET', undefined, '/box/none'),
    ];
    expect(there.status).toBe(none.status);
  });
});

describe('an answer to another origin', () => {
  const from = async (origin: string, request: Parameters<typeof withHeader>[0]) => send(server, withHeader(request, 'Origin', origin));
  test('carries the headers', async () => {
    const reply = await from('https://app.example', presigned(server, 'GET', '/box/key'));
    expect([reply.status, reply.headers.get('access-control-allow-origin'), reply.headers.get('access-control-expose-headers')]).toEqual([
      200,
      'https://app.example',
      'ETag, x-amz-request-id',
    ]);
    expect(reply.headers.get('vary')).toMatch(/Origin/);
  });
  test('that is not allowed is served without them', async () => {
    const reply = await from('https://evil.example', presigned(server, 'GET', '/box/key'));
    expect([reply.status, ours(reply)]).toEqual([200, []]);
  });
  test('carries them on errors too, so that pages can read those', async () => {
    const errors = [
      await from('https://app.example', presigned(server, 'GET', '/box/none')),
      await from('https://app.example', anonymous(server, 'GET', '/box/key')),
      await from('https://app.example', {
        ...presigned(server, 'GET', '/box/key'),
        target: presigned(server, 'GET', '/box/key').target.replace(/Signature=..../, 'Signature=0000'),
      }),
      await from('https://app.example', presigned(server, 'GET', '/box/key', { date: new Date(Date.now() - 7200_000), expires: 60 })),
      await from('https://app.example', presigned(server, 'PUT', '/box/key', { headers: { 'content-md5': 'bad' }, body: 'x' })),
      await from('https://app.example', presigned(server, 'GET', '/box/key', { headers: { range: 'bytes=1000-' } })),
      await from('https://app.example', presigned(server, 'GET', `/box/${'k'.repeat(1025)}`)),
    ];
    expect(errors.map(({ status, headers }) => [status, headers.get('access-control-allow-origin')])).toEqual(
      [404, 403, 403, 403, 400, 416, 400].map((status) => [status, 'https://app.example']),
    );
  });
  test('carries them on a 304', async () => {
    const etag = (await s3('HEAD', '/box/key')).headers.get('etag') ?? '';
    const reply = await from('https://app.example', presigned(server, 'GET', '/box/key', { headers: { 'if-none-match': etag } }));
    expect([reply.status, reply.headers.get('access-control-allow-origin')]).toEqual([304, 'https://app.example']);
  });
  test('carries them on a form upload', async () => {
    const reply = await from('https://app.example', {
      method: 'POST',
      target: '/box',
      headers: [
        ['Host', server.host],
        ['Content-Type', 'text/plain'],
      ],
      body: Buffer.from('x'),
    });
    // POST is not among the allowed methods of this bucket.
    expect([reply.status, ours(reply)]).toEqual([412, []]);
  });
  test('with line ends in Origin cannot be made', async () => {
    const reply = await from('https://app.example\u000bx', presigned(server, 'GET', '/box/key'));
    expect(ours(reply)).toEqual([]);
  });
});

describe('the console address', () => {
  const origin = () => new URL(server.console).origin;

  test.each([
    ['a bucket without CORS', '/plain/key'],
    ['a bucket that allows others', '/box/key'],
    ['a bucket that is not there', '/not-there/key'],
    ['all buckets', '/'],
  ])('has leave for its pages to use %s', async (_, path) => {
    const reply = await preflight(origin(), 'PUT', 'authorization, x-amz-content-sha256', path);
    const { headers } = reply;
    expect([reply.status, headers.get('access-control-allow-origin')]).toEqual([200, origin()]);
    expect(headers.get('access-control-allow-headers')).toBe('authorization, x-amz-content-sha256');
    expect(headers.get('access-control-allow-methods')).toBe('GET, HEAD, PUT, POST, DELETE');
    expect(headers.has('access-control-allow-credentials')).toBe(false);
  });
  test('reads every answer with all its headers, refusals too', async () => {
    const answers = [
      await send(server, withHeader(presigned(server, 'GET', '/box/key'), 'Origin', origin())),
      await send(server, withHeader(presigned(server, 'GET', '/plain/none'), 'Origin', origin())),
      await send(server, withHeader(signed(server, 'GET', '/'), 'Origin', origin())),
      await send(server, withHeader(anonymous(server, 'PUT', '/plain/key', { body: 'x' }), 'Origin', origin())),
      await send(server, withHeader(presigned(server, 'GET', `/plain/${'k'.repeat(1025)}`), 'Origin', origin())),
    ];
    expect(answers.map(({ status, headers }) => [status, headers.get('access-control-allow-origin')])).toEqual(
      [200, 404, 200, 403, 400].map((status) => [status, origin()]),
    );
    for (const { headers } of answers) expect(headers.get('access-control-expose-headers')).toBe('*');
  });
  test('gives no leave to who is only called alike', async () => {
    for (const other of [`${origin()}0`, origin().replace('http:', 'https:'), server.s3, 'null'])
      expect((await preflight(other, 'PUT', undefined, '/plain/key')).status, other).toBe(403);
  });
});

describe('a console address that others reach by another name', () => {
  test('has leave under both', async () => {
    const named = await testServer({ publicConsoleUrl: 'https://share.example.com' });
    try {
      for (const origin of ['https://share.example.com', new URL(named.console).origin]) {
        const request = withHeader(anonymous(named, 'OPTIONS', '/'), 'Origin', origin);
        const reply = await send(named, withHeader(request, 'Access-Control-Request-Method', 'GET'));
        expect([reply.status, reply.headers.get('access-control-allow-origin')]).toEqual([200, origin]);
      }
    } finally {
      await named.close();
    }
  });
});
