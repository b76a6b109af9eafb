/** Bodies that are shorter, longer or other than promised: nothing half-written is ever visible. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openConnection } from '../support/connection.ts';
import { md5Base64, md5Hex, sha256Hex } from '../support/independent-signer.ts';
import { testServer } from '../support/test-server.ts';
import { answer, bytesOf, expectError, presigned, send, signed, type WireRequest, withHeader } from '../support/wire-client.ts';

const server = await testServer();
afterAll(() => server.close());

beforeAll(async () => {
  await send(server, signed(server, 'PUT', '/box'));
});
beforeEach(async () => {
  await send(server, signed(server, 'PUT', '/box/kept', { body: 'before' }));
});

const put = (body: string | Buffer, path = '/box/kept'): WireRequest => presigned(server, 'PUT', path, { body });
const kept = async () => (await send(server, signed(server, 'GET', '/box/kept'))).text;
const headOf = (request: WireRequest): Buffer => {
  const bytes = bytesOf(request);
  return bytes.subarray(0, bytes.indexOf('\r\n\r\n') + 4);
};

describe('a body shorter than its Content-Length', () => {
  test('whose sender hangs up leaves the old object', async () => {
    const connection = await openConnection(server.s3);
    connection.write(headOf(put('0123456789')));
    connection.write('01234');
    await new Promise((resolve) => setTimeout(resolve, 50));
    connection.close();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await kept()).toBe('before');
  });
  test('whose sender sends no more is answered IncompleteBody or cut, and leaves the old object', async () => {
    const connection = await openConnection(server.s3);
    connection.write(headOf(put('0123456789')));
    connection.write('01234');
    connection.socket.end();
    const rest = (await connection.rest()).toString();
    expect(rest === '' || /^HTTP\/1\.1 400 /.test(rest), rest).toBe(true);
    expect(await kept()).toBe('before');
  });
  test('of a part leaves the upload without it', async () => {
    const begun = await send(server, signed(server, 'POST', '/box/big', { query: { uploads: '' } }));
    const uploadId = /<UploadId>(.*)<\/UploadId>/.exec(begun.text)?.[1] ?? '';
    const connection = await openConnection(server.s3);
    connection.write(headOf(presigned(server, 'PUT', '/box/big', { query: { partNumber: '1', uploadId }, body: '0123456789' })));
    connection.write('01234');
    await new Promise((resolve) => setTimeout(resolve, 50));
    connection.close();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await send(server, signed(server, 'GET', '/box/big', { query: { uploadId } }))).text).not.toContain('<Part>');
  });
});

test('bytes beyond the Content-Length are not part of the object', async () => {
  const connection = await openConnection(server.s3);
  connection.write(Buffer.concat([bytesOf(put('exact')), Buffer.from('and more')]));
  await connection.rest();
  expect(await kept()).toBe('exact');
});

test('a PUT that says nothing of its length is answered MissingContentLength, and leaves the old object', async () => {
  const request = {
    ...put(''),
    headers: [
      ['Host', server.host],
      ['Transfer-Encoding', 'chunked'],
    ] as const,
    body: Buffer.from('5\r\nhello\r\n0\r\n\r\n'),
  };
  expectError(await send(server, request), {
    status: 411,
    code: 'MissingContentLength',
    message: 'You must provide the Content-Length HTTP header.',
  });
  expect(await kept()).toBe('before');
});

test('a PUT with neither Content-Length nor Transfer-Encoding is answered MissingContentLength, and leaves the old object', async () => {
  const connection = await openConnection(server.s3);
  connection.write(`PUT ${put('').target} HTTP/1.1\r\nHost: ${server.host}\r\n\r\n`);
  const reply = await connection.reply();
  connection.close();
  expect([reply.status, reply.body.toString()]).toEqual([411, expect.stringContaining('<Code>MissingContentLength</Code>')]);
  expect(await kept()).toBe('before');
});

test('a bucket may be made without a Content-Length', async () => {
  const connection = await openConnection(server.s3);
  connection.write(`PUT ${presigned(server, 'PUT', '/without-length').target} HTTP/1.1\r\nHost: ${server.host}\r\n\r\n`);
  expect((await connection.reply()).status).toBe(200);
  connection.close();
});

test('garbage behind a good request does not take the place of its answer', async () => {
  const connection = await openConnection(server.s3);
  connection.write(Buffer.concat([bytesOf(put('good')), Buffer.from('garbage, no request\r\n\r\n')]));
  expect((await connection.reply()).status).toBe(200);
  await connection.rest();
  expect(await kept()).toBe('good');
});

test('an empty body is an empty object', async () => {
  expect((await send(server, put(''))).headers.get('etag')).toBe('"d41d8cd98f00b204e9800998ecf8427e"');
  const got = await send(server, signed(server, 'GET', '/box/kept'));
  expect([got.status, got.headers.get('content-length'), got.text]).toEqual([200, '0', '']);
});

test('a body of more than 5 GiB is refused from its Content-Length alone', async () => {
  const head = headOf({
    ...put(''),
    headers: [
      ['Host', server.host],
      ['Content-Length', String(5 * 1024 ** 3 + 1)],
    ],
  });
  const connection = await openConnection(server.s3);
  connection.write(head);
  const reply = await connection.reply();
  expect(reply.status).toBe(400);
  const { error } = answer({ status: reply.status, headers: new Map(), body: reply.body, text: reply.body.toString() });
  expect([error.Code, error.Message, error.ProposedSize, error.MaxSizeAllowed]).toEqual([
    'EntityTooLarge',
    'Your proposed upload exceeds the maximum allowed size',
    String(5 * 1024 ** 3 + 1),
    String(5 * 1024 ** 3),
  ]);
  connection.close();
  expect(await kept()).toBe('before');
});

describe('a slow body', () => {
  test('one byte at a time is stored when whole, and invisible until then', async () => {
    const connection = await openConnection(server.s3);
    connection.write(headOf(put('slow')));
    for (const byte of 'slo') {
      connection.write(byte);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(await kept()).toBe('before');
    connection.write('w');
    expect((await connection.reply()).status).toBe(200);
    connection.close();
    expect(await kept()).toBe('slow');
  });
  test('that began before its URL ended is finished after', async () => {
    const start = Date.now();
    server.clock.now = () => start;
    const request = presigned(server, 'PUT', '/box/kept', { body: 'late', expires: 1 });
    const connection = await openConnection(server.s3);
    connection.write(headOf(request));
    connection.write('la');
    await new Promise((resolve) => setTimeout(resolve, 50));
    server.clock.now = () => start + 3600_000;
    connection.write('te');
    expect((await connection.reply()).status).toBe(200);
    connection.close();
    server.clock.now = undefined;
    expect(await kept()).toBe('late');
  });
});

describe('two writers of one key', () => {
  test('leave one of the two, whole', async () => {
    const bodies = Array.from({ length: 8 }, (_, i) => String(i).repeat(50_000));
    const replies = await Promise.all(bodies.map((body) => send(server, put(body))));
    expect(replies.map(({ status }) => status)).toEqual(bodies.map(() => 200));
    expect(bodies).toContain(await kept());
  });
  test('a reader that began before an overwrite reads the old bytes to the end', async () => {
    const old = Buffer.alloc(4 * 1024 * 1024, 'o');
    await send(server, put(old));
    const connection = await openConnection(server.s3);
    connection.socket.pause();
    connection.write(bytesOf(presigned(server, 'GET', '/box/kept')));
    await new Promise((resolve) => setTimeout(resolve, 50));
    await send(server, put('new'));
    connection.socket.resume();
    const reply = await connection.reply();
    connection.close();
    expect(reply.body.equals(old)).toBe(true);
    expect(await kept()).toBe('new');
  });
});

describe('Content-MD5', () => {
  test('of the body is accepted', async () => {
    expect((await send(server, withHeader(put('right'), 'Content-MD5', md5Base64('right')))).status).toBe(200);
  });
  test('of another body is BadDigest, and leaves the old object', async () => {
    expectError(await send(server, withHeader(put('right'), 'Content-MD5', md5Base64('wrong'))), {
      status: 400,
      code: 'BadDigest',
      message: 'The Content-MD5 you specified did not match what we received.',
      fields: { ExpectedDigest: md5Hex('wrong'), CalculatedDigest: md5Base64('right') },
    });
    expect(await kept()).toBe('before');
  });
  test.each(['', 'bad', 'YWJyYWNhZGFicmE=', '!!!!', `${md5Base64('right')}=`, sha256Hex('right')])(
    '%j is InvalidDigest, and leaves the old object',
    async (value) => {
      expectError(await send(server, withHeader(put('right'), 'Content-MD5', value)), {
        status: 400,
        code: 'InvalidDigest',
        message: 'The Content-MD5 you specified was invalid.',
      });
      expect(await kept()).toBe('before');
    },
  );
});

describe('Expect: 100-continue', () => {
  const expecting = (request: WireRequest): Buffer => headOf(withHeader(request, 'Expect', '100-continue'));

  test('is answered once the signature is good, and the body then stored', async () => {
    const connection = await openConnection(server.s3);
    connection.write(expecting(put('waited')));
    expect((await connection.reply()).status).toBe(100);
    connection.write('waited');
    expect((await connection.reply()).status).toBe(200);
    connection.close();
    expect(await kept()).toBe('waited');
  });
  test.each([
    ['an anonymous PUT', () => ({ ...put('x'), target: '/box/kept' }), 403],
    ['a bad signature', () => ({ ...put('x'), target: put('x').target.replace(/X-Amz-Signature=..../, 'X-Amz-Signature=0000') }), 403],
    ['an unsigned header', () => withHeader(put('x'), 'x-amz-acl', 'public-read'), 403],
    ['a bad escape', () => ({ ...put('x'), target: '/box/%zz' }), 400],
    ['a bucket that is not there', () => put('x', '/none-such/key'), 404],
    ['a method that is not', () => ({ ...put('x'), method: 'PATCH' }), 405],
    [
      'an upload that is not there',
      () => presigned(server, 'PUT', '/box/key', { query: { partNumber: '1', uploadId: 'none' }, body: 'x' }),
      404,
    ],
  ])('is not answered to %s: the refusal comes at once, and no 100', async (_, request, status) => {
    const connection = await openConnection(server.s3);
    connection.write(expecting(request()));
    expect((await connection.reply()).status).toBe(status);
    connection.close();
    expect(await kept()).toBe('before');
  });
  test('is not answered to a body that is too large', async () => {
    const request = {
      ...put(''),
      headers: [
        ['Host', server.host],
        ['Content-Length', String(6 * 1024 ** 3)],
      ] as const,
    };
    const connection = await openConnection(server.s3);
    connection.write(expecting(request));
    expect((await connection.reply()).status).toBe(400);
    connection.close();
  });
  test('is not answered to a write whose condition already fails', async () => {
    const connection = await openConnection(server.s3);
    connection.write(expecting(withHeader(put('x'), 'If-None-Match', '*')));
    const first = await connection.reply();
    if (first.status === 100) {
      connection.write('x');
      expect((await connection.reply()).status).toBe(412);
    } else expect(first.status).toBe(412);
    connection.close();
    expect(await kept()).toBe('before');
  });
  test('of a client that sends the body without waiting is served', async () => {
    expect((await send(server, withHeader(put('eager'), 'Expect', '100-continue'))).status).toBe(200);
    expect(await kept()).toBe('eager');
  });
  test('with another expectation is served or refused, never left hanging', async () => {
    const reply = await send(server, withHeader(put('x'), 'Expect', 'a miracle'));
    expect([200, 400, 417]).toContain(reply.status);
  });
  test('in HTTP/1.0 gets no 100', async () => {
    const connection = await openConnection(server.s3);
    const bytes = bytesOf(withHeader(put('old'), 'Expect', '100-continue'))
      .toString('latin1')
      .replace('HTTP/1.1', 'HTTP/1.0');
    connection.write(bytes);
    expect((await connection.reply()).status).toBe(200);
    connection.close();
  });
});

test('the body of a refused upload is not waited for', async () => {
  const connection = await openConnection(server.s3);
  connection.write(`PUT /box/kept HTTP/1.1\r\nHost: ${server.host}\r\nContent-Length: 1000000\r\n\r\n`);
  expect((await connection.reply()).status).toBe(403);
  connection.close();
});

test('a client that is still sending reads its refusal', async () => {
  const body = Buffer.alloc(2 * 1024 * 1024, 'x');
  const request = { ...put(body), target: '/box/kept' };
  for (let round = 0; round < 5; round++) expect((await send(server, request)).status).toBe(403);
});
