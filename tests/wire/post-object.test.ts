// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${filename} is S3's own word
/** Uploads by HTML form: what the policy says is what happens, to the letter, and never a partial object. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openConnection } from '../support/connection.ts';
import { md5Hex } from '../support/independent-signer.ts';
import {
  BOUNDARY,
  type Field,
  formBody,
  formRequest,
  type PolicyOptions,
  postForm,
  signDocument,
  signedFields,
  signedFieldsV2,
} from '../support/post-form.ts';
import { rawExchange } from '../support/raw-http.ts';
import { ROOT, testServer } from '../support/test-server.ts';
import { bytesOf, expectError, send, signed, type Wanted, withHeader, xmlTexts } from '../support/wire-client.ts';

const server = await testServer();
const withoutV2 = await testServer({ sigv2: false });
afterAll(() => Promise.all([server.close(), withoutV2.close()]));

const s3 = (method: string, path: string, wanted?: Wanted) => send(server, signed(server, method, path, wanted));
beforeAll(async () => {
  await s3('PUT', '/box');
  await s3('PUT', '/other');
});
beforeEach(async () => {
  for (const key of await keys()) await s3('DELETE', `/box/${key}`);
});
const keys = async () => xmlTexts((await s3('GET', '/box')).text, 'Key');

const BASIC: readonly unknown[] = [{ bucket: 'box' }, ['starts-with', '$key', '']];
/** A good form for the key `a.txt`, with more conditions and the fields they speak of. */
const form = (more: readonly unknown[] = [], fields: readonly Field[] = [], options: Partial<PolicyOptions> = {}): readonly Field[] => [
  ['key', 'a.txt'],
  ...fields,
  ...signedFields({ conditions: [...BASIC, ...more], ...options }),
];
const without = (fields: readonly Field[], name: string) => fields.filter((field) => field[0] !== name);
const replaced = (fields: readonly Field[], name: string, value: string) =>
  fields.map((field) => (field[0] === name ? ([name, value] as const) : field));
const policyError = (message: string) => ({
  status: 403,
  code: 'AccessDenied',
  message: `Invalid according to Policy: ${message}`,
  fields: {},
});

describe('a good form', () => {
  test('stores the file, and answers 204 with its ETag and place', async () => {
    const reply = await postForm(server, '/box', form());
    expect([reply.status, reply.text, reply.headers.get('etag'), reply.headers.get('location')]).toEqual([
      204,
      '',
      `"${md5Hex('content')}"`,
      `http://${server.host}/box/a.txt`,
    ]);
    const got = await s3('GET', '/box/a.txt');
    expect([got.text, got.headers.get('content-type')]).toEqual(['content', 'binary/octet-stream']);
  });
  test('may be sent to the bucket with a slash behind it', async () => {
    expect((await postForm(server, '/box/', form())).status).toBe(204);
  });
  test('in SigV2 stores the file', async () => {
    const fields: readonly Field[] = [['key', 'v2.txt'], ...signedFieldsV2({ conditions: BASIC })];
    expect((await postForm(server, '/box', fields)).status).toBe(204);
    expect((await s3('GET', '/box/v2.txt')).text).toBe('content');
  });
  test('may name its fields in any case', async () => {
    const upper = form().map(([name, value]) => [name.replaceAll(/(^|-)[a-z]/g, (letter) => letter.toUpperCase()), value] as const);
    expect((await postForm(server, '/box', upper)).status).toBe(204);
    const v2: readonly Field[] = [
      ['KEY', 'v2.txt'],
      ...signedFieldsV2({ conditions: BASIC }).map(([name, value]) => [name.toLowerCase(), value] as const),
    ];
    expect((await postForm(server, '/box', v2)).status).toBe(204);
  });
  test('gives every byte back, boundaries and line ends in the file included', async () => {
    const content = Buffer.concat([
      Buffer.from(`\r\n--${BOUNDARY.slice(0, -1)}\r\n--\r\n\r\n`),
      Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 31) & 0xff)),
      Buffer.from('\r\n\r\n'),
    ]);
    expect((await postForm(server, '/box', form(), { content, filename: 'x' })).status).toBe(204);
    expect((await s3('GET', '/box/a.txt')).body.equals(content)).toBe(true);
  });
  test('stores an empty file', async () => {
    expect((await postForm(server, '/box', form(), { content: '', filename: 'x' })).status).toBe(204);
    expect((await s3('HEAD', '/box/a.txt')).headers.get('content-length')).toBe('0');
  });
  test('whose file has no filename is good', async () => {
    expect((await postForm(server, '/box', form(), { content: 'x' })).status).toBe(204);
  });
  test('overwrites what was there', async () => {
    await s3('PUT', '/box/a.txt', { body: 'old', headers: { 'x-amz-meta-a': 'old' } });
    await postForm(server, '/box', form());
    const got = await s3('GET', '/box/a.txt');
    expect([got.text, got.headers.has('x-amz-meta-a')]).toEqual(['content', false]);
  });
  test('keeps its type, headers, metadata and tags', async () => {
    const fields: readonly Field[] = [
      ['Content-Type', 'image/png'],
      ['Cache-Control', 'no-store'],
      ['Content-Disposition', 'attachment'],
      ['x-amz-meta-Author', 'Ada'],
      ['tagging', '<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tagging>'],
    ];
    const reply = await postForm(
      server,
      '/box',
      form(
        fields.map(([name]) => ['starts-with', `$${name}`, '']),
        fields,
      ),
    );
    expect(reply.status, reply.text).toBe(204);
    const { headers } = await s3('HEAD', '/box/a.txt');
    expect([
      headers.get('content-type'),
      headers.get('cache-control'),
      headers.get('content-disposition'),
      headers.get('x-amz-meta-author'),
      headers.get('x-amz-tagging-count'),
    ]).toEqual(['image/png', 'no-store', 'attachment', 'Ada', '1']);
  });
  test('whose fields behind the file say other things is judged by those before it', async () => {
    const body = formBody(form(), { content: 'content', filename: 'x' }, [
      ['key', 'evil.txt'],
      ['x-amz-meta-a', 'evil'],
      ['acl', 'public-read'],
      ['unknown', 'x'],
    ]);
    expect((await send(server, formRequest(server, '/box', body))).status).toBe(204);
    expect(await keys()).toEqual(['a.txt']);
    expect((await s3('HEAD', '/box/a.txt')).headers.has('x-amz-meta-a')).toBe(false);
  });
});

describe('success', () => {
  test.each([
    ['200', 200],
    ['201', 201],
    ['204', 204],
    ['404', 204],
    ['', 204],
    ['303', 204],
    ['02 01', 204],
  ])('success_action_status %j answers %i', async (value, status) => {
    const reply = await postForm(server, '/box', form([['starts-with', '$success_action_status', '']], [['success_action_status', value]]));
    expect(reply.status).toBe(status);
  });
  test('201 describes the object in XML without a namespace', async () => {
    const fields = replaced(form([['eq', '$success_action_status', '201']], [['success_action_status', '201']]), 'key', 'a b/é.txt');
    const reply = await postForm(server, '/box', fields);
    const location = `http://${server.host}/box/a%20b%2F%C3%A9.txt`;
    expect([reply.status, reply.headers.get('content-type'), reply.headers.get('location')]).toEqual([201, 'application/xml', location]);
    expect([
      xmlTexts(reply.text, 'Location'),
      xmlTexts(reply.text, 'Bucket'),
      xmlTexts(reply.text, 'Key'),
      xmlTexts(reply.text, 'ETag'),
    ]).toEqual([[location], ['box'], ['a b/é.txt'], [`"${md5Hex('content')}"`]]);
    expect(reply.text).toContain('<PostResponse>');
    await s3('DELETE', '/box/a b/é.txt');
  });
  test.each(['success_action_redirect', 'redirect'])('%s sends the browser there, with what was stored', async (name) => {
    const reply = await postForm(
      server,
      '/box',
      form([['starts-with', `$${name}`, 'https://example.com/']], [[name, 'https://example.com/done?a=b']]),
    );
    expect(reply.status).toBe(303);
    const target = new URL(reply.headers.get('location') ?? '');
    expect([
      target.origin + target.pathname,
      target.searchParams.get('a'),
      target.searchParams.get('bucket'),
      target.searchParams.get('key'),
      target.searchParams.get('etag'),
    ]).toEqual(['https://example.com/done', 'b', 'box', 'a.txt', `"${md5Hex('content')}"`]);
  });
  test.each(['/relative', 'done.html', 'javascript:alert(1)', 'data:text/html,x', 'ftp://example.com/', '//example.com/', ''])(
    'the redirect %j is passed over',
    async (url) => {
      const reply = await postForm(
        server,
        '/box',
        form([['starts-with', '$success_action_redirect', '']], [['success_action_redirect', url]]),
      );
      expect([reply.status, reply.headers.get('location')?.startsWith('http://127.')]).toEqual([204, true]);
    },
  );
  test('a redirect with line ends splits no head', async () => {
    const reply = await postForm(
      server,
      '/box',
      form([['starts-with', '$success_action_redirect', '']], [['success_action_redirect', 'https://example.com/\r\nSet-Cookie: a=b']]),
    );
    expect([204, 303]).toContain(reply.status);
    expect([reply.headers.has('set-cookie'), /[\r\n]/.test(reply.headers.get('location') ?? '')]).toEqual([false, false]);
  });
  test('a redirect the policy does not allow is refused', async () => {
    expectError(
      await postForm(server, '/box', form([], [['success_action_redirect', 'https://evil.example/']])),
      policyError('Extra input fields: success_action_redirect'),
    );
    expect(await keys()).toEqual([]);
  });
});

describe('${filename} in the key', () => {
  test.each([
    ['photo.jpg', 'photo.jpg'],
    ['C:\\\\Users\\\\me\\\\photo.jpg', 'photo.jpg'],
    ['/home/me/photo.jpg', 'photo.jpg'],
    ['../../etc/passwd', 'passwd'],
    ['a b+c.jpg', 'a b+c.jpg'],
    ['$&$1.jpg', '$&$1.jpg'],
    ['${filename}', '${filename}'],
  ])('of the file %j is %j', async (filename, name) => {
    const fields = replaced(form(), 'key', 'user/${filename}');
    expect((await postForm(server, '/box', fields, { content: 'x', filename })).status).toBe(204);
    expect(await keys()).toEqual([`user/${name}`]);
    await s3('DELETE', `/box/user/${name}`);
  });
  test('stays literal for a file without a filename', async () => {
    const fields = replaced(form(), 'key', 'user/${filename}');
    expect((await postForm(server, '/box', fields, { content: 'x' })).status).toBe(204);
    expect(await keys()).toEqual(['user/${filename}']);
  });
  test('does not step out of what the policy allows', async () => {
    const fields = [
      ['key', '${filename}'],
      ...signedFields({ conditions: [{ bucket: 'box' }, ['starts-with', '$key', 'user/']] }),
    ] as readonly Field[];
    expectError(
      await postForm(server, '/box', fields, { content: 'x', filename: 'user/x' }),
      policyError('Policy Condition failed: ["starts-with", "$key", "user/"]'),
    );
  });
  test.each([
    [['starts-with', '$key', 'pho'], 204],
    [['eq', '$key', 'photo.jpg'], 204],
    [['eq', '$key', '${filename}'], 403],
    [['starts-with', '$key', '${file'], 403],
  ] as const)('is put in before the policy is asked: %j is answered %i', async (condition, status) => {
    const fields = [['key', '${filename}'], ...signedFields({ conditions: [{ bucket: 'box' }, condition] })] as readonly Field[];
    expect((await postForm(server, '/box', fields, { content: 'x', filename: 'photo.jpg' })).status).toBe(status);
    expect(await keys()).toEqual(status === 204 ? ['photo.jpg'] : []);
    await s3('DELETE', '/box/photo.jpg');
  });
  test('that makes the key too long is KeyTooLongError', async () => {
    const fields = replaced(form(), 'key', '${filename}');
    expectError(await postForm(server, '/box', fields, { content: 'x', filename: 'f'.repeat(1025) }), {
      status: 400,
      code: 'KeyTooLongError',
    });
    expect(await keys()).toEqual([]);
  });
});

describe('the form itself', () => {
  test.each(['application/x-www-form-urlencoded', 'text/plain', 'multipart/mixed; boundary=x', 'application/json'])(
    'of the type %s is refused',
    async (type) => {
      const request = {
        ...formRequest(server, '/box', Buffer.from('a=b')),
        headers: [
          ['Host', server.host],
          ['Content-Type', type],
        ] as const,
      };
      expectError(await send(server, request), {
        status: 412,
        code: 'PreconditionFailed',
        message: 'At least one of the pre-conditions you specified did not hold',
        fields: { Condition: 'Bucket POST must be of the enclosure-type multipart/form-data' },
      });
    },
  );
  test('without a boundary is MalformedPOSTRequest', async () => {
    const request = {
      ...formRequest(server, '/box', formBody(form(), { content: 'x' })),
      headers: [
        ['Host', server.host],
        ['Content-Type', 'multipart/form-data'],
      ] as const,
    };
    expectError(await send(server, request), {
      status: 400,
      code: 'MalformedPOSTRequest',
      message: 'The body of your POST request is not well-formed multipart/form-data.',
    });
  });
  test.each([
    ['nothing', Buffer.alloc(0)],
    ['noise', Buffer.from('this is no form')],
    ['an empty form', Buffer.from(`--${BOUNDARY}--\r\n`)],
  ])('of %s is refused', async (_, body) => {
    const reply = await send(server, formRequest(server, '/box', body));
    expect(reply.status, reply.text).toBe(400);
  });
  test('that ends in the middle of the file stores nothing', async () => {
    const whole = formBody(form(), { content: 'x'.repeat(50_000), filename: 'x' });
    const reply = await send(server, formRequest(server, '/box', whole.subarray(0, whole.length - 100)));
    expect(reply.status, reply.text).toBe(400);
    expect(['MalformedPOSTRequest', 'IncompleteBody']).toContain(reply.error.Code);
    expect(await keys()).toEqual([]);
  });
  test.each(['multipart/form-data;\u00a0boundary=', '\u00a0multipart/form-data; boundary='])(
    'of a type that only nearly is one (%j) is refused, and is no failure of the server',
    async (type) => {
      const head = `POST /box HTTP/1.1\r\nHost: ${server.host}\r\nContent-Type: ${type}${BOUNDARY}\r\n`;
      const body = formBody(form(), { content: 'x' });
      const reply = await rawExchange(
        server.s3,
        Buffer.concat([Buffer.from(`${head}Content-Length: ${body.length}\r\n\r\n`, 'latin1'), body]),
      );
      expect([400, 412], reply.text).toContain(reply.status);
      expect(await keys()).toEqual([]);
    },
  );
  test('that is whole in a body that is not stores nothing', async () => {
    const request = formRequest(server, '/box', formBody(form(), { content: 'x' }));
    const length = request.body?.byteLength ?? 0;
    const connection = await openConnection(server.s3);
    connection.write(bytesOf(withHeader(request, 'Content-Length', String(length + 1))));
    expect(await connection.staysSilent(100)).toBe(true);
    connection.socket.end();
    expect((await connection.rest()).toString('latin1')).not.toMatch(/^HTTP\/1\.1 2/);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await keys()).toEqual([]);
  });
  test('whose sender hangs up stores nothing', async () => {
    const connection = await openConnection(server.s3);
    connection.write(
      bytesOf(formRequest(server, '/box', formBody(form(), { content: 'x'.repeat(50_000), filename: 'x' }))).subarray(0, 30_000),
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
    connection.close();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await keys()).toEqual([]);
  });
  test('without a file is refused', async () => {
    expectError(await send(server, formRequest(server, '/box', formBody(form(), undefined))), {
      status: 400,
      code: 'InvalidArgument',
      message: 'POST requires exactly one file upload per request.',
      fields: { ArgumentName: 'file', ArgumentValue: '0' },
    });
    expect(await keys()).toEqual([]);
  });
  test('whose file comes first lacks its fields', async () => {
    const body = formBody([], { content: 'x', filename: 'x' }, form());
    const reply = await send(server, formRequest(server, '/box', body));
    expectError(reply, {
      status: 400,
      code: 'InvalidArgument',
      message: "Bucket POST must contain a field named 'key'.  If it is specified, please check the order of the fields.",
    });
    expect(await keys()).toEqual([]);
  });
  test('with more than 20 KB before the file is refused', async () => {
    const fields = form([['starts-with', '$x-amz-meta-long', '']], [['x-amz-meta-long', 'x'.repeat(21 * 1024)]]);
    expectError(await postForm(server, '/box', fields), {
      status: 400,
      code: 'MaxPostPreDataLengthExceededError',
      message: 'Your POST request fields preceding the upload file were too large.',
    });
    expect(await keys()).toEqual([]);
  });
  test('with 10,000 fields is refused', async () => {
    const fields = Array.from({ length: 10_000 }, (_, i) => [`x-ignore-${i}`, ''] as const);
    const reply = await postForm(server, '/box', [...fields, ...form()]);
    expect(reply.status).toBe(400);
    expect(await keys()).toEqual([]);
  });
  test.each(['key', 'policy', 'x-amz-signature', 'x-amz-credential', 'x-amz-date'])(
    'with two fields %s never lets the policy mean one and the upload the other',
    async (name) => {
      const fields = [
        ['key', 'allowed'],
        ...signedFields({ conditions: [{ bucket: 'box' }, ['eq', '$key', 'allowed']] }),
      ] as readonly Field[];
      const value = name === 'key' ? 'evil' : (fields.find((field) => field[0] === name)?.[1] ?? '');
      for (const doubled of [
        [...fields, [name, value] as const],
        [[name, value] as const, ...fields],
      ]) {
        const reply = await postForm(server, '/box', doubled);
        expect([400, 403], reply.text).toContain(reply.status);
      }
      expect(await keys()).toEqual([]);
    },
  );
  test('sent to an object, or to the service, is no form upload', async () => {
    expect((await postForm(server, '/box/key', form())).status).toBe(405);
    expect((await postForm(server, '/', form())).status).toBeGreaterThanOrEqual(400);
    expect(await keys()).toEqual([]);
  });
  test('with a signature in the query or a header too is refused', async () => {
    const body = formBody(form(), { content: 'x', filename: 'x' });
    const queried = { ...formRequest(server, '/box', body), target: '/box?X-Amz-Signature=abc' };
    expect((await send(server, queried)).status).toBe(400);
    for (const value of ['Bearer x', 'AWS a:b', `AWS4-HMAC-SHA256 Credential=${ROOT.accessKeyId}`]) {
      const reply = await send(server, withHeader(formRequest(server, '/box', body), 'Authorization', value));
      expect(reply.status, `${value}: ${reply.text}`).toBe(400);
    }
    expect(await keys()).toEqual([]);
  });
  test('whose HTTP headers say things about the object is judged by its fields alone', async () => {
    const body = formBody(form(), { content: 'content', filename: 'x' });
    const reply = await send(
      server,
      formRequest(server, '/box', body, {
        'x-amz-meta-a': 'evil',
        'x-amz-storage-class': 'STANDARD_IA',
        'Cache-Control': 'evil',
        'x-amz-tagging': 'a=b',
      }),
    );
    expect([204, 400, 403]).toContain(reply.status);
    if (reply.status === 204) {
      const { headers } = await s3('HEAD', '/box/a.txt');
      expect([
        headers.has('x-amz-meta-a'),
        headers.has('x-amz-storage-class'),
        headers.has('cache-control'),
        headers.has('x-amz-tagging-count'),
      ]).toEqual([false, false, false, false]);
    }
  });
  test('with x-amz-copy-source as a header or field copies nothing', async () => {
    await s3('PUT', '/other/secret', { body: 'secret' });
    const header = await send(
      server,
      formRequest(server, '/box', formBody(form(), { content: 'content', filename: 'x' }), { 'x-amz-copy-source': '/other/secret' }),
    );
    const field = await postForm(server, '/box', form([], [['x-amz-copy-source', '/other/secret']]));
    expect(field.status).toBe(403);
    if (header.status === 204) expect((await s3('GET', '/box/a.txt')).text).toBe('content');
    else expect(header.status).toBeLessThan(500);
  });
});

describe('who signed', () => {
  test.each(['x-amz-algorithm', 'x-amz-credential', 'x-amz-date', 'x-amz-signature', 'policy'])(
    'a form without %s says which field is missing',
    async (name) => {
      const shown =
        {
          'x-amz-algorithm': 'X-Amz-Algorithm',
          'x-amz-credential': 'X-Amz-Credential',
          'x-amz-date': 'X-Amz-Date',
          'x-amz-signature': 'X-Amz-Signature',
          policy: 'Policy',
        }[name] ?? '';
      const reply = await postForm(server, '/box', without(form(), name));
      expectError(reply, {
        status: 400,
        code: 'InvalidArgument',
        message: `Bucket POST must contain a field named '${shown}'.  If it is specified, please check the order of the fields.`,
      });
      expect(reply.error.ArgumentName?.toLowerCase()).toBe(name);
      expect(await keys()).toEqual([]);
    },
  );
  test.each(['AWSAccessKeyId', 'signature', 'policy'])('a SigV2 form without %s is refused', async (name) => {
    const fields: readonly Field[] = [['key', 'v2.txt'], ...signedFieldsV2({ conditions: BASIC })];
    const reply = await postForm(server, '/box', without(fields, name));
    expect([400, 403]).toContain(reply.status);
    expect(await keys()).toEqual([]);
  });
  test('nobody: AccessDenied on a private bucket', async () => {
    expectError(await postForm(server, '/box', [['key', 'a.txt']]), {
      status: 403,
      code: 'AccessDenied',
      message: 'Access Denied',
      fields: {},
    });
    expect(await keys()).toEqual([]);
  });
  test('a form without a key says so', async () => {
    expectError(await postForm(server, '/box', without(form(), 'key')), {
      status: 400,
      code: 'InvalidArgument',
      message: "Bucket POST must contain a field named 'key'.  If it is specified, please check the order of the fields.",
      fields: { ArgumentName: 'key', ArgumentValue: '' },
    });
  });
  test('with another secret is a mismatch, told with the policy that was signed', async () => {
    const fields = form([], [], { credentials: { ...ROOT, secretAccessKey: 'wrong' } });
    const reply = await postForm(server, '/box', fields);
    const policy = fields.find(([name]) => name === 'policy')?.[1] ?? '';
    expectError(reply, {
      status: 403,
      code: 'SignatureDoesNotMatch',
      fields: {
        AWSAccessKeyId: ROOT.accessKeyId,
        StringToSign: policy,
        SignatureProvided: fields.find(([name]) => name === 'x-amz-signature')?.[1],
        StringToSignBytes: Buffer.from(policy).toString('hex').replaceAll(/..\B/g, '$& '),
      },
    });
    expect(await keys()).toEqual([]);
  });
  test('an access key that nobody has is named', async () => {
    const fields = form([], [], { credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'x' } });
    expectError(await postForm(server, '/box', fields), {
      status: 403,
      code: 'InvalidAccessKeyId',
      fields: { AWSAccessKeyId: 'AKIAIOSFODNN7EXAMPLE' },
    });
  });
  test('a token that nobody gave out is invalid', async () => {
    const fields = form([], [], { credentials: { ...ROOT, sessionToken: 'token' } });
    expectError(await postForm(server, '/box', fields), { status: 400, code: 'InvalidToken' });
  });
  test('a policy changed after signing is a mismatch, before it is even read', async () => {
    for (const policy of [
      Buffer.from('{"expiration":"2099-01-01T00:00:00Z","conditions":[]}').toString('base64'),
      'not base64!',
      '',
      '{',
    ]) {
      const reply = await postForm(server, '/box', replaced(form(), 'policy', policy));
      expect([400, 403], reply.text).toContain(reply.status);
      expect(['SignatureDoesNotMatch', 'InvalidArgument']).toContain(reply.error.Code);
    }
    expect(await keys()).toEqual([]);
  });
  test.each([
    ['another region', { region: 'eu-west-1' }],
    ['a date far ahead', { now: new Date(Date.now() + 3600_000) }],
    ['a date more than a week ago', { now: new Date(Date.now() - 8 * 86400_000), expiration: '2099-01-01T00:00:00Z' }],
  ])('with %s is refused', async (_, options) => {
    const reply = await postForm(server, '/box', form([], [], options));
    expect([400, 403], reply.text).toContain(reply.status);
    expect(await keys()).toEqual([]);
  });
  test('with a wrong region names the field', async () => {
    const reply = await postForm(server, '/box', form([], [], { region: 'eu-west-1' }));
    expectError(reply, { status: 400, code: 'InvalidArgument' });
    expect(reply.error.ArgumentName).toBe('x-amz-credential');
  });
  test.each(['AWS4-HMAC-SHA1', 'aws4-hmac-sha256', ''])('the algorithm %j is refused', async (algorithm) => {
    const reply = await postForm(server, '/box', replaced(form(), 'x-amz-algorithm', algorithm));
    expectError(reply, { status: 400, code: 'InvalidArgument' });
  });
  test('SigV2 where it is switched off is refused with what cures it', async () => {
    await send(withoutV2, signed(withoutV2, 'PUT', '/box'));
    const reply = await postForm(withoutV2, '/box', [['key', 'v2.txt'], ...signedFieldsV2({ conditions: BASIC })]);
    expectError(reply, { status: 400, code: 'InvalidRequest' });
    expect(reply.error.Message).toContain('AWS4-HMAC-SHA256');
  });
});

describe('the policy document', () => {
  const identity = signedFields({ conditions: [] }).filter(([name]) => name.startsWith('x-amz-') && name !== 'x-amz-signature');
  const refused = async (document: unknown) => postForm(server, '/box', [['key', 'a.txt'], ...identity, ...signDocument(document)]);
  const EXPIRATION = '2099-01-01T00:00:00.000Z';
  test.each([
    ['{', 'Invalid JSON.'],
    ['[]', 'Invalid JSON.'],
    ['null', 'Invalid JSON.'],
    ['{"a":}', 'Invalid JSON.'],
    [{ conditions: [] }, 'Policy missing expiration.'],
    [{ expiration: EXPIRATION }, 'Policy missing conditions.'],
    [{ expiration: 'tomorrow', conditions: [] }, "Invalid 'expiration' value: 'tomorrow'"],
    [{ expiration: '2099-01-01', conditions: [] }, "Invalid 'expiration' value: '2099-01-01'"],
    [{ expiration: EXPIRATION, conditions: {} }, "Invalid 'conditions' value: must be a List."],
    [{ expiration: EXPIRATION, conditions: [{}] }, 'Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.'],
    [
      { expiration: EXPIRATION, conditions: [{ bucket: 'box', key: 'a' }] },
      'Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.',
    ],
    [{ expiration: EXPIRATION, conditions: [{ bucket: 5 }] }, 'Invalid Simple-Condition: value must be a string.'],
    [{ expiration: EXPIRATION, conditions: [], extra: 1 }, 'Unexpected: "extra"'],
    [{ Expiration: EXPIRATION, conditions: [] }, 'Unexpected: "Expiration"'],
  ])('%j is invalid', async (document, message) => {
    expectError(await refused(document), { status: 400, code: 'InvalidPolicyDocument', message: `Invalid Policy: ${message}` });
    expect(await keys()).toEqual([]);
  });
  test('with an unknown operator is invalid', async () => {
    const reply = await refused({ expiration: EXPIRATION, conditions: [['like', '$key', 'a']] });
    expectError(reply, { status: 400, code: 'InvalidPolicyDocument' });
  });
  test('nested a thousand deep is refused', async () => {
    const reply = await refused(`{"expiration":"${EXPIRATION}","conditions":${'['.repeat(1000)}${']'.repeat(1000)}}`);
    expectError(reply, { status: 400, code: 'InvalidPolicyDocument' });
  });
  test('that is over is refused', async () => {
    expectError(
      await postForm(server, '/box', form([], [], { expiration: new Date(Date.now() - 1000).toISOString() })),
      policyError('Policy expired.'),
    );
    expect(await keys()).toEqual([]);
  });
  test('may state its end without milliseconds', async () => {
    expect((await postForm(server, '/box', form([], [], { expiration: '2099-01-01T00:00:00Z' }))).status).toBe(204);
  });
});

describe('conditions', () => {
  test.each([
    ['an object', { 'x-amz-meta-a': 'right' }, '["eq", "$x-amz-meta-a", "right"]'],
    ['eq', ['eq', '$x-amz-meta-a', 'right'], '["eq", "$x-amz-meta-a", "right"]'],
    ['EQ', ['EQ', '$X-Amz-Meta-A', 'right'], undefined],
    ['starts-with', ['starts-with', '$x-amz-meta-a', 'ri'], '["starts-with", "$x-amz-meta-a", "ri"]'],
  ])('%s holds for the right value, and is named for a wrong one', async (_, condition, printed) => {
    expect((await postForm(server, '/box', form([condition], [['x-amz-meta-a', 'right']]))).status).toBe(204);
    await s3('DELETE', '/box/a.txt');
    for (const value of ['wrong', 'Right', ' right', '']) {
      const reply = await postForm(server, '/box', form([condition], [['x-amz-meta-a', value]]));
      expectError(reply, { status: 403, code: 'AccessDenied' });
      if (printed !== undefined) expect(reply.error.Message).toBe(`Invalid according to Policy: Policy Condition failed: ${printed}`);
    }
    expect(await keys()).toEqual([]);
  });
  test('about a field that is not there fails', async () => {
    expectError(
      await postForm(server, '/box', form([['eq', '$x-amz-meta-a', 'x']])),
      policyError('Policy Condition failed: ["eq", "$x-amz-meta-a", "x"]'),
    );
  });
  test('starts-with of nothing allows any value', async () => {
    expect((await postForm(server, '/box', form([['starts-with', '$x-amz-meta-a', '']], [['x-amz-meta-a', 'anything']]))).status).toBe(204);
  });
  test('without the dollar names no field', async () => {
    const reply = await postForm(server, '/box', form([['eq', 'x-amz-meta-a', 'x']], [['x-amz-meta-a', 'x']]));
    expectError(reply, { status: 403, code: 'AccessDenied' });
  });
  test.each([
    'x-amz-meta-a',
    'acl',
    'Content-Type',
    'Cache-Control',
    'success_action_status',
    'x-amz-storage-class',
    'tagging',
    'unknown',
    'submit',
    'x-amz-checksum-crc32',
    'Content-MD5',
  ])('the field %s without a condition is an extra one', async (name) => {
    expectError(await postForm(server, '/box', form([], [[name, 'x']])), policyError(`Extra input fields: ${name.toLowerCase()}`));
    expect(await keys()).toEqual([]);
  });
  test.each(['x-ignore-anything', 'X-Ignore-Submit'])('the field %s needs none', async (name) => {
    expect((await postForm(server, '/box', form([], [[name, 'x']]))).status).toBe(204);
  });
  test('of another bucket fails', async () => {
    const fields = [
      ['key', 'a.txt'],
      ...signedFields({ conditions: [{ bucket: 'other' }, ['starts-with', '$key', '']] }),
    ] as readonly Field[];
    expectError(await postForm(server, '/box', fields), policyError('Policy Condition failed: ["eq", "$bucket", "other"]'));
    const lying = [['bucket', 'other'], ...fields] as readonly Field[];
    expect((await postForm(server, '/box', lying)).status).toBe(403);
    expect(await keys()).toEqual([]);
  });
  test('of no bucket do not do: the policy must mean this one', async () => {
    const fields = [['key', 'a.txt'], ...signedFields({ conditions: [['starts-with', '$key', '']] })] as readonly Field[];
    expectError(await postForm(server, '/box', fields), policyError('Extra input fields: bucket'));
  });
  test('of the content type hold for each of several', async () => {
    const allowed = [['starts-with', '$Content-Type', 'image/']];
    expect((await postForm(server, '/box', form(allowed, [['Content-Type', 'image/png,image/jpeg']]))).status).toBe(204);
    await s3('DELETE', '/box/a.txt');
    expectError(await postForm(server, '/box', form(allowed, [['Content-Type', 'image/png,text/html']])), {
      status: 403,
      code: 'AccessDenied',
    });
    expect(await keys()).toEqual([]);
  });
  test('that contradict each other allow nothing', async () => {
    const reply = await postForm(
      server,
      '/box',
      form([
        ['eq', '$key', 'a.txt'],
        ['eq', '$key', 'b.txt'],
      ]),
    );
    expectError(reply, policyError('Policy Condition failed: ["eq", "$key", "b.txt"]'));
  });
});

describe('content-length-range', () => {
  const range = (min: unknown, max: unknown) => form([['content-length-range', min, max]]);
  const sized = (size: number) => ({ content: 'x'.repeat(size), filename: 'x' });
  test.each([0, 5, 10])('of 0 to 10 takes %i bytes', async (size) => {
    expect((await postForm(server, '/box', range(0, 10), sized(size))).status).toBe(204);
  });
  test('counts the bytes of the file, not of the form', async () => {
    expect((await postForm(server, '/box', range(3, 3), sized(3))).status).toBe(204);
  });
  test('is EntityTooLarge for one byte more, and nothing is stored', async () => {
    const reply = await postForm(server, '/box', range(0, 10), sized(11));
    expectError(reply, {
      status: 400,
      code: 'EntityTooLarge',
      message: 'Your proposed upload exceeds the maximum allowed size',
      fields: { ProposedSize: '11', MaxSizeAllowed: '10' },
    });
    expect(await keys()).toEqual([]);
  });
  test('is EntityTooSmall for one byte less, and nothing is stored', async () => {
    const reply = await postForm(server, '/box', range(5, 10), sized(4));
    expectError(reply, {
      status: 400,
      code: 'EntityTooSmall',
      message: 'Your proposed upload is smaller than the minimum allowed size',
      fields: { ProposedSize: '4', MinSizeAllowed: '5' },
    });
    expect(await keys()).toEqual([]);
  });
  test('cuts off a file far too large, long before its end', async () => {
    const reply = await postForm(server, '/box', range(0, 1000), sized(3 * 1024 * 1024));
    expectError(reply, { status: 400, code: 'EntityTooLarge' });
    expect(await keys()).toEqual([]);
  });
  test('may be written in words that are numbers', async () => {
    expect((await postForm(server, '/box', range('0', '10'), sized(5))).status).toBe(204);
  });
  test('in other words is a condition that fails', async () => {
    expectError(await postForm(server, '/box', range('test', 10), sized(5)), { status: 403, code: 'AccessDenied' });
  });
  test('given twice means both', async () => {
    const fields = form([
      ['content-length-range', 0, 100],
      ['content-length-range', 0, 10],
    ]);
    expectError(await postForm(server, '/box', fields, sized(50)), { status: 400, code: 'EntityTooLarge' });
  });
  test('leaves what was there', async () => {
    await s3('PUT', '/box/a.txt', { body: 'before' });
    await postForm(server, '/box', range(0, 10), sized(11));
    expect((await s3('GET', '/box/a.txt')).text).toBe('before');
  });
});

describe('what the fields ask', () => {
  const asks = (name: string, value: string) => form([['starts-with', `$${name}`, '']], [[name, value]]);
  test('a public ACL is refused', async () => {
    expectError(await postForm(server, '/box', asks('acl', 'public-read')), { status: 400, code: 'AccessControlListNotSupported' });
    expect(await keys()).toEqual([]);
  });
  test('a bad storage class is refused', async () => {
    expectError(await postForm(server, '/box', asks('x-amz-storage-class', 'CHEAPEST')), {
      status: 400,
      code: 'InvalidStorageClass',
      fields: { StorageClassRequested: 'CHEAPEST' },
    });
  });
  test('tags that are no XML are MalformedXML', async () => {
    expectError(await postForm(server, '/box', asks('tagging', 'a=b')), { status: 400, code: 'MalformedXML' });
    expect(await keys()).toEqual([]);
  });
  test('tags in XML of another shape are none', async () => {
    expect((await postForm(server, '/box', asks('tagging', '<Other/>'))).status).toBe(204);
    expect((await s3('HEAD', '/box/a.txt')).headers.has('x-amz-tagging-count')).toBe(false);
  });
  test('a checksum that is right is kept, and one that is wrong is BadDigest', async () => {
    const checksum = Buffer.from('ae8b14860a799888', 'hex').toString('base64');
    const fields = asks('x-amz-checksum-crc64nvme', checksum);
    expect((await postForm(server, '/box', fields, { content: '123456789', filename: 'x' })).status).toBe(204);
    await s3('DELETE', '/box/a.txt');
    expectError(await postForm(server, '/box', fields, { content: 'other', filename: 'x' }), { status: 400, code: 'BadDigest' });
    expect(await keys()).toEqual([]);
  });
  test('headers with characters no header can hold come back with spaces', async () => {
    expect((await postForm(server, '/box', asks('Cache-Control', 'a日b'))).status).toBe(204);
    expect((await s3('HEAD', '/box/a.txt')).headers.get('cache-control')).toBe('a b');
  });
  test('an empty key is refused', async () => {
    const reply = await postForm(server, '/box', replaced(form(), 'key', ''));
    expect(reply.status, reply.text).toBe(400);
    expect(await keys()).toEqual([]);
  });
  test('into a bucket that is not there is NoSuchBucket', async () => {
    const fields = [
      ['key', 'a.txt'],
      ...signedFields({ conditions: [{ bucket: 'not-there' }, ['starts-with', '$key', '']] }),
    ] as readonly Field[];
    expectError(await postForm(server, '/not-there', fields), { status: 404, code: 'NoSuchBucket' });
  });
});
