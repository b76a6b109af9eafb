/** What a request with an Authorization header that is not accepted answers. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { amzDate, authorization, type Pairs, sha256Hex } from '../support/independent-signer.ts';
import { REGION, ROOT, testServer } from '../support/test-server.ts';
import { anonymous, expectError, send, signed, type WireRequest, withHeader } from '../support/wire-client.ts';

const NOON = new Date('2026-01-31T12:00:00Z');
const server = await testServer();
server.clock.now = () => NOON.getTime();
afterAll(() => server.close());

beforeAll(async () => {
  await send(server, signed(server, 'PUT', '/photos'));
  await send(server, signed(server, 'PUT', '/photos/cat.jpg', { body: 'meow' }));
});

const secondsAfterNoon = (seconds: number): Date => new Date(NOON.getTime() + seconds * 1000);
const get = () => signed(server, 'GET', '/photos/cat.jpg');
const header = (request: WireRequest, name: string): string =>
  request.headers.find(([candidate]) => candidate.toLowerCase() === name.toLowerCase())?.[1] ?? '';
const withAuthorization = (value: string): WireRequest => changed(get(), 'Authorization', value);
const changed = (request: WireRequest, name: string, value: string | undefined): WireRequest => ({
  ...request,
  headers: request.headers.flatMap((pair) => {
    if (pair[0].toLowerCase() !== name.toLowerCase()) return [pair];
    return value === undefined ? [] : [[name, value] as const];
  }),
});
const malformed = (suffix: string, fields: Record<string, string> = {}) => ({
  status: 400,
  code: 'AuthorizationHeaderMalformed',
  message: `The authorization header is malformed; ${suffix}`,
  fields,
});

describe('a good header', () => {
  const authorizationOf = (separator: string) => header(get(), 'authorization').replaceAll(', ', separator);
  test.each([', ', ',', ',  '])('may separate its components with %j', async (separator) => {
    expect((await send(server, withAuthorization(authorizationOf(separator)))).text).toBe('meow');
  });
  test('may carry its date in Date alone', async () => {
    const headers: Pairs = [
      ['Host', server.host],
      ['Date', NOON.toUTCString()],
      ['x-amz-content-sha256', sha256Hex('')],
    ];
    const value = authorization(
      { method: 'GET', path: '/photos/cat.jpg', query: [], headers, payloadHash: sha256Hex('') },
      { credentials: ROOT, date: NOON, region: REGION },
    );
    expect((await send(server, { method: 'GET', target: '/photos/cat.jpg', headers: [...headers, ['Authorization', value]] })).text).toBe(
      'meow',
    );
  });
  test('may carry an unsigned Date that x-amz-date overrules', async () => {
    expect((await send(server, withHeader(get(), 'Date', 'Mon, 01 Jan 2001 00:00:00 GMT'))).text).toBe('meow');
  });
});

describe('the Authorization header', () => {
  test.each(['AWS4-HMAC-SHA256', 'nonsense', ''])('%j lacks a space', async (value) => {
    const reply = await send(server, withAuthorization(value));
    expectError(reply, {
      status: 400,
      code: 'InvalidArgument',
      message: "Authorization header is invalid -- one and only one ' ' (space) required.",
      fields: { ArgumentName: 'Authorization', ArgumentValue: value },
    });
  });
  test.each(['Bearer token', 'Basic cm9vdDpyb290', 'AWS4-HMAC-SHA1 Credential=x', 'aws4-hmac-sha256 Credential=x'])(
    '%j is of no type we know',
    async (value) => {
      expectError(await send(server, withAuthorization(value)), {
        status: 400,
        code: 'InvalidArgument',
        message: 'Unsupported Authorization Type',
        fields: { ArgumentName: 'Authorization', ArgumentValue: value },
      });
    },
  );
  test('with SigV2 is refused with what to use instead', async () => {
    expectError(await send(server, withAuthorization(`AWS ${ROOT.accessKeyId}:frJIUN8DYpKDtOLCwo//yllqDzg=`)), {
      status: 400,
      code: 'InvalidRequest',
      message: 'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.',
    });
  });
  test.each(['Credential', 'SignedHeaders', 'Signature'])('without %s requires three components', async (name) => {
    const rest = header(get(), 'authorization')
      .replace('AWS4-HMAC-SHA256 ', '')
      .split(', ')
      .filter((component) => !component.startsWith(`${name}=`));
    expectError(
      await send(server, withAuthorization(`AWS4-HMAC-SHA256 ${rest.join(', ')}`)),
      malformed('the authorization header requires three components: Credential, SignedHeaders, and Signature.'),
    );
  });
  test('sent twice is refused', async () => {
    const request = get();
    const reply = await send(server, withHeader(request, 'Authorization', header(request, 'authorization')));
    expect(reply.status).toBe(400);
  });
});

test('a signature that does not cover Host is refused', async () => {
  const headers: Pairs = [
    ['x-amz-content-sha256', sha256Hex('')],
    ['x-amz-date', amzDate(NOON)],
  ];
  const value = authorization(
    { method: 'GET', path: '/photos/cat.jpg', query: [], headers, payloadHash: sha256Hex('') },
    { credentials: ROOT, date: NOON, region: REGION },
  );
  const reply = await send(server, {
    method: 'GET',
    target: '/photos/cat.jpg',
    headers: [['Host', server.host], ...headers, ['Authorization', value]],
  });
  expectError(reply, { status: 403, code: 'AccessDenied', fields: { HeadersNotSigned: 'host' } });
});

describe('the credential', () => {
  const withCredential = (credential: string) =>
    withAuthorization(header(get(), 'authorization').replace(/Credential=[^,]+/, `Credential=${credential}`));
  test('with four parts is mal-formed', async () => {
    expectError(
      await send(server, withCredential(`${ROOT.accessKeyId}/20260131/us-east-1/s3`)),
      malformed('the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".'),
    );
  });
  test('of another region names the right one', async () => {
    expectError(
      await send(server, withCredential(`${ROOT.accessKeyId}/20260131/eu-west-1/s3/aws4_request`)),
      malformed("the region 'eu-west-1' is wrong; expecting 'us-east-1'", { Region: 'us-east-1' }),
    );
  });
  test('of another service names it', async () => {
    expectError(
      await send(server, withCredential(`${ROOT.accessKeyId}/20260131/us-east-1/ec2/aws4_request`)),
      malformed('incorrect service "ec2". This endpoint belongs to "s3".'),
    );
  });
  test('with another terminator names it', async () => {
    expectError(
      await send(server, withCredential(`${ROOT.accessKeyId}/20260131/us-east-1/s3/aws`)),
      malformed('incorrect terminal "aws". This endpoint uses "aws4_request".'),
    );
  });
  test('with a date of another form names it', async () => {
    expectError(
      await send(server, withCredential(`${ROOT.accessKeyId}/2026131/us-east-1/s3/aws4_request`)),
      malformed('incorrect date format "2026131". This date in the credential must be in the format "yyyyMMdd".'),
    );
  });
  test('with the date of another day is refused', async () => {
    const reply = await send(server, withCredential(`${ROOT.accessKeyId}/20260130/us-east-1/s3/aws4_request`));
    expectError(reply, { status: 400, code: 'AuthorizationHeaderMalformed' });
  });
  test('of nobody is named', async () => {
    expectError(await send(server, withCredential('AKIAIOSFODNN7EXAMPLE/20260131/us-east-1/s3/aws4_request')), {
      status: 403,
      code: 'InvalidAccessKeyId',
      fields: { AWSAccessKeyId: 'AKIAIOSFODNN7EXAMPLE' },
    });
  });
});

describe('the date', () => {
  test.each([900, -900])('may be %i seconds off', async (seconds) => {
    expect((await send(server, signed(server, 'GET', '/photos/cat.jpg', { date: secondsAfterNoon(seconds) }))).status).toBe(200);
  });
  test.each([901, -901, 86400 * 30])('%i seconds off is too skewed', async (seconds) => {
    const date = secondsAfterNoon(seconds);
    expectError(await send(server, signed(server, 'GET', '/photos/cat.jpg', { date })), {
      status: 403,
      code: 'RequestTimeTooSkewed',
      message: 'The difference between the request time and the current time is too large.',
      fields: { RequestTime: amzDate(date), ServerTime: '2026-01-31T12:00:00Z', MaxAllowedSkewMilliseconds: '900000' },
    });
  });
  test.each([
    ['none', undefined],
    ['nonsense', 'yesterday'],
    ['the short form', '2026-01-31'],
  ])('%s is no valid date', async (_, value) => {
    expectError(await send(server, changed(get(), 'x-amz-date', value)), {
      status: 403,
      code: 'AccessDenied',
      message: 'AWS authentication requires a valid Date or x-amz-date header',
    });
  });
});

describe('x-amz-content-sha256', () => {
  test('is required', async () => {
    expectError(await send(server, changed(get(), 'x-amz-content-sha256', undefined)), {
      status: 400,
      code: 'InvalidRequest',
      message: 'Missing required header for this request: x-amz-content-sha256',
    });
  });
  test.each(['nonsense', 'a'.repeat(63), 'A'.repeat(64), 'unsigned-payload', 'STREAMING-AWS4-HMAC-SHA256-EVENTS'])(
    '%j is no value for it',
    async (value) => {
      expectError(await send(server, signed(server, 'GET', '/photos/cat.jpg', { payloadHash: value })), {
        status: 400,
        code: 'InvalidArgument',
        message:
          'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER, STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD, STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER or a valid sha256 value.',
        fields: { ArgumentName: 'x-amz-content-sha256', ArgumentValue: value },
      });
    },
  );
  test('of another body names both hashes, and nothing is stored', async () => {
    const request = signed(server, 'PUT', '/photos/dog.jpg', { body: 'woof', payloadHash: sha256Hex('meow') });
    expectError(await send(server, request), {
      status: 400,
      code: 'XAmzContentSHA256Mismatch',
      message: "The provided 'x-amz-content-sha256' header does not match what was computed.",
      fields: { ClientComputedContentSHA256: sha256Hex('meow'), S3ComputedContentSHA256: sha256Hex('woof') },
    });
    expect((await send(server, signed(server, 'GET', '/photos/dog.jpg'))).status).toBe(404);
  });
  test('UNSIGNED-PAYLOAD leaves the body unsigned', async () => {
    expect((await send(server, signed(server, 'PUT', '/photos/bird.jpg', { body: 'tweet', payloadHash: 'UNSIGNED-PAYLOAD' }))).status).toBe(
      200,
    );
  });
  test('changed after signing is a mismatch', async () => {
    const request = changed(signed(server, 'PUT', '/photos/dog.jpg', { body: 'woof' }), 'x-amz-content-sha256', 'UNSIGNED-PAYLOAD');
    expectError(await send(server, request), { status: 403, code: 'SignatureDoesNotMatch' });
    expect((await send(server, signed(server, 'GET', '/photos/dog.jpg'))).status).toBe(404);
  });
});

test('a session token that nobody gave out is invalid', async () => {
  const credentials = { ...ROOT, sessionToken: 'FwoGZXIvYXdzEXAMPLE' };
  expectError(await send(server, signed(server, 'GET', '/photos/cat.jpg', { credentials })), {
    status: 400,
    code: 'InvalidToken',
    fields: { 'Token-0': 'FwoGZXIvYXdzEXAMPLE' },
  });
});

test('a wrong signature is answered with the canonical request', async () => {
  const reply = await send(
    server,
    withAuthorization(header(get(), 'authorization').replace(/Signature=.*/, `Signature=${'0'.repeat(64)}`)),
  );
  expectError(reply, {
    status: 403,
    code: 'SignatureDoesNotMatch',
    fields: {
      AWSAccessKeyId: ROOT.accessKeyId,
      StringToSign: expect.stringContaining('AWS4-HMAC-SHA256\n20260131T120000Z\n20260131/us-east-1/s3/aws4_request\n'),
      SignatureProvided: '0'.repeat(64),
      StringToSignBytes: expect.any(String),
      CanonicalRequest: `GET\n/photos/cat.jpg\n\nhost:${server.host}\nx-amz-content-sha256:${sha256Hex('')}\nx-amz-date:20260131T120000Z\n\nhost;x-amz-content-sha256;x-amz-date\n${sha256Hex('')}`,
      CanonicalRequestBytes: expect.any(String),
    },
  });
});

describe('anonymous', () => {
  test.each([
    ['GET', '/photos/cat.jpg'],
    ['GET', '/photos/none.jpg'],
    ['GET', '/photos'],
    ['GET', '/'],
    ['PUT', '/photos/new.jpg'],
    ['DELETE', '/photos/cat.jpg'],
    ['PUT', '/new-bucket'],
    ['DELETE', '/photos'],
  ])('%s %s is denied, whether it exists or not', async (method, path) => {
    expectError(await send(server, anonymous(server, method, path)), {
      status: 403,
      code: 'AccessDenied',
      message: 'Access Denied',
      fields: {},
    });
    expect((await send(server, get())).text).toBe('meow');
  });
  test('HEAD is denied without a body', async () => {
    const reply = await send(server, anonymous(server, 'HEAD', '/photos/cat.jpg'));
    expect([reply.status, reply.body.length]).toEqual([403, 0]);
  });
});
