/** The holder of a pre-signed URL can add no x-amz-* header: nothing that was not signed takes effect. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeQuery, presignedQuery, sha256Hex as sha } from '../support/independent-signer.ts';
import { REGION, ROOT, testServer } from '../support/test-server.ts';
import { expectError, presigned, presignedV2, send, signed, type WireRequest, withHeader, xmlTexts } from '../support/wire-client.ts';

const server = await testServer();
afterAll(() => server.close());

beforeAll(async () => {
  await send(server, signed(server, 'PUT', '/mine'));
  await send(server, signed(server, 'PUT', '/secrets'));
  await send(server, signed(server, 'PUT', '/secrets/plan', { body: 'attack at dawn' }));
});

const UNSIGNED = 'There were headers present in the request which were not signed';

const HEADERS: readonly (readonly [name: string, value: string])[] = [
  ['x-amz-copy-source', '/secrets/plan'],
  ['x-amz-copy-source-range', 'bytes=0-3'],
  ['x-amz-copy-source-if-match', '"x"'],
  ['x-amz-metadata-directive', 'REPLACE'],
  ['x-amz-tagging-directive', 'REPLACE'],
  ['x-amz-acl', 'public-read'],
  ['x-amz-grant-read', 'uri=http://acs.amazonaws.com/groups/global/AllUsers'],
  ['x-amz-grant-full-control', 'id=someone'],
  ['x-amz-meta-owner', 'me'],
  ['x-amz-tagging', 'public=true'],
  ['x-amz-website-redirect-location', 'https://example.com/'],
  ['x-amz-storage-class', 'STANDARD_IA'],
  ['x-amz-server-side-encryption', 'AES256'],
  ['x-amz-server-side-encryption-aws-kms-key-id', 'key'],
  ['x-amz-server-side-encryption-customer-algorithm', 'AES256'],
  ['x-amz-object-lock-mode', 'COMPLIANCE'],
  ['x-amz-object-lock-legal-hold', 'ON'],
  ['x-amz-object-lock-retain-until-date', '2099-01-01T00:00:00Z'],
  ['x-amz-bypass-governance-retention', 'true'],
  ['x-amz-request-payer', 'requester'],
  ['x-amz-expected-bucket-owner', '111122223333'],
  ['x-amz-security-token', 'token'],
  ['x-amz-date', '20260131T120000Z'],
  ['x-amz-expires', '604800'],
  ['x-amz-decoded-content-length', '4'],
  ['x-amz-trailer', 'x-amz-checksum-crc32'],
  ['x-amz-checksum-crc32', 'AAAAAA=='],
  ['x-amz-sdk-checksum-algorithm', 'CRC32'],
  ['x-amz-checksum-algorithm', 'CRC32'],
  ['x-amz-write-offset-bytes', '0'],
  ['x-amz-mfa', 'serial code'],
  ['x-amz-something-nobody-knows', '1'],
  ['X-AMZ-COPY-SOURCE', 'secrets/plan'],
  ['x-amz-', 'empty'],
];

describe('on a pre-signed PUT', () => {
  test.each(HEADERS)('%s is refused by name, and nothing is stored', async (name, value) => {
    const request = withHeader(presigned(server, 'PUT', '/mine/upload', { body: 'mine' }), name, value);
    expectError(await send(server, request), {
      status: 403,
      code: 'AccessDenied',
      message: UNSIGNED,
      fields: { HeadersNotSigned: name.toLowerCase() },
    });
    expect((await send(server, presigned(server, 'GET', '/mine/upload'))).status).toBe(404);
  });

  test('x-amz-copy-source without a body reads nothing for its holder', async () => {
    const request = withHeader(presigned(server, 'PUT', '/mine/stolen'), 'x-amz-copy-source', '/secrets/plan');
    expectError(await send(server, request), { status: 403, code: 'AccessDenied', fields: { HeadersNotSigned: 'x-amz-copy-source' } });
    expect((await send(server, presigned(server, 'GET', '/mine/stolen'))).status).toBe(404);
  });

  test('x-amz-copy-source signed by the signer copies', async () => {
    const request = presigned(server, 'PUT', '/mine/copied', { headers: { 'x-amz-copy-source': '/secrets/plan' } });
    expect((await send(server, request)).status).toBe(200);
    expect((await send(server, presigned(server, 'GET', '/mine/copied'))).text).toBe('attack at dawn');
  });

  test('a signed header with another value is a mismatch', async () => {
    const request = presigned(server, 'PUT', '/mine/upload', { headers: { 'x-amz-meta-a': 'signed' }, body: 'x' });
    const changed = {
      ...request,
      headers: request.headers.map(([name, value]) => [name, name === 'x-amz-meta-a' ? 'other' : value] as const),
    };
    expectError(await send(server, changed), { status: 403, code: 'SignatureDoesNotMatch' });
    expect((await send(server, presigned(server, 'GET', '/mine/upload'))).status).toBe(404);
  });

  test('a signed header sent twice is refused, whichever value was signed', async () => {
    const request = presigned(server, 'PUT', '/mine/upload', { headers: { 'x-amz-meta-a': 'signed' }, body: 'x' });
    const reply = await send(server, withHeader(request, 'x-amz-meta-a', 'other'));
    expect([400, 403]).toContain(reply.status);
    expect((await send(server, presigned(server, 'GET', '/mine/upload'))).status).toBe(404);
  });
});

describe('x-amz-content-sha256, the one that need not be signed', () => {
  const put = (value: string): WireRequest =>
    withHeader(presigned(server, 'PUT', '/mine/hashed', { body: 'mine', payloadHash: value }), 'x-amz-content-sha256', value);

  test('with the hash of the body is accepted', async () => {
    expect((await send(server, put(sha('mine')))).status).toBe(200);
    await send(server, presigned(server, 'DELETE', '/mine/hashed'));
  });
  test('with the hash of something else names both hashes, and nothing is stored', async () => {
    expectError(await send(server, put(sha('yours'))), {
      status: 400,
      code: 'XAmzContentSHA256Mismatch',
      message: "The provided 'x-amz-content-sha256' header does not match what was computed.",
      fields: { ClientComputedContentSHA256: sha('yours'), S3ComputedContentSHA256: sha('mine') },
    });
    expect((await send(server, presigned(server, 'GET', '/mine/hashed'))).status).toBe(404);
  });
  test.each(['STREAMING-UNSIGNED-PAYLOAD-TRAILER', 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD', 'not-a-hash'])(
    '%s is compared with the hash of the body like any other word, and nothing is stored',
    async (word) => {
      expectError(await send(server, put(word)), {
        status: 400,
        code: 'XAmzContentSHA256Mismatch',
        fields: { ClientComputedContentSHA256: word, S3ComputedContentSHA256: sha('mine') },
      });
      expect((await send(server, presigned(server, 'GET', '/mine/hashed'))).status).toBe(404);
    },
  );
  test('in the signed query is the payload hash and checked too', async () => {
    const good = presigned(server, 'PUT', '/mine/hashed', {
      body: 'mine',
      query: { 'X-Amz-Content-Sha256': sha('mine') },
      payloadHash: sha('mine'),
    });
    expect((await send(server, good)).status).toBe(200);
    await send(server, presigned(server, 'DELETE', '/mine/hashed'));
    const bad = presigned(server, 'PUT', '/mine/hashed', {
      body: 'mine',
      query: { 'X-Amz-Content-Sha256': sha('yours') },
      payloadHash: sha('yours'),
    });
    expectError(await send(server, bad), { status: 400, code: 'XAmzContentSHA256Mismatch' });
    expect((await send(server, presigned(server, 'GET', '/mine/hashed'))).status).toBe(404);
  });
  test('added by the holder to a URL signed for UNSIGNED-PAYLOAD does not let another body than the claimed one in', async () => {
    const request = withHeader(presigned(server, 'PUT', '/mine/hashed', { body: 'mine' }), 'x-amz-content-sha256', sha('yours'));
    expect([400, 403]).toContain((await send(server, request)).status);
    expect((await send(server, presigned(server, 'GET', '/mine/hashed'))).status).toBe(404);
  });
});

test('the hash of a body that a GET has not is signed and otherwise ignored', async () => {
  const request = presigned(server, 'GET', '/secrets/plan', { payloadHash: sha('something') });
  expect((await send(server, withHeader(request, 'x-amz-content-sha256', sha('something')))).text).toBe('attack at dawn');
  expectError(await send(server, withHeader(request, 'x-amz-content-sha256', sha('other'))), {
    status: 403,
    code: 'SignatureDoesNotMatch',
  });
});

describe.each(['GET', 'HEAD', 'DELETE'])('on a pre-signed %s', (method) => {
  test.each([
    'x-amz-checksum-mode',
    'x-amz-expected-bucket-owner',
    'x-amz-security-token',
    'x-amz-mfa',
    'x-amz-bypass-governance-retention',
  ])('%s is refused', async (name) => {
    const reply = await send(server, withHeader(presigned(server, method, '/secrets/plan'), name, 'x'));
    if (method === 'HEAD') expect(reply.status).toBe(403);
    else expectError(reply, { status: 403, code: 'AccessDenied', message: UNSIGNED, fields: { HeadersNotSigned: name } });
    expect((await send(server, presigned(server, 'GET', '/secrets/plan'))).text).toBe('attack at dawn');
  });
});

describe('on a pre-signed part', () => {
  test.each(['x-amz-copy-source', 'x-amz-copy-source-range', 'x-amz-checksum-crc32', 'x-amz-server-side-encryption-customer-algorithm'])(
    '%s is refused, and the upload has no part',
    async (name) => {
      const begun = await send(server, signed(server, 'POST', '/mine/big', { query: { uploads: '' } }));
      const uploadId = xmlTexts(begun.text, 'UploadId')[0] ?? '';
      const part = presigned(server, 'PUT', '/mine/big', { query: { partNumber: '1', uploadId }, body: 'part' });
      const value = name === 'x-amz-copy-source' ? '/secrets/plan' : 'x';
      expectError(await send(server, withHeader(part, name, value)), {
        status: 403,
        code: 'AccessDenied',
        fields: { HeadersNotSigned: name },
      });
      const parts = await send(server, signed(server, 'GET', '/mine/big', { query: { uploadId } }));
      expect([parts.status, xmlTexts(parts.text, 'PartNumber')]).toEqual([200, []]);
    },
  );
});

describe('with an Authorization header', () => {
  test.each(HEADERS.filter(([name]) => !/^x-amz-(date|security-token)$/i.test(name)))(
    '%s beside the signature is refused',
    async (name, value) => {
      expectError(await send(server, withHeader(signed(server, 'PUT', '/mine/upload', { body: 'mine' }), name, value)), {
        status: 403,
        code: 'AccessDenied',
        message: UNSIGNED,
        fields: { HeadersNotSigned: name.toLowerCase() },
      });
      expect((await send(server, presigned(server, 'GET', '/mine/upload'))).status).toBe(404);
    },
  );
});

describe('on a SigV2 URL', () => {
  test.each(HEADERS)('%s, which SigV2 signs where present, breaks the signature', async (name, value) => {
    const reply = await send(server, withHeader(presignedV2(server, 'PUT', '/mine/upload', { body: 'mine' }), name, value));
    expect([400, 403], reply.text).toContain(reply.status);
    expect((await send(server, presigned(server, 'GET', '/mine/upload'))).status).toBe(404);
  });
});

test('Host must be signed', async () => {
  const unsigned = { method: 'GET', path: '/secrets/plan', headers: [['range', 'bytes=0-1']], payloadHash: 'UNSIGNED-PAYLOAD' } as const;
  const query = presignedQuery(unsigned, { credentials: ROOT, date: new Date(), region: REGION }, '60');
  const without = { ...presigned(server, 'GET', '/secrets/plan'), target: `/secrets/plan?${encodeQuery(query)}` };
  const reply = await send(server, withHeader(without, 'Range', 'bytes=0-1'));
  expectError(reply, { status: 403, code: 'AccessDenied', message: UNSIGNED, fields: { HeadersNotSigned: 'host' } });
});
