/** What a pre-signed URL that is not accepted answers: to the code, the message and the field. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Pairs, signQuery } from '../support/independent-signer.ts';
import { REGION, ROOT, testServer } from '../support/test-server.ts';
import { expectError, presigned, presignedV2, send, signed, type WireRequest, withHeader, withQuery } from '../support/wire-client.ts';

const NOON = new Date('2026-01-31T12:00:00Z');
const server = await testServer();
server.clock.now = () => NOON.getTime();
afterAll(() => server.close());

beforeAll(async () => {
  await send(server, signed(server, 'PUT', '/photos'));
  await send(server, signed(server, 'PUT', '/photos/cat.jpg', { body: 'meow' }));
});

const secondsAfterNoon = (seconds: number): Date => new Date(NOON.getTime() + seconds * 1000);

/** A GET URL whose parameters are edited before it is signed, so that nothing but the edit is wrong. */
function url(edit: (query: Pairs) => Pairs, wanted: Parameters<typeof presigned>[3] = {}): WireRequest {
  return withQuery(presigned(server, 'GET', '/photos/cat.jpg', wanted), (query) => {
    const unsigned = edit(query.filter(([name]) => name !== 'X-Amz-Signature'));
    const scope = { credentials: ROOT, date: wanted.date ?? NOON, region: REGION };
    const text = {
      method: 'GET',
      path: '/photos/cat.jpg',
      query: unsigned,
      headers: [['Host', server.host]] as const,
      payloadHash: 'UNSIGNED-PAYLOAD',
    };
    return [...unsigned, ['X-Amz-Signature', signQuery(text, scope)]];
  });
}

const set = (name: string, value: string) => (query: Pairs) => query.map((pair) => (pair[0] === name ? ([name, value] as const) : pair));
const without = (name: string) => (query: Pairs) => query.filter((pair) => pair[0] !== name);
const malformed = (message: string, fields: Record<string, string> = {}) => ({
  status: 400,
  code: 'AuthorizationQueryParametersError',
  message,
  fields,
});

const REQUIRED =
  'Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.';
const CREDENTIAL_FORM =
  'Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".';

test('an untouched URL gives the object', async () => {
  const reply = await send(
    server,
    url((query) => query),
  );
  expect([reply.status, reply.text]).toEqual([200, 'meow']);
});

describe('a missing parameter', () => {
  const names = ['X-Amz-Algorithm', 'X-Amz-Credential', 'X-Amz-Date', 'X-Amz-Expires', 'X-Amz-SignedHeaders', 'X-Amz-Signature'];
  test.each(names)('a URL without %s names all six', async (name) => {
    expectError(
      await send(
        server,
        withQuery(
          url((query) => query),
          without(name),
        ),
      ),
      malformed(REQUIRED),
    );
  });
  test.each(names)('a URL with nothing but %s names all six, and is never anonymous', async (name) => {
    expectError(
      await send(
        server,
        withQuery(
          url((query) => query),
          (query) => query.filter((pair) => pair[0] === name),
        ),
      ),
      malformed(REQUIRED),
    );
  });
});

describe('X-Amz-Algorithm', () => {
  test.each(['AWS4-HMAC-SHA1', 'AWS4-HMAC-SHA512', 'aws4-hmac-sha256', 'HMAC-SHA256', ''])('%j is no algorithm', async (algorithm) => {
    expectError(
      await send(server, url(set('X-Amz-Algorithm', algorithm))),
      malformed('X-Amz-Algorithm only supports "AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256"'),
    );
  });
  test('AWS4-ECDSA-P256-SHA256, which needs a key we do not have, is refused', async () => {
    expectError(await send(server, url(set('X-Amz-Algorithm', 'AWS4-ECDSA-P256-SHA256'))), {
      status: 400,
      code: 'AuthorizationQueryParametersError',
    });
  });
});

describe('X-Amz-Credential', () => {
  test.each([
    ['nothing', ''],
    ['an access key alone', ROOT.accessKeyId],
    ['four parts', `${ROOT.accessKeyId}/20260131/us-east-1/s3`],
    ['six parts', `${ROOT.accessKeyId}/20260131/us-east-1/s3/aws4_request/more`],
    ['a slash encoded twice', `${ROOT.accessKeyId}%2F20260131%2Fus-east-1%2Fs3%2Faws4_request`],
    ['an empty access key', '/20260131/us-east-1/s3/aws4_request'],
  ])('%s is mal-formed', async (_, credential) => {
    expectError(await send(server, url(set('X-Amz-Credential', credential))), malformed(CREDENTIAL_FORM));
  });
  test('another service is named', async () => {
    expectError(
      await send(server, url(set('X-Amz-Credential', `${ROOT.accessKeyId}/20260131/us-east-1/sns/aws4_request`))),
      malformed('Error parsing the X-Amz-Credential parameter; incorrect service "sns". This endpoint belongs to "s3".'),
    );
  });
  test('another terminator is named', async () => {
    expectError(
      await send(server, url(set('X-Amz-Credential', `${ROOT.accessKeyId}/20260131/us-east-1/s3/aws5_request`))),
      malformed('Error parsing the X-Amz-Credential parameter; incorrect terminal "aws5_request". This endpoint uses "aws4_request".'),
    );
  });
  test('another region is named with the right one', async () => {
    expectError(
      await send(server, url(set('X-Amz-Credential', `${ROOT.accessKeyId}/20260131/ap-northeast-2/s3/aws4_request`))),
      malformed("Error parsing the X-Amz-Credential parameter; the region 'ap-northeast-2' is wrong; expecting 'us-east-1'", {
        Region: 'us-east-1',
      }),
    );
  });
  test.each(['2026013', '202601311', 'yyyymmdd', '2026-1-3'])('the scope date %s has the wrong form', async (date) => {
    expectError(
      await send(server, url(set('X-Amz-Credential', `${ROOT.accessKeyId}/${date}/us-east-1/s3/aws4_request`))),
      malformed(
        `Error parsing the X-Amz-Credential parameter; incorrect date format "${date}". This date in the credential must be in the format "yyyyMMdd".`,
      ),
    );
  });
  test('a scope date other than that of X-Amz-Date is named with it', async () => {
    expectError(
      await send(server, url(set('X-Amz-Credential', `${ROOT.accessKeyId}/20060102/us-east-1/s3/aws4_request`))),
      malformed('Invalid credential date "20060102". This date is not the same as X-Amz-Date: "20260131".'),
    );
  });
});

test.each([
  '',
  '20260131',
  '2026-01-31T12:00:00Z',
  '20260131T120000',
  '20260131T120000z',
  '20260131T250000Z',
  '20261331T120000Z',
  'Sat, 31 Jan 2026 12:00:00 GMT',
])('X-Amz-Date %j is not the long form', async (date) => {
  expectError(
    await send(server, url(set('X-Amz-Date', date))),
    malformed("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\""),
  );
});

describe('X-Amz-Expires', () => {
  test.each(['', 'ten', '1e3', '1.5', '0x10', ' 60', '60 ', '+60', '--1', 'NaN', 'Infinity', '٦٠'])(
    '%j should be a number',
    async (expires) => {
      expectError(await send(server, url(set('X-Amz-Expires', expires))), malformed('X-Amz-Expires should be a number'));
    },
  );
  test.each(['-1', '-604800', '-99999999999999999999'])('%s must be non-negative', async (expires) => {
    expectError(await send(server, url(set('X-Amz-Expires', expires))), malformed('X-Amz-Expires must be non-negative'));
  });
  test.each(['604801', '609901', '2147483648'])('%s is more than a week', async (expires) => {
    expectError(
      await send(server, url(set('X-Amz-Expires', expires))),
      malformed('X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds'),
    );
  });
  test.each([20, 400])('a number of %i digits is refused as no number or as too large', async (digits) => {
    const reply = await send(server, url(set('X-Amz-Expires', '9'.repeat(digits))));
    expectError(reply, { status: 400, code: 'AuthorizationQueryParametersError' });
  });
  test('604800, a whole week, is accepted', async () => {
    expect(
      (
        await send(
          server,
          url((query) => query, { expires: 604800 }),
        )
      ).status,
    ).toBe(200);
  });
  test('0 is a number, and over at once', async () => {
    expectError(
      await send(
        server,
        url((query) => query, { expires: 0 }),
      ),
      {
        status: 403,
        code: 'AccessDenied',
        message: 'Request has expired',
        fields: { 'X-Amz-Expires': '0', Expires: '2026-01-31T12:00:00Z', ServerTime: '2026-01-31T12:00:00Z' },
      },
    );
  });
});

describe('time', () => {
  test('a URL is good to the last second of its life', async () => {
    expect(
      (
        await send(
          server,
          url((query) => query, { date: secondsAfterNoon(-60), expires: 60 }),
        )
      ).status,
    ).toBe(200);
  });
  test('a URL that is over for a second says when it ended and what time it is', async () => {
    expectError(
      await send(
        server,
        url((query) => query, { date: secondsAfterNoon(-61), expires: 60 }),
      ),
      {
        status: 403,
        code: 'AccessDenied',
        message: 'Request has expired',
        fields: { 'X-Amz-Expires': '60', Expires: '2026-01-31T11:59:59Z', ServerTime: '2026-01-31T12:00:00Z' },
      },
    );
  });
  test('a URL signed six days ago for a week is good, without a 15-minute rule backwards', async () => {
    expect(
      (
        await send(
          server,
          url((query) => query, { date: secondsAfterNoon(-6 * 86400), expires: 604800 }),
        )
      ).status,
    ).toBe(200);
  });
  test('a URL signed 15 minutes ahead is good', async () => {
    expect(
      (
        await send(
          server,
          url((query) => query, { date: secondsAfterNoon(900) }),
        )
      ).status,
    ).toBe(200);
  });
  test.each([901, 3600, 30 * 86400])(
    'a URL signed %i seconds ahead is not valid yet, so that no maximum life is stretched',
    async (ahead) => {
      expectError(
        await send(
          server,
          url((query) => query, { date: secondsAfterNoon(ahead) }),
        ),
        {
          status: 403,
          code: 'AccessDenied',
          message: 'Request is not valid yet',
          fields: {},
        },
      );
    },
  );
  test('an expired URL says so before its signature is looked at', async () => {
    const expired = url((query) => query, { date: secondsAfterNoon(-61), expires: 60 });
    expectError(await send(server, withQuery(expired, set('X-Amz-Signature', '0'.repeat(64)))), {
      status: 403,
      code: 'AccessDenied',
      message: 'Request has expired',
    });
  });
});

describe('an x-amz-* header that was not signed', () => {
  test('is named', async () => {
    expectError(
      await send(
        server,
        withHeader(
          url((query) => query),
          'x-amz-checksum-mode',
          'ENABLED',
        ),
      ),
      {
        status: 403,
        code: 'AccessDenied',
        message: 'There were headers present in the request which were not signed',
        fields: { HeadersNotSigned: 'x-amz-checksum-mode' },
      },
    );
  });
  test('is named with the others, in lower case', async () => {
    const request = withHeader(
      withHeader(
        url((query) => query),
        'X-Amz-Date',
        '20260131T120000Z',
      ),
      'X-AMZ-Request-Payer',
      'requester',
    );
    expectError(await send(server, request), {
      status: 403,
      code: 'AccessDenied',
      fields: { HeadersNotSigned: 'x-amz-date, x-amz-request-payer' },
    });
  });
});

describe('a wrong signature', () => {
  const right = url((query) => query);
  const wrong = withQuery(right, set('X-Amz-Signature', 'a'.repeat(64)));

  test('is answered with what was signed, in text and in bytes', async () => {
    const reply = await send(server, wrong);
    const scope = `20260131/${REGION}/s3/aws4_request`;
    const credential = `${ROOT.accessKeyId}%2F20260131%2Fus-east-1%2Fs3%2Faws4_request`;
    const canonical = [
      'GET',
      '/photos/cat.jpg',
      `X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${credential}&X-Amz-Date=20260131T120000Z&X-Amz-Expires=3600&X-Amz-SignedHeaders=host`,
      `host:${server.host}`,
      '',
      'host',
      'UNSIGNED-PAYLOAD',
    ].join('\n');
    expectError(reply, {
      status: 403,
      code: 'SignatureDoesNotMatch',
      message: 'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
      fields: {
        AWSAccessKeyId: ROOT.accessKeyId,
        StringToSign: expect.stringMatching(new RegExp(`^AWS4-HMAC-SHA256\n20260131T120000Z\n${scope}\n[0-9a-f]{64}$`)),
        SignatureProvided: 'a'.repeat(64),
        StringToSignBytes: expect.stringMatching(/^41 57 53 34 2d 48 4d 41 43( [0-9a-f]{2})+$/),
        CanonicalRequest: canonical,
        CanonicalRequestBytes: Buffer.from(canonical).toString('hex').replaceAll(/..\B/g, '$& '),
      },
    });
    const { StringToSign, StringToSignBytes } = reply.error;
    expect(Buffer.from((StringToSignBytes ?? '').replaceAll(' ', ''), 'hex').toString()).toBe(StringToSign);
  });
  test('never shows the right one', async () => {
    const expected = /X-Amz-Signature=([0-9a-f]{64})/.exec(right.target)?.[1] ?? 'no signature';
    expect((await send(server, wrong)).text).not.toContain(expected);
  });
  test.each(['', '0', 'a'.repeat(63), 'a'.repeat(65), 'A'.repeat(64), 'é'.repeat(64), `${'a'.repeat(63)} `])(
    '%j is a mismatch, not a failure',
    async (value) => {
      expectError(await send(server, withQuery(right, set('X-Amz-Signature', value))), { status: 403, code: 'SignatureDoesNotMatch' });
    },
  );
  test('in upper case is a mismatch', async () => {
    const upper = withQuery(right, (query) =>
      query.map(([name, value]) => (name === 'X-Amz-Signature' ? [name, value.toUpperCase()] : [name, value])),
    );
    expectError(await send(server, upper), { status: 403, code: 'SignatureDoesNotMatch' });
  });
  test('made with another secret is a mismatch', async () => {
    const other = presigned(server, 'GET', '/photos/cat.jpg', { credentials: { ...ROOT, secretAccessKey: 'not the secret' } });
    expectError(await send(server, other), { status: 403, code: 'SignatureDoesNotMatch' });
  });
});

test('an access key that nobody has is named', async () => {
  const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: ROOT.secretAccessKey };
  expectError(await send(server, presigned(server, 'GET', '/photos/cat.jpg', { credentials })), {
    status: 403,
    code: 'InvalidAccessKeyId',
    message: 'The AWS Access Key Id you provided does not exist in our records.',
    fields: { AWSAccessKeyId: 'AKIAIOSFODNN7EXAMPLE' },
  });
});

test('a session token beside an access key that has none is refused', async () => {
  const reply = await send(
    server,
    presigned(server, 'GET', '/photos/cat.jpg', { credentials: { ...ROOT, sessionToken: 'FwoGZXIvYXdzEXAMPLE+/=' } }),
  );
  expectError(reply, {
    status: 400,
    code: 'InvalidToken',
    message: 'The provided token is malformed or otherwise invalid.',
    fields: { 'Token-0': 'FwoGZXIvYXdzEXAMPLE+/=' },
  });
});

describe('two mechanisms at once', () => {
  const ONE =
    'Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified';
  test.each(['Bearer abc.def', 'Basic cm9vdDpyb290', 'AWS AKID:signature', 'anything'])(
    'a URL sent with Authorization: %s is refused',
    async (value) => {
      expectError(
        await send(
          server,
          withHeader(
            url((query) => query),
            'Authorization',
            value,
          ),
        ),
        {
          status: 400,
          code: 'InvalidArgument',
          message: ONE,
          fields: { ArgumentName: 'Authorization', ArgumentValue: value },
        },
      );
    },
  );
  test('a good URL with a good Authorization header is refused', async () => {
    const both = url((query) => query);
    const header = signed(server, 'GET', '/photos/cat.jpg').headers.find(([name]) => name === 'Authorization')?.[1] ?? '';
    expectError(await send(server, withHeader(both, 'Authorization', header)), { status: 400, code: 'InvalidArgument', message: ONE });
  });
  test('a SigV2 URL with an Authorization header is refused', async () => {
    expectError(await send(server, withHeader(presignedV2(server, 'GET', '/photos/cat.jpg'), 'Authorization', 'Bearer x')), {
      status: 400,
      code: 'InvalidArgument',
      message: ONE,
      fields: { ArgumentName: 'Authorization', ArgumentValue: 'Bearer x' },
    });
  });
  test('SigV4 and SigV2 parameters in one URL are refused', async () => {
    const v2 = presignedV2(server, 'GET', '/photos/cat.jpg').target.split('?')[1] ?? '';
    const v4 = url((query) => query);
    expectError(await send(server, { ...v4, target: `${v4.target}&${v2}` }), { status: 400, code: 'InvalidArgument', message: ONE });
  });
});

describe('where foreign Authorization headers are to be ignored', async () => {
  const lenient = await testServer({ ignoreForeignAuthorization: true });
  afterAll(() => lenient.close());
  beforeAll(async () => {
    await send(lenient, signed(lenient, 'PUT', '/photos'));
    await send(lenient, signed(lenient, 'PUT', PATH, { body: 'meow' }));
  });
  const PATH = '/photos/cat.jpg';
  test.each(['Bearer abc.def', 'Basic cm9vdDpyb290', 'bearer x', ''])('a URL sent with %j is judged by its query', async (value) => {
    expect((await send(lenient, withHeader(presigned(lenient, 'GET', PATH), 'Authorization', value))).text).toBe('meow');
    const bad = withQuery(presigned(lenient, 'GET', PATH), set('X-Amz-Signature', '0'.repeat(64)));
    expectError(await send(lenient, withHeader(bad, 'Authorization', value)), { status: 403, code: 'SignatureDoesNotMatch' });
  });
  test.each(['AWS a:b', 'AWS4-HMAC-SHA256 Credential=x'])('a URL sent with %j still has two mechanisms', async (value) => {
    expectError(await send(lenient, withHeader(presigned(lenient, 'GET', PATH), 'Authorization', value)), {
      status: 400,
      code: 'InvalidArgument',
    });
  });
  test('a foreign header alone is no signature', async () => {
    const reply = await send(lenient, {
      method: 'GET',
      target: PATH,
      headers: [
        ['Host', lenient.host],
        ['Authorization', 'Bearer x'],
      ],
    });
    expect([400, 403]).toContain(reply.status);
  });
});

describe('SigV2', () => {
  const REQUIRED_V2 = 'Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters';
  test.each(['Signature', 'Expires', 'AWSAccessKeyId'])('a URL without %s names all three', async (name) => {
    expectError(await send(server, withQuery(presignedV2(server, 'GET', '/photos/cat.jpg'), without(name))), {
      status: 403,
      code: 'AccessDenied',
      message: REQUIRED_V2,
      fields: {},
    });
  });
  test('a URL that is over says so, without X-Amz-Expires', async () => {
    expectError(await send(server, presignedV2(server, 'GET', '/photos/cat.jpg', { expires: -1 })), {
      status: 403,
      code: 'AccessDenied',
      message: 'Request has expired',
      fields: { Expires: '2026-01-31T11:59:59Z', ServerTime: '2026-01-31T12:00:00Z' },
    });
  });
  test.each(['soon', '1e9', '-1', '1.5'])('Expires %j is no date', async (expires) => {
    expectError(await send(server, withQuery(presignedV2(server, 'GET', '/photos/cat.jpg'), set('Expires', expires))), {
      status: 403,
      code: 'AccessDenied',
      message: `Invalid date (should be seconds since epoch): ${expires}`,
    });
  });
  test('a wrong signature is answered with the string to sign, and without a canonical request', async () => {
    const reply = await send(
      server,
      withQuery(presignedV2(server, 'GET', '/photos/cat.jpg'), set('Signature', 'AAAAAAAAAAAAAAAAAAAAAAAAAAA=')),
    );
    const expires = NOON.getTime() / 1000 + 3600;
    const text = `GET\n\n\n${expires}\n/photos/cat.jpg`;
    expectError(reply, {
      status: 403,
      code: 'SignatureDoesNotMatch',
      fields: {
        AWSAccessKeyId: ROOT.accessKeyId,
        StringToSign: text,
        SignatureProvided: 'AAAAAAAAAAAAAAAAAAAAAAAAAAA=',
        StringToSignBytes: Buffer.from(text).toString('hex').replaceAll(/..\B/g, '$& '),
      },
    });
  });
});

test.each(['PUT', 'HEAD', 'DELETE'])('a GET URL does not serve %s', async (method) => {
  const reply = await send(server, { ...url((query) => query), method });
  if (method === 'HEAD') expect(reply.status).toBe(403);
  else expectError(reply, { status: 403, code: 'SignatureDoesNotMatch' });
  expect(
    (
      await send(
        server,
        url((query) => query),
      )
    ).text,
  ).toBe('meow');
});

test('nothing secret is logged', () => {
  const log = server.logged.join('\n');
  expect(log).not.toContain(ROOT.secretAccessKey);
  expect(log).not.toMatch(/X-Amz-Signature|[0-9a-f]{64}/);
});
