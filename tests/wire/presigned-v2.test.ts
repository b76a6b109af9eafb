/** SigV2 URLs: what old clients still make, and nothing that SigV2 is too old to sign. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testServer } from '../support/test-server.ts';
import { expectError, presignedV2, send, signed, type WireRequest, withHeader, xmlTexts } from '../support/wire-client.ts';

const server = await testServer();
const withoutV2 = await testServer({ sigv2: false });
afterAll(() => Promise.all([server.close(), withoutV2.close()]));

beforeAll(async () => {
  await send(server, signed(server, 'PUT', '/photos'));
  await send(server, signed(server, 'PUT', '/photos/cat.jpg', { body: 'meow' }));
});

const plus = (request: WireRequest, more: string): WireRequest => ({ ...request, target: `${request.target}&${more}` });

describe('a SigV2 URL', () => {
  test('gets an object', async () => {
    expect((await send(server, presignedV2(server, 'GET', '/photos/cat.jpg'))).text).toBe('meow');
  });
  test('heads an object', async () => {
    expect((await send(server, presignedV2(server, 'HEAD', '/photos/cat.jpg'))).status).toBe(200);
  });
  test('puts and deletes an object', async () => {
    expect((await send(server, presignedV2(server, 'PUT', '/photos/a b+c/é.txt', { body: 'new' }))).status).toBe(200);
    expect((await send(server, presignedV2(server, 'GET', '/photos/a b+c/é.txt'))).text).toBe('new');
    expect((await send(server, presignedV2(server, 'DELETE', '/photos/a b+c/é.txt'))).status).toBe(204);
    expect((await send(server, presignedV2(server, 'GET', '/photos/a b+c/é.txt'))).status).toBe(404);
  });
  test('puts with the Content-Type that was signed', async () => {
    const request = presignedV2(server, 'PUT', '/photos/typed', { headers: { 'Content-Type': 'image/png' }, body: 'x' });
    expect((await send(server, request)).status).toBe(200);
    expect((await send(server, presignedV2(server, 'GET', '/photos/typed'))).headers.get('content-type')).toBe('image/png');
  });
  test('is broken by a Content-Type that was not signed', async () => {
    const request = withHeader(presignedV2(server, 'PUT', '/photos/untyped', { body: 'x' }), 'Content-Type', 'image/png');
    expectError(await send(server, request), { status: 403, code: 'SignatureDoesNotMatch' });
  });
  test('signs metadata headers', async () => {
    const request = presignedV2(server, 'PUT', '/photos/meta', { headers: { 'x-amz-meta-b': '2', 'x-amz-meta-a': '1' }, body: 'x' });
    expect((await send(server, request)).status).toBe(200);
    const changed = { ...request, headers: request.headers.map(([name, value]) => [name, name === 'x-amz-meta-a' ? '3' : value] as const) };
    expectError(await send(server, changed), { status: 403, code: 'SignatureDoesNotMatch' });
  });
  test('signs hoisted metadata', async () => {
    const request = presignedV2(server, 'PUT', '/photos/hoisted', { query: { 'x-amz-meta-a': '1' }, body: 'x' });
    expect((await send(server, request)).status).toBe(200);
    expect((await send(server, presignedV2(server, 'GET', '/photos/hoisted'))).headers.get('x-amz-meta-a')).toBe('1');
  });
  test('signs response overrides', async () => {
    const request = presignedV2(server, 'GET', '/photos/cat.jpg', { query: { 'response-content-type': 'text/plain' } });
    expect((await send(server, request)).headers.get('content-type')).toBe('text/plain');
    const added = await send(server, plus(presignedV2(server, 'GET', '/photos/cat.jpg'), 'response-content-type=text%2Fhtml'));
    expectError(added, { status: 403, code: 'SignatureDoesNotMatch' });
  });
  test('whose plus in the signature became a space still works', async () => {
    for (let attempt = 0; attempt < 60; attempt++) {
      const request = presignedV2(server, 'GET', '/photos/cat.jpg', { expires: 100 + attempt });
      if (!request.target.includes('%2B')) continue;
      expect((await send(server, { ...request, target: request.target.replaceAll('%2B', '+') })).text).toBe('meow');
      return;
    }
    expect.fail('no signature with a plus among 60');
  });
  test('uploads parts', async () => {
    const begun = await send(server, signed(server, 'POST', '/photos/big', { query: { uploads: '' } }));
    const uploadId = xmlTexts(begun.text, 'UploadId')[0] ?? '';
    expect(
      (await send(server, presignedV2(server, 'PUT', '/photos/big', { query: { partNumber: '1', uploadId }, body: 'part' }))).status,
    ).toBe(200);
    const other = await send(server, { ...presignedV2(server, 'PUT', '/photos/big', { query: { partNumber: '1', uploadId }, body: 'x' }) });
    expect(other.status).toBe(200);
    const renumbered = presignedV2(server, 'PUT', '/photos/big', { query: { partNumber: '1', uploadId }, body: 'x' });
    expectError(await send(server, { ...renumbered, target: renumbered.target.replace('partNumber=1', 'partNumber=2') }), {
      status: 403,
      code: 'SignatureDoesNotMatch',
    });
  });
  test('lists a bucket', async () => {
    const reply = await send(server, presignedV2(server, 'GET', '/photos'));
    expect(xmlTexts(reply.text, 'Key')).toContain('cat.jpg');
  });
  test('for one method serves no other', async () => {
    const request = presignedV2(server, 'GET', '/photos/cat.jpg');
    for (const method of ['HEAD', 'PUT', 'DELETE']) expect((await send(server, { ...request, method })).status).toBe(403);
  });
  test('for one object serves no other', async () => {
    const request = presignedV2(server, 'GET', '/photos/cat.jpg');
    expectError(await send(server, { ...request, target: request.target.replace('cat.jpg', 'dog.jpg') }), {
      status: 403,
      code: 'SignatureDoesNotMatch',
    });
  });
  test('of more than seven days is refused with what to use instead', async () => {
    const reply = await send(server, presignedV2(server, 'GET', '/photos/cat.jpg', { expires: 604800 + 60 }));
    expectError(reply, { status: 403, code: 'AccessDenied' });
    expect(reply.error.Message).toContain('AWS4-HMAC-SHA256');
    expect((await send(server, presignedV2(server, 'GET', '/photos/cat.jpg', { expires: 604800 - 60 }))).status).toBe(200);
  });
});

describe('what SigV2 does not sign cannot be added to a URL', () => {
  const objectResources = [
    'acl',
    'attributes',
    'legal-hold',
    'retention',
    'tagging',
    'torrent',
    'uploadId=x',
    'partNumber=1',
    'versionId=null',
    'encryption',
    'renameObject',
  ];
  test.each(objectResources)('?%s on an object', async (more) => {
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const reply = await send(
        server,
        plus(presignedV2(server, method, '/photos/other', { ...(method === 'PUT' ? { body: 'x' } : {}) }), more),
      );
      expect([400, 403, 405], `${method}: ${reply.status} ${reply.text}`).toContain(reply.status);
    }
  });
  const bucketResources =
    'accelerate acl analytics cors delete encryption intelligent-tiering inventory lifecycle location logging metrics metadataConfiguration metadataTable notification object-lock ownershipControls policy policyStatus publicAccessBlock replication requestPayment session tagging uploads versioning versions website'.split(
      ' ',
    );
  test.each(bucketResources)('?%s on a bucket', async (more) => {
    for (const method of ['GET', 'PUT', 'DELETE', 'POST']) {
      const reply = await send(
        server,
        plus(presignedV2(server, method, '/photos-2', { ...(/PUT|POST/.test(method) ? { body: '' } : {}) }), more),
      );
      expect([400, 403, 405], `${method}: ${reply.status} ${reply.text}`).toContain(reply.status);
    }
  });
  test.each(['X-Latchkey-Max-Uses=1', 'x-latchkey-max-size=10', 'X-Latchkey-Unknown=1'])(
    '%s, so that no limit is ignored',
    async (more) => {
      const reply = await send(server, plus(presignedV2(server, 'GET', '/photos/cat.jpg'), more));
      expect([400, 403]).toContain(reply.status);
    },
  );
});

describe('switched off', () => {
  test('a SigV2 URL is refused with the setting that cures it', async () => {
    const reply = await send(withoutV2, presignedV2(withoutV2, 'GET', '/photos/cat.jpg'));
    expectError(reply, { status: 400, code: 'InvalidRequest' });
    expect(reply.error.Message).toContain('The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.');
    expect(reply.error.Message).toContain("signature_version='s3v4'");
  });
});
