import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { eventOf } from '../../../../tests/support/trail.ts';
import type { AuditEvent } from './event.ts';
import { linesOf } from './line.ts';
import { HIDDEN } from './mask.ts';
import type { TrailRecord } from './record.ts';
import { termsOfLine } from './terms.ts';

const SITE = { accountId: '123456789012', region: 'eu-central-1' };

function written(event: AuditEvent): { readonly text: string; readonly record: TrailRecord } {
  const [line] = linesOf(event, SITE);
  const text = `${line?.open.toString('utf8')},"recordedAt":1,"sequence":1,"hash":"x"}`;
  return { text, record: JSON.parse(text) as TrailRecord };
}

const request = (more: Partial<AuditEvent['incoming']>): AuditEvent['incoming'] => ({ ...eventOf('cat.jpg').incoming, ...more });

/** What may move a terminal's cursor, end a line, or turn writing around. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

describe('a line of the trail', () => {
  test('has the field names of CloudTrail', () => {
    const { record } = written(
      eventOf('holiday/cat.jpg', {
        principal: { kind: 'root', accessKeyId: 'LKROOTEXAMPLE2345678' },
        signature: { authType: 'REST-QUERY-STRING', version: 'AWS4-HMAC-SHA256', signedAt: 1, payloadHash: 'UNSIGNED-PAYLOAD' },
        query: [
          { name: 'X-Amz-Expires', value: '3600' },
          { name: 'X-Amz-Signature', value: 'a'.repeat(64) },
        ],
        replyHeaders: ['ETag', '"5d41402abc4b2a76b9719d911017c592"'],
      }),
    );
    expect(record).toMatchObject({
      eventVersion: '1.11',
      userIdentity: { type: 'Root', arn: 'arn:aws:iam::123456789012:root', accessKeyId: 'LKROOTEXAMPLE2345678' },
      eventTime: '2026-09-21T14:13:20Z',
      eventSource: 's3.amazonaws.com',
      eventName: 'GetObject',
      awsRegion: 'eu-central-1',
      sourceIPAddress: '192.0.2.7',
      userAgent: '[]',
      requestParameters: {
        bucketName: 'photos',
        key: 'holiday/cat.jpg',
        Host: 'files.example.com',
        'X-Amz-Expires': '3600',
        'X-Amz-Signature': HIDDEN,
      },
      responseElements: null,
      additionalEventData: {
        SignatureVersion: 'SigV4',
        AuthenticationMethod: 'QueryString',
        bytesTransferredIn: 0,
        bytesTransferredOut: 5,
        latchkey: {
          status: 200,
          receivedAt: '2026-09-21T14:13:20.000Z',
          durationMs: 3,
          method: 'GET',
          signatureHash: expect.stringMatching(/^[0-9a-f]{64}$/),
          etag: '"5d41402abc4b2a76b9719d911017c592"',
          objectSizeBytes: 5,
        },
      },
      requestID: '0123456789ABCDEF',
      eventID: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f-]{27}$/),
      readOnly: true,
      resources: [
        { type: 'AWS::S3::Object', ARN: 'arn:aws:s3:::photos/holiday/cat.jpg' },
        { accountId: '123456789012', type: 'AWS::S3::Bucket', ARN: 'arn:aws:s3:::photos' },
      ],
      eventType: 'AwsApiCall',
      managementEvent: false,
      recipientAccountId: '123456789012',
      eventCategory: 'Data',
    });
  });

  test('holds no signature, token, secret or key, wherever in a request it stands', () => {
    const secret = 'deadbeef'.repeat(8);
    const events: readonly Partial<AuditEvent>[] = [
      ...['X-Amz-Signature', 'x-amz-SIGNATURE', 'Signature', 'X-Amz-Security-Token', 'x-amz-server-side-encryption-customer-key'].map(
        (name) => ({
          query: [{ name, value: secret }],
        }),
      ),
      { query: undefined, incoming: request({ rawTarget: `/photos/%zz?X-Amz-Signature=${secret}&Signature=${secret}` }) },
      { incoming: request({ headers: [['referer', `https://files.example.com/photos/a?X-Amz-Date=1&X-Amz-Signature=${secret}`]] }) },
      { incoming: request({ headers: [['user-agent', `curl X-Amz-Security-Token=${secret}`]] }) },
      { incoming: request({ headers: [['authorization', `AWS4-HMAC-SHA256 Credential=LKIA/1, Signature=${secret}`]] }) },
      {
        formFields: new Map([
          ['x-amz-signature', secret],
          ['x-amz-security-token', secret],
          ['signature', secret],
        ]),
      },
      ...['WebIdentityToken', 'SAMLAssertion', 'Password', 'SecretAccessKey', 'TokenCode'].map((name) => ({
        call: { action: 'X', parameters: new Map([[name, secret]]), bodyHash: '' },
      })),
      {
        call: {
          action: 'ExplainRequest',
          parameters: new Map([['Url', `http://h/b/k?X-Amz-Expires=1&X-Amz-Signature=${secret}`]]),
          bodyHash: '',
        },
      },
      {
        call: {
          action: 'ExplainRequest',
          parameters: new Map([['Headers', JSON.stringify({ Authorization: `AWS x:${secret}` })]]),
          bodyHash: '',
        },
      },
      { call: { action: 'X', parameters: new Map([['Url', encodeURIComponent(`http://h/?Signature=${secret}`)]]), bodyHash: '' } },
      { parameters: { secretAccessKey: secret, url: `http://h/?X-Amz-Signature=${secret}` } },
      { error: { code: 'SignatureDoesNotMatch', message: `Signature: ${secret}` }, status: 403 },
      {
        isReadOnly: false,
        answer: Buffer.from(
          `<AccessKeyId>LKIA</AccessKeyId><SecretAccessKey>${secret}</SecretAccessKey><SessionToken>${secret}</SessionToken>`,
        ),
      },
      { notes: { response: { secretAccessKey: secret }, decision: { check: 'policy', reason: `token=${secret}` } } },
    ];
    for (const more of events) {
      const { text } = written(eventOf('cat.jpg', more));
      expect(text).not.toContain(secret);
    }
    expect(written(eventOf('cat.jpg', events.at(-2))).record.responseElements).toEqual({ accessKeyId: 'LKIA' });
  });

  test('is one line of valid JSON of bounded size that is safe to look at, whatever a client sends', { timeout: 60_000 }, () => {
    const nasty = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.constantFrom(
        '\n',
        '\r\n',
        '\u001b[31m',
        '"',
        '\\',
        '\u202e',
        '\u0000',
        '\ud800',
        '\u009b2J',
        '\u2028',
        'é'.repeat(300),
        '"}\n{"a":"',
      ),
    );
    const long = fc.constantFrom('x'.repeat(1_000_000), '\u202e'.repeat(60_000), '\u0000'.repeat(60_000));
    const text = fc.oneof({ weight: 20, arbitrary: nasty }, { weight: 1, arbitrary: long });
    fc.assert(
      fc.property(
        fc.array(text, { minLength: 12, maxLength: 12 }),
        ([
          key = '',
          agent = '',
          referer = '',
          host = '',
          name = '',
          value = '',
          method = '',
          address = '',
          target = '',
          code = '',
          message = '',
          reason = '',
        ]) => {
          const { text: line, record } = written(
            eventOf(key.slice(0, 1024), {
              incoming: request({
                method,
                rawTarget: target,
                peer: { address: address.slice(0, 50), secure: true },
                headers: [
                  ['host', host],
                  ['user-agent', agent],
                  ['referer', referer],
                ],
              }),
              query: target === '' ? undefined : [{ name, value }],
              error: { code, message },
              notes: { decision: { check: 'policy', reason } },
              principal: undefined,
            }),
          );
          expect(line).not.toMatch(UNSAFE);
          expect(Buffer.byteLength(line)).toBeLessThan(200 * 1024);
          expect(JSON.parse(line)).toEqual(record);
        },
      ),
      { numRuns: 300 },
    );
  });
  test('says a key as it is, however strange', () => {
    for (const key of ['a\nb', 'quote"s', '\u202egpj.exe', '\u001b[2J', 'Zoë/日本', 'back\\slash', '../../etc/passwd']) {
      expect(written(eventOf(key)).record.requestParameters?.key).toBe(key);
    }
  });
  test('cuts off what is long, and the number of parameters', () => {
    const query = Array.from({ length: 5000 }, (_, i) => ({ name: `p${i}`, value: 'v'.repeat(100) }));
    const { text, record } = written(eventOf('cat.jpg', { query }));
    expect(Object.keys(record.requestParameters ?? {}).length).toBeLessThanOrEqual(100);
    expect(text.length).toBeLessThan(40_000);
  });

  test('is found by the same terms as when it was written, once its index is made anew', () => {
    const users = ['ana', 'bob'].map((name) => ({
      kind: 'user' as const,
      accessKeyId: `LKIA${name.toUpperCase()}`,
      arn: `arn:aws:iam::123456789012:user/${name}`,
      userId: `AIDA${name}`,
      name,
      principalArn: `arn:aws:iam::123456789012:user/${name}`,
      tags: [],
      policies: { identity: [] } as never,
      asPolicyPrincipal: {} as never,
    }));
    const session = {
      ...(users[0] as (typeof users)[number]),
      kind: 'role-session' as const,
      arn: 'arn:aws:sts::123456789012:assumed-role/reader/monday',
      userId: 'AROAREADER:monday',
      name: 'reader',
      principalArn: 'arn:aws:iam::123456789012:role/reader',
      session: { issuedAt: 1, expiresAt: 2 },
    };
    const federated = { kind: 'federated' as const, provider: 'p', issuer: 'i', subject: 'subject', audience: 'a' };
    const principals = [
      undefined,
      { kind: 'anonymous' as const },
      { kind: 'root' as const, accessKeyId: 'LKROOT' },
      ...users,
      session,
      federated,
    ];
    for (const principal of principals) {
      for (const more of [
        {},
        { bucket: undefined, key: undefined },
        { key: undefined, status: 500, error: { code: 'InternalError', message: '' } },
        { notes: { linkId: 'LKLNABCDEFGHIJ234567' } },
        {
          query: [
            { name: 'X-Amz-Signature', value: 'ab'.repeat(32) },
            { name: 'X-Amz-Credential', value: 'LKIASOMEBODY/x' },
          ],
          status: 403,
        },
      ]) {
        for (const line of linesOf(eventOf('a b/ü', { principal, ...more }), SITE)) {
          const text = `${line.open.toString('utf8')},"recordedAt":1,"sequence":1,"hash":"x"}`;
          expect([...termsOfLine(text)].sort()).toEqual([...line.terms].sort());
        }
      }
    }
    expect(termsOfLine('not JSON')).toEqual([]);
    expect(termsOfLine('{}')).toBeInstanceOf(Array);
  });

  test('has a line of its own for each object that a request affected', () => {
    const error = { code: 'AccessDenied', message: 'Access Denied' };
    const affected = [
      { operation: 'DeleteObject', bucket: 'photos', key: 'a' },
      { operation: 'DeleteObject', bucket: 'photos', key: 'b', error },
    ];
    const lines = linesOf(eventOf('', { name: 'DeleteObjects', key: undefined, isReadOnly: false, notes: { affected } }), SITE);
    const records = lines.map(({ open }) => JSON.parse(`${open.toString('utf8')}}`) as TrailRecord);
    expect(records).toMatchObject([
      { eventName: 'DeleteObjects' },
      { eventName: 'DeleteObject', requestParameters: { key: 'a' }, additionalEventData: { latchkey: { status: 204 } } },
      {
        eventName: 'DeleteObject',
        requestParameters: { key: 'b' },
        errorCode: 'AccessDenied',
        additionalEventData: { latchkey: { status: 403 } },
      },
    ]);
    expect(new Set(records.map(({ requestID }) => requestID)).size).toBe(1);
    expect(new Set(records.map(({ eventID }) => eventID)).size).toBe(3);
  });
});
