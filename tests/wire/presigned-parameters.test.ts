/** Whose parameters are they, and how often: a pre-signed URL leaves nothing to guess. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { amzDate, encodeQuery, type Pairs, percentEncode, presignedQuery, signQuery } from '../support/independent-signer.ts';
import { REGION, ROOT, testServer } from '../support/test-server.ts';
import { expectError, presigned, presignedV2, send, signed, type Wanted, type WireRequest, withHeader } from '../support/wire-client.ts';

const NOON = new Date('2026-01-31T12:00:00Z');
const server = await testServer();
server.clock.now = () => NOON.getTime();
afterAll(() => server.close());

beforeAll(async () => {
  await send(server, signed(server, 'PUT', '/photos'));
  await send(server, signed(server, 'PUT', '/photos/cat.jpg', { body: 'meow' }));
});

const PATH = '/photos/cat.jpg';
const scope = { credentials: ROOT, date: NOON, region: REGION };
const get = (wanted: Wanted = {}) => presigned(server, 'GET', PATH, wanted);
const plus = (request: WireRequest, more: string): WireRequest => ({ ...request, target: `${request.target}&${more}` });
const six: Pairs = presignedQuery(
  { method: 'GET', path: PATH, headers: [['Host', server.host]], payloadHash: 'UNSIGNED-PAYLOAD' },
  scope,
  '3600',
);

/** Signs exactly these parameters, whatever they are. */
function signExactly(query: Pairs): WireRequest {
  const unsigned = query.filter(([name]) => name !== 'X-Amz-Signature');
  const headers: Pairs = [['Host', server.host]];
  const signature = signQuery({ method: 'GET', path: PATH, query: unsigned, headers, payloadHash: 'UNSIGNED-PAYLOAD' }, scope);
  return { method: 'GET', target: `${PATH}?${encodeQuery([...unsigned, ['X-Amz-Signature', signature]])}`, headers };
}

describe('a signature parameter given twice', () => {
  test.each(six)('%s is refused though both were signed', async (name, value) => {
    const reply = await send(
      server,
      signExactly([...six, [name, value]].filter(([n]) => name === 'X-Amz-Signature' || n !== 'X-Amz-Signature') as Pairs),
    );
    if (name === 'X-Amz-Signature') return;
    expect([400, 403], reply.text).toContain(reply.status);
  });
  test.each(six)('%s appended to a good URL is refused', async (name, value) => {
    const reply = await send(server, plus(get(), `${name}=${percentEncode(value)}`));
    expect([400, 403], reply.text).toContain(reply.status);
  });
  test.each([
    ['604800', '1'],
    ['1', '604800'],
  ])('X-Amz-Expires %s then %s is refused, whichever was meant', async (first, second) => {
    const query = six.flatMap((pair) =>
      pair[0] === 'X-Amz-Expires'
        ? ([
            ['X-Amz-Expires', first],
            ['X-Amz-Expires', second],
          ] as const)
        : [pair],
    );
    const reply = await send(server, signExactly(query));
    expect([400, 403], reply.text).toContain(reply.status);
  });
  test.each(['AWSAccessKeyId', 'Expires', 'Signature'])('%s of SigV2 is refused', async (name) => {
    const request = presignedV2(server, 'GET', PATH);
    const value = new URLSearchParams(request.target.split('?')[1]).get(name) ?? '';
    const reply = await send(server, plus(request, `${name}=${percentEncode(value)}`));
    expect([400, 403], reply.text).toContain(reply.status);
  });
});

describe('the names of the six', () => {
  test.each(six.filter(([name]) => name !== 'X-Amz-Signature'))('%s in lower case is not it', async (name) => {
    const reply = await send(server, signExactly(six.map((pair) => (pair[0] === name ? ([name.toLowerCase(), pair[1]] as const) : pair))));
    expectError(reply, { status: 400, code: 'AuthorizationQueryParametersError' });
  });
  test('x-amz-signature in lower case is not it', async () => {
    const request = get();
    expectError(await send(server, { ...request, target: request.target.replace('X-Amz-Signature', 'x-amz-signature') }), {
      status: 400,
      code: 'AuthorizationQueryParametersError',
    });
  });
  test('may be percent-encoded, which changes nothing', async () => {
    const request = get();
    expect((await send(server, { ...request, target: request.target.replace('X-Amz-Date', 'X-Amz-%44ate') })).status).toBe(200);
  });
  test('all in lower case are no signature, and the request is refused as anonymous or malformed, never served', async () => {
    const request = get();
    const reply = await send(server, { ...request, target: request.target.replaceAll('X-Amz-', 'x-amz-') });
    expect([400, 403], reply.text).toContain(reply.status);
  });
});

describe('the encoding of the query', () => {
  test('a semicolon separates nothing', async () => {
    const request = get();
    const reply = await send(server, { ...request, target: request.target.replaceAll('&', ';') });
    expect([400, 403], reply.text).toContain(reply.status);
  });
  test('a slash in the credential may stand unencoded', async () => {
    const request = get();
    expect((await send(server, { ...request, target: request.target.replaceAll('%2F', '/') })).status).toBe(200);
  });
  test('lower-case escapes are the same escapes', async () => {
    const request = get();
    expect((await send(server, { ...request, target: request.target.replaceAll('%2F', '%2f') })).status).toBe(200);
  });
  test('a query encoded twice is refused', async () => {
    const request = get();
    const [path, query = ''] = request.target.split('?');
    const reply = await send(server, { ...request, target: `${path}?${query.replaceAll('%', '%25')}` });
    expectError(reply, { status: 400, code: 'AuthorizationQueryParametersError' });
  });
  test('a query encoded as a whole is refused', async () => {
    const request = get();
    const [path, query = ''] = request.target.split('?');
    const reply = await send(server, { ...request, target: `${path}?${percentEncode(query)}` });
    expect([400, 403], reply.text).toContain(reply.status);
  });
  test('the parameters may stand in any order', async () => {
    const request = get({ query: { 'response-content-type': 'text/plain' } });
    const [path, query = ''] = request.target.split('?');
    const reply = await send(server, { ...request, target: `${path}?${query.split('&').reverse().join('&')}` });
    expect([reply.status, reply.headers.get('content-type')]).toEqual([200, 'text/plain']);
  });
  test.each(['&', '&&', '&='])('%j at the end adds nothing that S3 signs, or is refused', async (end) => {
    const reply = await send(server, { ...get(), target: get().target + end });
    expect([200, 400, 403]).toContain(reply.status);
    expect(reply.status).toBeLessThan(500);
  });
});

describe('a further parameter', () => {
  test.each([
    ['x-id', 'GetObject'],
    ['cache-buster', '17'],
    ['x-amz-checksum-mode', 'ENABLED'],
    ['a b', 'c+d'],
    ['é', '日本語'],
    ['empty', ''],
    ['=', '&'],
    ['a', '1;b=2'],
    ["~!*'()", "~!*'()"],
    ['X-Amz-User-Agent', 'aws-sdk-js'],
  ])('%j=%j is signed like the others', async (name, value) => {
    expect((await send(server, get({ query: [[name, value]] }))).text).toBe('meow');
  });
  test('may be given twice', async () => {
    expect(
      (
        await send(
          server,
          get({
            query: [
              ['a', '2'],
              ['a', '1'],
              ['a', '10'],
            ],
          }),
        )
      ).text,
    ).toBe('meow');
  });
  test('without an equals sign is signed as an empty one', async () => {
    const request = get({ query: { flag: '' } });
    expect((await send(server, { ...request, target: request.target.replace('flag=', 'flag') })).text).toBe('meow');
  });
  test('with a space written as a plus is the space that was signed', async () => {
    const request = get({ query: { 'response-content-disposition': 'attachment; filename=a b.txt' } });
    const reply = await send(server, { ...request, target: request.target.replaceAll('%20', '+') });
    expect([reply.status, reply.headers.get('content-disposition')]).toEqual([200, 'attachment; filename=a b.txt']);
  });
  test('whose plus was signed as %2B is a plus', async () => {
    const reply = await send(server, get({ query: { 'response-content-disposition': 'attachment; filename=a+b.txt' } }));
    expect([reply.status, reply.headers.get('content-disposition')]).toEqual([200, 'attachment; filename=a+b.txt']);
  });
  test.each([
    'x-id=GetObject',
    'response-content-type=text/html',
    'versionId=null',
    'partNumber=1',
    'a',
    'acl',
    'X-Amz-Security-Token=x',
    'X-Amz-Content-Sha256=x',
    'x-amz-acl=public-read',
  ])('%s that was not signed breaks the signature', async (more) => {
    const reply = await send(server, plus(get(), more));
    expect([400, 403], reply.text).toContain(reply.status);
  });
  test('left out breaks the signature', async () => {
    const request = get({ query: { 'response-content-type': 'text/plain' } });
    const reply = await send(server, { ...request, target: request.target.replace('response-content-type=text%2Fplain&', '') });
    expectError(reply, { status: 403, code: 'SignatureDoesNotMatch' });
  });
});

describe('headers', () => {
  test.each([
    'content-type',
    'content-md5',
    'cache-control',
    'range',
    'if-none-match',
    'user-agent',
    'origin',
    'referer',
    'accept-encoding',
  ])('%s need not be signed', async (name) => {
    const value = { range: 'bytes=0-3', 'content-md5': '1B2M2Y8AsgTpgAmY7PhCfg==', 'if-none-match': '"other"' }[name] ?? 'text/plain';
    const reply = await send(server, withHeader(get(), name, value));
    expect([200, 206], reply.text).toContain(reply.status);
    expect(reply.text).toBe('meow');
  });
  test('an unsigned Content-Type takes effect', async () => {
    await send(server, withHeader(presigned(server, 'PUT', '/photos/typed', { body: 'x' }), 'Content-Type', 'image/png'));
    expect((await send(server, presigned(server, 'GET', '/photos/typed'))).headers.get('content-type')).toBe('image/png');
  });
  test('a signed Content-Type must be the one that was signed', async () => {
    const request = presigned(server, 'PUT', '/photos/pinned', { headers: { 'content-type': 'image/png' }, body: 'x' });
    const other = {
      ...request,
      headers: request.headers.map(([name, value]) => [name, name === 'content-type' ? 'text/html' : value] as const),
    };
    expectError(await send(server, other), { status: 403, code: 'SignatureDoesNotMatch' });
    const none = { ...request, headers: request.headers.filter(([name]) => name !== 'content-type') };
    expectError(await send(server, none), { status: 403, code: 'SignatureDoesNotMatch' });
    expect((await send(server, presigned(server, 'GET', '/photos/pinned'))).status).toBe(404);
    expect((await send(server, request)).status).toBe(200);
  });
  test('a signed Content-Length pins the size', async () => {
    const request = presigned(server, 'PUT', '/photos/sized', { headers: { 'content-length': '4' }, body: 'four' });
    const longer = {
      ...request,
      body: Buffer.from('longer'),
      headers: request.headers.map(([name, value]) => [name, name === 'content-length' ? '6' : value] as const),
    };
    expectError(await send(server, longer), { status: 403, code: 'SignatureDoesNotMatch' });
    expect((await send(server, presigned(server, 'GET', '/photos/sized'))).status).toBe(404);
    expect((await send(server, request)).status).toBe(200);
  });
  test('inner runs of spaces and outer spaces of a signed header do not count', async () => {
    const request = presigned(server, 'PUT', '/photos/spaces', { headers: { 'x-amz-meta-a': 'b  c' }, body: 'x' });
    const spaced = {
      ...request,
      headers: request.headers.map(([name, value]) => [name, name === 'x-amz-meta-a' ? '  b \t  c ' : value] as const),
    };
    expect((await send(server, spaced)).status).toBe(200);
  });
  test('another Host is a mismatch', async () => {
    const request = get();
    for (const host of ['localhost', `LOCALHOST:${server.host.split(':')[1]}`, '127.0.0.1', 'photos.s3.amazonaws.com', `${server.host}0`]) {
      const reply = await send(server, { ...request, headers: [['Host', host]] });
      expect([400, 403], `${host}: ${reply.text}`).toContain(reply.status);
    }
  });
  test.each(['example.com', 'example.com:9000', '[::1]:9000', '[2001:db8::1]', 'files.example.com', 'ALSO.example.com'])(
    'a URL signed for Host %s works where that Host is sent',
    async (host) => {
      expect((await send(server, presigned(server, 'GET', PATH, { host }))).text).toBe('meow');
    },
  );
  test('X-Forwarded-Host of nobody we trust is not Host', async () => {
    const request = presigned(server, 'GET', PATH, { host: 'files.example.com' });
    for (const name of ['X-Forwarded-Host', 'Forwarded', 'X-Original-Host', 'X-Host']) {
      const value = name === 'Forwarded' ? 'host=files.example.com' : 'files.example.com';
      const reply = await send(server, {
        ...request,
        headers: [
          ['Host', server.host],
          [name, value],
        ],
      });
      expectError(reply, { status: 403, code: 'SignatureDoesNotMatch' });
    }
  });
  test('X-Original-URL, X-Rewrite-URL and method overrides change nothing', async () => {
    let request = get();
    for (const [name, value] of [
      ['X-Original-URL', '/'],
      ['X-Rewrite-URL', '/photos'],
      ['X-HTTP-Method-Override', 'DELETE'],
      ['X-Method-Override', 'DELETE'],
    ] as const)
      request = withHeader(request, name, value);
    expect((await send(server, request)).text).toBe('meow');
  });
});

describe('a header hoisted into the query', () => {
  test('x-amz-meta-* is stored as metadata', async () => {
    const request = presigned(server, 'PUT', '/photos/hoisted', { query: { 'x-amz-meta-author': 'Ada' }, body: 'x' });
    expect((await send(server, request)).status).toBe(200);
    expect((await send(server, presigned(server, 'GET', '/photos/hoisted'))).headers.get('x-amz-meta-author')).toBe('Ada');
  });
  test('x-amz-checksum-* is signed and otherwise ignored, as the SDK for JavaScript needs it', async () => {
    const query = { 'x-amz-checksum-crc32': 'AAAAAA==', 'x-amz-sdk-checksum-algorithm': 'CRC32', 'x-id': 'PutObject' };
    expect((await send(server, presigned(server, 'PUT', '/photos/sdk', { query, body: 'not empty' }))).status).toBe(200);
    expect((await send(server, presigned(server, 'GET', '/photos/sdk'))).text).toBe('not empty');
  });
  test('x-amz-copy-source copies nothing unless the signer signed it as a header', async () => {
    const request = presigned(server, 'PUT', '/photos/from-query', { query: { 'x-amz-copy-source': '/photos/cat.jpg' }, body: 'own' });
    await send(server, request);
    const stored = await send(server, presigned(server, 'GET', '/photos/from-query'));
    expect(stored.text).not.toBe('meow');
  });
  test('listed in SignedHeaders and absent as a header is taken from the query', async () => {
    const headers: Pairs = [
      ['Host', server.host],
      ['x-amz-meta-a', 'b'],
    ];
    const query: Pairs = [['x-amz-meta-a', 'b']];
    const all = presignedQuery({ method: 'PUT', path: '/photos/listed', query, headers, payloadHash: 'UNSIGNED-PAYLOAD' }, scope, '60');
    const request = {
      method: 'PUT',
      target: `/photos/listed?${encodeQuery(all)}`,
      headers: [['Host', server.host]] as const,
      body: Buffer.from('x'),
    };
    expect((await send(server, request)).status).toBe(200);
  });
  test('with another value as a header is refused', async () => {
    const request = presigned(server, 'PUT', '/photos/both', { query: { 'x-amz-meta-a': 'query' }, body: 'x' });
    const reply = await send(server, withHeader(request, 'x-amz-meta-a', 'header'));
    expect([400, 403], reply.text).toContain(reply.status);
    expect((await send(server, presigned(server, 'GET', '/photos/both'))).status).toBe(404);
  });
  test('in SigV2 is covered by the signature: added later it is refused or without effect', async () => {
    for (const more of [
      'x-amz-meta-added=1',
      'x-amz-acl=public-read',
      'x-amz-tagging=a%3Db',
      'x-amz-storage-class=STANDARD_IA',
      'x-amz-website-redirect-location=http://x/',
      'x-amz-security-token=x',
    ]) {
      const reply = await send(server, plus(presignedV2(server, 'PUT', '/photos/v2', { body: 'x' }), more));
      expect([400, 403], `${more}: ${reply.text}`).toContain(reply.status);
    }
    expect((await send(server, presigned(server, 'GET', '/photos/v2'))).status).toBe(404);
  });
});

test('a URL works any number of times, byte for byte the same', async () => {
  const request = get();
  const replies = await Promise.all(Array.from({ length: 20 }, () => send(server, request)));
  expect(replies.map(({ text }) => text)).toEqual(Array.from({ length: 20 }, () => 'meow'));
  expect(amzDate(NOON)).toBe('20260131T120000Z');
});

test('a URL is judged when it is used: after the clock passes its end it is refused', async () => {
  const request = get({ expires: 60 });
  expect((await send(server, request)).status).toBe(200);
  server.clock.now = () => NOON.getTime() + 61_000;
  expectError(await send(server, request), { status: 403, code: 'AccessDenied', message: 'Request has expired' });
  server.clock.now = () => NOON.getTime() - 3600_000;
  expectError(await send(server, request), { status: 403, code: 'AccessDenied', message: 'Request is not valid yet' });
  server.clock.now = () => NOON.getTime();
});
