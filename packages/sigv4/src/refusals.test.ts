import { describe, expect, test } from 'vitest';
import { refusalAsS3 } from './refusal-text.ts';
import type { HeaderField } from './request.ts';
import type { VerifyRules } from './rules.ts';
import { sign } from './sign.ts';
import { parseTarget } from './target.ts';
import { type KnownCredentials, verify } from './verify.ts';

const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' };
const now = new Date('2013-05-24T00:00:00Z');
const host = 'examplebucket.s3.amazonaws.com';
const rules: VerifyRules = { now, region: 'us-east-1', service: 's3', sigv2: true };

/** The documented pre-signed URL, with parameters replaced or, by undefined, left out. */
function url(changes: Readonly<Record<string, string | undefined>> = {}): string {
  const parameters: Record<string, string | undefined> = {
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': 'AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request',
    'X-Amz-Date': '20130524T000000Z',
    'X-Amz-Expires': '86400',
    'X-Amz-SignedHeaders': 'host',
    'X-Amz-Signature': 'aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404',
    ...changes,
  };
  const pairs = Object.entries(parameters).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`],
  );
  return `/test.txt?${pairs.join('&')}`;
}

type Answer = {
  readonly code: string;
  readonly status: number;
  readonly message: string;
  readonly fields: Readonly<Record<string, string>>;
};

/** What a server answers; throws if it would let the request pass. */
async function answer(
  raw: string,
  { method = 'GET', headers = [], ...more }: Partial<VerifyRules> & { method?: string; headers?: readonly HeaderField[] } = {},
  known: KnownCredentials | undefined = credentials,
): Promise<Answer> {
  const target = parseTarget(raw);
  if ('problem' in target) throw new Error(target.problem);
  const verdict = await verify({ method, target, headers: [['host', host], ...headers] }, { ...rules, ...more }, (id) =>
    id === credentials.accessKeyId ? known : undefined,
  );
  if (verdict.kind !== 'refused') throw new Error(verdict.kind);
  return refusalAsS3(verdict.refusal);
}

const malformedQuery = (message: string, fields: Record<string, string> = {}): Answer => ({
  code: 'AuthorizationQueryParametersError',
  status: 400,
  message,
  fields,
});
const malformedHeader = (suffix: string, fields: Record<string, string> = {}): Answer => ({
  code: 'AuthorizationHeaderMalformed',
  status: 400,
  message: `The authorization header is malformed; ${suffix}`,
  fields,
});
const denied = (message: string, fields: Record<string, string> = {}): Answer => ({ code: 'AccessDenied', status: 403, message, fields });

describe('a pre-signed URL is refused', () => {
  test.each(['X-Amz-Algorithm', 'X-Amz-Credential', 'X-Amz-Date', 'X-Amz-Expires', 'X-Amz-SignedHeaders', 'X-Amz-Signature'])(
    'E1: without %s',
    async (name) => {
      expect(await answer(url({ [name]: undefined }))).toEqual(
        malformedQuery(
          'Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.',
        ),
      );
    },
  );

  const inCredential = 'Error parsing the X-Amz-Credential parameter; ';
  test.each<[string, Record<string, string>, Answer]>([
    [
      'E2: with another algorithm',
      { 'X-Amz-Algorithm': 'AWS4-HMAC-SHA1' },
      malformedQuery('X-Amz-Algorithm only supports "AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256"'),
    ],
    [
      'E2: with ECDSA, which is not promised here',
      { 'X-Amz-Algorithm': 'AWS4-ECDSA-P256-SHA256' },
      malformedQuery('X-Amz-Algorithm only supports "AWS4-HMAC-SHA256"'),
    ],
    [
      'E3: with a credential of four parts',
      { 'X-Amz-Credential': 'AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3' },
      malformedQuery(`${inCredential}the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".`),
    ],
    [
      'E3: with a slash in the access key',
      { 'X-Amz-Credential': 'AKIA/X/20130524/us-east-1/s3/aws4_request' },
      malformedQuery(`${inCredential}the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".`),
    ],
    [
      'E4a: for another service',
      { 'X-Amz-Credential': 'AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/sns/aws4_request' },
      malformedQuery(`${inCredential}incorrect service "sns". This endpoint belongs to "s3".`),
    ],
    [
      'E4b: with another terminator',
      { 'X-Amz-Credential': 'AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/x' },
      malformedQuery(`${inCredential}incorrect terminal "x". This endpoint uses "aws4_request".`),
    ],
    [
      'E4c: for another region',
      { 'X-Amz-Credential': 'AKIAIOSFODNN7EXAMPLE/20130524/eu-west-1/s3/aws4_request' },
      malformedQuery(`${inCredential}the region 'eu-west-1' is wrong; expecting 'us-east-1'`, { Region: 'us-east-1' }),
    ],
    [
      'E4d: with a scope date of another form',
      { 'X-Amz-Credential': 'AKIAIOSFODNN7EXAMPLE/2013-05-24/us-east-1/s3/aws4_request' },
      malformedQuery(`${inCredential}incorrect date format "2013-05-24". This date in the credential must be in the format "yyyyMMdd".`),
    ],
    [
      'E4e: with a scope date that is not the signing date',
      { 'X-Amz-Credential': 'AKIAIOSFODNN7EXAMPLE/20060102/us-east-1/s3/aws4_request' },
      malformedQuery('Invalid credential date "20060102". This date is not the same as X-Amz-Date: "20130524".'),
    ],
    ...['20130524', '2013-05-24T00:00:00Z', '20130532T000000Z', '20130524T000000', '20130524t000000z', ''].map(
      (date): [string, Record<string, string>, Answer] => [
        `E4f: with the date "${date}"`,
        { 'X-Amz-Date': date },
        malformedQuery(`X-Amz-Date must be in the ISO8601 Long Format "yyyyMMdd'T'HHmmss'Z'"`),
      ],
    ),
    ...['604801', '99999999999999999999'].map((expires): [string, Record<string, string>, Answer] => [
      `E5: that expires in ${expires} seconds`,
      { 'X-Amz-Expires': expires },
      malformedQuery(
        'X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds',
      ),
    ]),
    ['E6: that expires in -1 seconds', { 'X-Amz-Expires': '-1' }, malformedQuery('X-Amz-Expires must be non-negative')],
    ...['words', '', '1e3', '0x10', ' 60', '+60', '1.5'].map((expires): [string, Record<string, string>, Answer] => [
      `E7: that expires in "${expires}" seconds`,
      { 'X-Amz-Expires': expires },
      malformedQuery('X-Amz-Expires should be a number'),
    ]),
  ])('%s', async (_name, changes, expected) => {
    expect(await answer(url(changes))).toEqual(expected);
  });

  test('E8: one second after its time', async () => {
    const late = new Date('2013-05-25T00:00:01Z');
    expect(await answer(url(), { now: late })).toEqual(
      denied('Request has expired', {
        'X-Amz-Expires': '86400',
        Expires: '2013-05-25T00:00:00Z',
        ServerTime: '2013-05-25T00:00:01Z',
      }),
    );
  });
  test('E8: at once when it expires in 0 seconds, even by a clock that is behind', async () => {
    const early = new Date(now.getTime() - 60_000);
    expect((await answer(url({ 'X-Amz-Expires': '0' }), { now: early })).message).toBe('Request has expired');
  });
  test('not in the last second of a whole week: then it is only the signature that is wrong', async () => {
    const last = new Date(now.getTime() + 604_800_000);
    expect((await answer(url({ 'X-Amz-Expires': '604800' }), { now: last })).code).toBe('SignatureDoesNotMatch');
  });
  test('E13: signed more than 15 minutes ahead, so that no date in the future stretches its life', async () => {
    const at = (minutes: number) => answer(url(), { now: new Date(now.getTime() - minutes * 60_000 - 1000) });
    expect(await at(15)).toEqual(denied('Request is not valid yet'));
    await expect(at(14)).rejects.toThrow('verified');
  });

  test('E9: with x-amz-* headers that were not signed, x-amz-copy-source above all', async () => {
    const headers: HeaderField[] = [
      ['x-amz-copy-source', '/other/secret'],
      ['x-amz-acl', 'public-read'],
      ['content-type', 'text/html'],
    ];
    expect(await answer(url(), { headers })).toEqual(
      denied('There were headers present in the request which were not signed', { HeadersNotSigned: 'x-amz-copy-source, x-amz-acl' }),
    );
  });
  test('E9: even if the signature is wrong too', async () => {
    const { message } = await answer(url({ 'X-Amz-Signature': '0' }), { headers: [['x-amz-tagging', 'a=b']] });
    expect(message).toBe('There were headers present in the request which were not signed');
  });
  test('E9: when the host was not signed', async () => {
    expect((await answer(url({ 'X-Amz-SignedHeaders': 'range' }))).fields).toEqual({ HeadersNotSigned: 'host' });
  });

  test('E10: with another signature, showing what was signed and never the right signature', async () => {
    const refused = await answer(url({ 'X-Amz-Signature': '0'.repeat(64) }));
    const canonical = `GET\n/test.txt\n${url({ 'X-Amz-Signature': undefined }).slice('/test.txt?'.length)}\nhost:${host}\n\nhost\nUNSIGNED-PAYLOAD`;
    const text =
      'AWS4-HMAC-SHA256\n20130524T000000Z\n20130524/us-east-1/s3/aws4_request\n3bfa292879f6447bbcda7001decf97f4a54dc650c8942174ae0a9121cf58ad04';
    const bytes = (of: string): string => Buffer.from(of).toString('hex').match(/../g)?.join(' ') ?? '';
    expect(refused).toEqual({
      code: 'SignatureDoesNotMatch',
      status: 403,
      message: 'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
      fields: {
        AWSAccessKeyId: 'AKIAIOSFODNN7EXAMPLE',
        StringToSign: text,
        SignatureProvided: '0'.repeat(64),
        StringToSignBytes: bytes(text),
        CanonicalRequest: canonical,
        CanonicalRequestBytes: bytes(canonical),
      },
    });
    expect(JSON.stringify(refused)).not.toContain('aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404');
  });
  test.each(['HEAD', 'PUT', 'DELETE', 'POST'])('E10: used with %s when it was signed for GET', async (method) => {
    expect((await answer(url(), { method })).code).toBe('SignatureDoesNotMatch');
  });
  test('E10: when a signed header was not sent', async () => {
    expect((await answer(url({ 'X-Amz-SignedHeaders': 'host;x-amz-meta-a' }))).code).toBe('SignatureDoesNotMatch');
  });

  test('E11: with an access key that nobody has', async () => {
    const unknown = url({ 'X-Amz-Credential': 'AKIANOBODY/20130524/us-east-1/s3/aws4_request' });
    expect(await answer(unknown)).toEqual({
      code: 'InvalidAccessKeyId',
      status: 403,
      message: 'The AWS Access Key Id you provided does not exist in our records.',
      fields: { AWSAccessKeyId: 'AKIANOBODY' },
    });
  });
  test('E11: without the token of temporary credentials', async () => {
    expect((await answer(url(), {}, { ...credentials, sessionToken: 'token' })).code).toBe('InvalidAccessKeyId');
  });
  test('E19: with another token', async () => {
    const expected = { code: 'InvalidToken', status: 400, message: 'The provided token is malformed or otherwise invalid.' };
    const refused = await answer(url({ 'X-Amz-Security-Token': 'other' }), {}, { ...credentials, sessionToken: 'token' });
    expect(refused).toEqual({ ...expected, fields: { 'Token-0': 'other' } });
    expect(await answer(url({ 'X-Amz-Security-Token': 'other' }))).toEqual(refused);
  });
  test('E19: with a token that has ended', async () => {
    const ended = { ...credentials, sessionToken: 'token', expiresAt: new Date(now.getTime() - 1) };
    expect(await answer(url({ 'X-Amz-Security-Token': 'token' }), {}, ended)).toEqual({
      code: 'ExpiredToken',
      status: 400,
      message: 'The provided token has expired.',
      fields: { 'Token-0': 'token' },
    });
  });
  test.each(['X-Amz-Date=20130524T000000Z', 'X-Amz-Signature=0', 'x-amz-acl=a&x-amz-ACL=b', 'X-Latchkey-Max-Uses=1&X-Latchkey-Max-Uses=2'])(
    'with a parameter of the signature, of Amazon or of ours given twice: %s',
    async (more) => {
      const refused = await answer(`${url()}&${more}`);
      expect(refused).toMatchObject({ code: 'AuthorizationQueryParametersError', status: 400 });
      expect(refused.message).toMatch(/^The query parameter \S+ must not be given more than once\.$/);
    },
  );
  test.each(['host', 'x-amz-date'])('with the header %s sent twice', async (name) => {
    const twice: HeaderField[] = [
      [name, host],
      [name, host],
    ];
    expect(await answer(url(), { headers: twice })).toEqual({
      code: 'InvalidRequest',
      status: 400,
      message: `The header ${name} must not be sent more than once.`,
      fields: {},
    });
  });
});

describe('two mechanisms at once', () => {
  const message =
    'Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified';
  test.each(['AWS4-HMAC-SHA256 Credential=x, SignedHeaders=host, Signature=y', 'AWS a:b', 'Bearer token', 'Basic dTpw'])(
    'are refused: a signature in the query and Authorization: %s',
    async (authorization) => {
      expect(await answer(url(), { headers: [['authorization', authorization]] })).toEqual({
        code: 'InvalidArgument',
        status: 400,
        message,
        fields: { ArgumentName: 'Authorization', ArgumentValue: authorization },
      });
    },
  );
  test('are refused: both signature versions in one query', async () => {
    const refused = await answer(`${url()}&AWSAccessKeyId=a&Signature=b&Expires=1`);
    expect(refused).toMatchObject({ code: 'InvalidArgument', message, fields: { ArgumentName: 'X-Amz-Algorithm' } });
  });
  test('are refused even if the signature in the query is not complete', async () => {
    expect((await answer('/?X-Amz-Signature=a', { headers: [['authorization', 'Bearer x']] })).message).toBe(message);
  });
  test('a foreign scheme is ignored where that was asked for; a scheme of AWS never is', async () => {
    const bearer = { ignoreForeignAuthorization: true, headers: [['authorization', 'Bearer token'] as const] };
    await expect(answer(url(), bearer)).rejects.toThrow('verified');
    const aws = { ignoreForeignAuthorization: true, headers: [['authorization', 'AWS a:b'] as const] };
    expect((await answer(url(), aws)).message).toBe(message);
  });
});

describe('an Authorization header is refused', () => {
  const signed = (changes: Partial<Parameters<typeof sign>[0]> = {}) =>
    sign({ method: 'GET', url: `https://${host}/test.txt`, region: 'us-east-1', credentials, now, ...changes });
  const send = (
    authorization: (made: string) => string,
    options: Partial<Parameters<typeof sign>[0]> = {},
    leaveOut: readonly string[] = [],
  ) => {
    const headers = Object.entries(signed(options).headers).filter(([name]) => !leaveOut.includes(name));
    return answer('/test.txt', {
      headers: headers.map(([name, value]) => [name, name === 'authorization' ? authorization(value) : value]),
    });
  };
  const same = (made: string): string => made;

  test('E15: without a space', async () => {
    expect(await send(() => 'AWS4-HMAC-SHA256')).toEqual({
      code: 'InvalidArgument',
      status: 400,
      message: "Authorization header is invalid -- one and only one ' ' (space) required.",
      fields: { ArgumentName: 'Authorization', ArgumentValue: 'AWS4-HMAC-SHA256' },
    });
  });
  test.each(['Bearer token', 'AWS4-HMAC-SHA1 Credential=a', 'aws4-hmac-sha256 Credential=a'])('E16: of another type: %s', async (value) => {
    expect(await send(() => value)).toEqual({
      code: 'InvalidArgument',
      status: 400,
      message: 'Unsupported Authorization Type',
      fields: { ArgumentName: 'Authorization', ArgumentValue: value },
    });
  });
  test.each([
    ['without SignedHeaders', (made: string) => made.replace(/SignedHeaders=[^,]+, /, '')],
    ['with an empty Signature', (made: string) => made.replace(/Signature=.*/, 'Signature=')],
    ['with a component twice', (made: string) => `${made}, Signature=0`],
    ['with a component too many', (made: string) => `${made}, X=y`],
    ['with a component that has no value', (made: string) => `${made}, Z`],
  ])('E17: %s', async (_name, change) => {
    expect(await send(change)).toEqual(
      malformedHeader('the authorization header requires three components: Credential, SignedHeaders, and Signature.'),
    );
  });
  test.each<[string, (made: string) => string, Answer]>([
    [
      'of four parts',
      (made) => made.replace('/aws4_request', ''),
      malformedHeader('the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".'),
    ],
    [
      'for another region',
      (made) => made.replace('us-east-1', 'eu-west-1'),
      malformedHeader("the region 'eu-west-1' is wrong; expecting 'us-east-1'", { Region: 'us-east-1' }),
    ],
    [
      'for another service',
      (made) => made.replace('/s3/', '/ec2/'),
      malformedHeader('incorrect service "ec2". This endpoint belongs to "s3".'),
    ],
    [
      'with another terminator',
      (made) => made.replace('aws4_request', 'x'),
      malformedHeader('incorrect terminal "x". This endpoint uses "aws4_request".'),
    ],
    [
      'of another day than the request',
      (made) => made.replace('20130524', '20130523'),
      malformedHeader('Invalid credential date "20130523". This date is not the same as X-Amz-Date: "20130524".'),
    ],
    [
      'with a date of another form',
      (made) => made.replace('20130524', '2013524'),
      malformedHeader('incorrect date format "2013524". This date in the credential must be in the format "yyyyMMdd".'),
    ],
  ])('E18: with a credential %s', async (_name, change, expected) => {
    expect(await send(change)).toEqual(expected);
  });

  test('E14: when the clocks are more than 15 minutes apart, either way', async () => {
    for (const now of [new Date('2013-05-23T23:44:59Z'), new Date('2013-05-24T00:15:01Z')]) {
      const made = signed({ now: new Date('2013-05-24T00:00:00Z') });
      expect(await answer('/test.txt', { now, headers: Object.entries(made.headers) })).toEqual({
        code: 'RequestTimeTooSkewed',
        status: 403,
        message: 'The difference between the request time and the current time is too large.',
        fields: {
          RequestTime: '20130524T000000Z',
          ServerTime: `${now.toISOString().slice(0, 19)}Z`,
          MaxAllowedSkewMilliseconds: '900000',
        },
      });
    }
  });
  test('without a date', async () => {
    expect(await send(same, {}, ['x-amz-date'])).toEqual(denied('AWS authentication requires a valid Date or x-amz-date header'));
  });
  test('without x-amz-content-sha256', async () => {
    expect(await send(same, {}, ['x-amz-content-sha256'])).toEqual({
      code: 'InvalidRequest',
      status: 400,
      message: 'Missing required header for this request: x-amz-content-sha256',
      fields: {},
    });
  });
  test('with a word that is no hash', async () => {
    expect(await send(same, { payloadHash: 'UNSIGNED' })).toEqual({
      code: 'InvalidArgument',
      status: 400,
      message:
        'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER, STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD, STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER or a valid sha256 value.',
      fields: { ArgumentName: 'x-amz-content-sha256', ArgumentValue: 'UNSIGNED' },
    });
  });
  test('E9: with x-amz-* headers beside it that were not signed', async () => {
    const headers: HeaderField[] = [...Object.entries(signed().headers), ['x-amz-copy-source', '/a/b']];
    expect((await answer('/test.txt', { headers })).fields).toEqual({ HeadersNotSigned: 'x-amz-copy-source' });
  });
  test('of signature version 2, always', async () => {
    expect(await send(() => 'AWS AKIAIOSFODNN7EXAMPLE:frJIUN8DYpKDtOLCwo//yllqDzg=')).toEqual({
      code: 'InvalidRequest',
      status: 400,
      message: 'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.',
      fields: {},
    });
  });
});

describe('a URL of signature version 2 is refused', () => {
  const expires = now.getTime() / 1000 + 3600;
  const v2 = (changes: Readonly<Record<string, string | undefined>> = {}, more = ''): string => {
    const parameters = { AWSAccessKeyId: credentials.accessKeyId, Signature: 'x', Expires: `${expires}`, ...changes };
    return `/b/k?${Object.entries(parameters)
      .flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`]))
      .join('&')}${more}`;
  };

  test.each(['AWSAccessKeyId', 'Signature', 'Expires'])('E12: without %s', async (name) => {
    expect(await answer(v2({ [name]: undefined }))).toEqual(
      denied('Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters'),
    );
  });
  test('E8: after its time, without X-Amz-Expires', async () => {
    const past = Math.floor(now.getTime() / 1000) - 1;
    expect(await answer(v2({ Expires: `${past}` }))).toEqual(
      denied('Request has expired', { Expires: '2013-05-23T23:59:59Z', ServerTime: '2013-05-24T00:00:00Z' }),
    );
  });
  test('when its expiry is no number', async () => {
    expect(await answer(v2({ Expires: 'tomorrow' }))).toEqual(denied('Invalid date (should be seconds since epoch): tomorrow'));
  });
  test('when it lives more than seven days from now', async () => {
    const refused = await answer(v2({ Expires: `${now.getTime() / 1000 + 604_801}` }));
    expect(refused).toMatchObject({ code: 'AccessDenied', status: 403 });
    expect((await answer(v2({ Expires: `${now.getTime() / 1000 + 604_800}` }))).code).toBe('SignatureDoesNotMatch');
  });
  test('when it is off, with a hint for boto3', async () => {
    const refused = await answer(v2(), { sigv2: false });
    expect(refused).toMatchObject({ code: 'InvalidRequest', status: 400 });
    expect(refused.message).toMatch(/^The authorization mechanism you have provided is not supported\. Please use AWS4-HMAC-SHA256\./);
    expect(refused.message).toContain("signature_version='s3v4'");
  });
  test.each(['&X-Latchkey-Max-Uses=1', '&x-latchkey-max-uses=1', '&attributes', '&renameObject'])(
    'with a parameter that it does not sign but that changes what is done: %s',
    async (more) => {
      expect(await answer(v2({}, more))).toMatchObject({ code: 'InvalidRequest', status: 400 });
    },
  );
  test('E10: with another signature, without a canonical request', async () => {
    expect(await answer(v2())).toEqual({
      code: 'SignatureDoesNotMatch',
      status: 403,
      message: 'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
      fields: {
        AWSAccessKeyId: credentials.accessKeyId,
        StringToSign: `GET\n\n\n${expires}\n/b/k`,
        SignatureProvided: 'x',
        StringToSignBytes: Buffer.from(`GET\n\n\n${expires}\n/b/k`).toString('hex').match(/../g)?.join(' '),
      },
    });
  });
});

test('E20 is worded as S3 does', () => {
  expect(refusalAsS3({ kind: 'payload-mismatch', claimed: 'a', computed: 'b' })).toEqual({
    code: 'XAmzContentSHA256Mismatch',
    status: 400,
    message: "The provided 'x-amz-content-sha256' header does not match what was computed.",
    fields: { ClientComputedContentSHA256: 'a', S3ComputedContentSHA256: 'b' },
  });
});

test('a request without any signature parameter is anonymous, whatever else it holds', async () => {
  await expect(answer('/b/k?x-amz-date=1&versionId=2', { headers: [['x-amz-acl', 'private']] })).rejects.toThrow('anonymous');
});
