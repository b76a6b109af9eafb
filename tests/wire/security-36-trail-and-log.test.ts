/** Security test 36: every request over the wire is in the audit trail, once, as what it was; and nothing that could be used again is there or in the log. */
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLocalObjectStore } from '@latchkey/objects-local/local-object-store';
import { S3Error } from '@latchkey/s3/errors';
import { openMemoryObjectStore } from '@latchkey/storage/memory-object-store';
import { openMemoryTrailStore } from '@latchkey/storage/memory-trail-store';
import type { TrailStore } from '@latchkey/storage/trail-store';
import { describe, expect, test } from 'vitest';
import { chunkedPut, SIGNED_TRAILER } from '../support/chunked-body.ts';
import { md5Base64, type SigningCredentials } from '../support/independent-signer.ts';
import { newLink, use } from '../support/links.ts';
import { postForm, signedFields } from '../support/post-form.ts';
import { allow, call, credentialsOf, newRole, newUser, policyOf } from '../support/query-client.ts';
import { rawExchange } from '../support/raw-http.ts';
import { ROOT, type TestServer, testServer } from '../support/test-server.ts';
import { anonymous, bytesOf, presigned, presignedV2, send, signed, type WireRequest, withHeader } from '../support/wire-client.ts';

// biome-ignore lint/suspicious/noExplicitAny: a line of JSON
type Event = Record<string, any>;

/** A server whose trail can be read when it is gone. */
async function audited(trail: TrailStore = openMemoryTrailStore(), options: Parameters<typeof testServer>[0] = {}) {
  const server = await testServer({ ...options, trail: { ...trail, close: async () => {} } });
  const events = async (): Promise<Event[]> => {
    const { lines } = await trail.find({ terms: [], limit: 10_000 });
    return lines.map((line) => JSON.parse(line) as Event).filter(({ eventType }) => eventType === 'AwsApiCall');
  };
  return { server, trail, events };
}

const withAgent = (request: WireRequest, agent: string): WireRequest => withHeader(request, 'User-Agent', agent);

describe('the audit trail', () => {
  test('has one event for each request, whatever became of it, with its request id', async () => {
    const { server, events } = await audited();
    const ids: (string | undefined)[] = [];
    const sent = async (request: WireRequest) => {
      const reply = await send(server, request);
      ids.push(reply.headers.get('x-amz-request-id'));
      return reply.status;
    };
    const stranger = { accessKeyId: 'LKIANOBODY2345678ABC', secretAccessKey: 'nothing' };
    const statuses = [
      await sent(signed(server, 'PUT', '/box')),
      await sent(presigned(server, 'PUT', '/box/a', { body: 'hello' })),
      await sent(presigned(server, 'GET', '/box/a')),
      await sent(presigned(server, 'HEAD', '/box/a')),
      await sent(presigned(server, 'GET', '/box/a', { headers: { range: 'bytes=1-2' } })),
      await sent(presigned(server, 'GET', '/box/a', { headers: { 'if-none-match': `"${'5d41402abc4b2a76b9719d911017c592'}"` } })),
      await sent(signed(server, 'GET', '/box/missing')),
      await sent(anonymous(server, 'GET', '/box/a')),
      await sent(presigned(server, 'GET', '/box/a', { credentials: stranger })),
      await sent(presigned(server, 'GET', '/box/a', { credentials: { ...ROOT, secretAccessKey: 'wrong' } })),
      await sent(presigned(server, 'GET', '/box/a', { date: new Date(Date.now() - 7200_000) })),
      await sent({ method: 'GET', target: '/box/%zz', headers: [['Host', server.host]] }),
      await sent({ method: 'PATCH', target: '/box/a', headers: [['Host', server.host]] }),
      await sent({
        method: 'OPTIONS',
        target: '/box/a',
        headers: [
          ['Host', server.host],
          ['Origin', 'https://a.example'],
        ],
      }),
      await sent(signed(server, 'GET', '/')),
      await sent(signed(server, 'DELETE', '/box/a')),
      await sent(
        signed(server, 'POST', '/', {
          service: 'iam',
          body: 'Action=ListUsers',
          headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
        }),
      ),
      await sent(
        signed(server, 'POST', '/', {
          service: 'iam',
          body: 'Action=Nonsense',
          headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
        }),
      ),
    ];
    expect(statuses).toEqual([200, 200, 200, 200, 206, 304, 404, 403, 403, 403, 403, 400, 405, 403, 200, 204, 200, 400]);
    await server.close();
    const found = await events();
    expect(found.map(({ requestID }) => requestID).sort()).toEqual(ids.sort());
    const named = new Map(found.map((event) => [event.requestID, event]));
    const told = ids.map((id) => named.get(id));
    expect(new Set(found.map(({ eventName }) => eventName))).toEqual(
      new Set([
        'CreateBucket',
        'PutObject',
        'GetObject',
        'HeadObject',
        'Unknown',
        'Preflight',
        'ListBuckets',
        'DeleteObject',
        'ListUsers',
        'Nonsense',
      ]),
    );
    expect(
      told
        .filter((event) => event?.errorCode !== undefined)
        .map((event) => event?.errorCode)
        .sort(),
    ).toEqual(
      [
        'AccessDenied',
        'AccessDenied',
        'AccessForbidden',
        'InvalidAccessKeyId',
        'InvalidAction',
        'InvalidURI',
        'MethodNotAllowed',
        'NoSuchKey',
        'SignatureDoesNotMatch',
      ].sort(),
    );
  });

  test('has a change when its answer arrives, and a read when the server has been stopped', async () => {
    const { server, events } = await audited();
    await send(server, signed(server, 'PUT', '/box'));
    expect((await events()).map(({ eventName }) => eventName)).toEqual(['CreateBucket']);
    await send(server, presigned(server, 'PUT', '/box/a', { body: 'hello' }));
    expect((await events()).map(({ eventName }) => eventName)).toEqual(['CreateBucket', 'PutObject']);
    await Promise.all(Array.from({ length: 50 }, () => send(server, presigned(server, 'GET', '/box/a'))));
    await server.close();
    expect((await events()).filter(({ eventName }) => eventName === 'GetObject')).toHaveLength(50);
  });

  test('says who asked, how it was signed, how many bytes went over, and why it was refused', async () => {
    const { server, events } = await audited();
    await send(server, signed(server, 'PUT', '/box'));
    const ana = await newUser(server, 'ana', policyOf(allow('s3:PutObject', 'arn:aws:s3:::box/*')));
    const large = Buffer.alloc(3_000_000, 'x');
    await send(server, withAgent(presigned(server, 'PUT', '/box/large', { body: large, credentials: ana }), 'curl/8.5'));
    await send(server, presigned(server, 'GET', '/box/large', { credentials: ana }));
    await send(server, presigned(server, 'GET', '/box/large'));
    await send(server, presignedV2(server, 'GET', '/box/large', { headers: {} }));
    const chunked = await send(server, chunkedPut(server, SIGNED_TRAILER, ['x'.repeat(8192), 'two'], {}, 'CRC32', '/box/chunks'));
    expect(chunked.text).toBe('');
    await server.close();
    const found = (await events()).filter(
      ({ eventSource, eventName }) => eventSource === 's3.amazonaws.com' && eventName !== 'CreateBucket',
    );
    const by = (name: string) => found.filter(({ eventName }) => eventName === name);
    expect(by('PutObject')).toMatchObject([
      {
        userIdentity: { type: 'IAMUser', userName: 'ana', arn: ana.arn, accessKeyId: ana.accessKeyId },
        userAgent: '[curl/8.5]',
        sourceIPAddress: '127.0.0.1',
        readOnly: false,
        additionalEventData: {
          bytesTransferredIn: 3_000_000,
          bytesTransferredOut: 0,
          AuthenticationMethod: 'QueryString',
          SignatureVersion: 'SigV4',
        },
      },
      { additionalEventData: { AuthenticationMethod: 'AuthHeader', bytesTransferredOut: 0 } },
    ]);
    // Framing and signatures went over as well.
    expect(by('PutObject')[1]?.additionalEventData.bytesTransferredIn).toBeGreaterThan(8195);
    expect(by('GetObject')).toMatchObject([
      {
        errorCode: 'AccessDenied',
        errorMessage: 'Access Denied',
        additionalEventData: { latchkey: { status: 403, decision: { check: 'policy' } } },
      },
      {
        userIdentity: { type: 'Root' },
        additionalEventData: { bytesTransferredOut: 3_000_000, latchkey: { status: 200, objectSizeBytes: 3_000_000 } },
      },
      { additionalEventData: { SignatureVersion: 'SigV2', bytesTransferredOut: 3_000_000 } },
    ]);
  });
  test('says that a download was cut off, and about where', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'latchkey-audit-'));
    const { server, events } = await audited(undefined, { objects: await openLocalObjectStore({ directory }) });
    await send(server, signed(server, 'PUT', '/box'));
    await send(server, presigned(server, 'PUT', '/box/large', { body: Buffer.alloc(20_000_000, 'x') }));
    const socket = connect({ host: '127.0.0.1', port: Number(new URL(server.s3).port) });
    socket.write(bytesOf(presigned(server, 'GET', '/box/large')));
    socket.once('data', () => socket.destroy());
    while ((await events()).length < 3) await new Promise((resolve) => setTimeout(resolve, 10));
    const [, , get] = await events();
    expect(get).toMatchObject({ eventName: 'GetObject', additionalEventData: { latchkey: { status: 200, cut: true } } });
    expect(get?.additionalEventData.bytesTransferredOut).toBeGreaterThan(0);
    expect(get?.additionalEventData.bytesTransferredOut).toBeLessThan(20_000_000);
    await server.close(0);
    await rm(directory, { recursive: true });
  });
  test('has each key that DeleteObjects deleted, or would not', async () => {
    const { server, events } = await audited();
    await send(server, signed(server, 'PUT', '/box'));
    const statement = { Effect: 'Allow', Action: 's3:DeleteObject', Resource: 'arn:aws:s3:::box/mine/*' };
    const ana = await newUser(server, 'ana', policyOf(statement));
    const body = '<Delete><Object><Key>mine/a</Key></Object><Object><Key>other</Key></Object></Delete>';
    await send(
      server,
      signed(server, 'POST', '/box', { query: { delete: '' }, headers: { 'content-md5': md5Base64(body) }, body, credentials: ana }),
    );
    const found = (await events()).filter(({ eventName }) => /^Delete/.test(eventName));
    expect(found).toMatchObject([
      { eventName: 'DeleteObjects', requestParameters: { bucketName: 'box' } },
      { eventName: 'DeleteObject', requestParameters: { bucketName: 'box', key: 'mine/a' }, userIdentity: { userName: 'ana' } },
      { eventName: 'DeleteObject', requestParameters: { key: 'other' }, errorCode: 'AccessDenied' },
    ]);
    await server.close();
  });
  test('says which access key was made, and which session, without what makes them work', async () => {
    const { server, events } = await audited();
    const ana = await newUser(server, 'ana');
    const session = credentialsOf(await call(server, 'sts', 'GetSessionToken', {}));
    const found = await events();
    const made = (name: string) => found.find(({ eventName }) => eventName === name)?.responseElements.accessKeyId;
    expect(made('CreateAccessKey')).toBe(ana.accessKeyId);
    expect(made('GetSessionToken')).toBe(session.accessKeyId);
    await server.close();
  });
  test('is one line of valid JSON for keys and user agents that are anything', async () => {
    const { server, trail } = await audited();
    await send(server, signed(server, 'PUT', '/box'));
    const keys = [
      'a\nb',
      '\u001b[31mred',
      'quote"s',
      '\u202egpj.exe',
      '\u2066x\u2069',
      'Zoë',
      '\u0007',
      'back\\slash',
      '"}\n{"forged":true',
    ];
    for (const key of keys)
      await send(server, withAgent(presigned(server, 'GET', `/box/${key}`), `\u009b2J "quoted" \\ ${'x'.repeat(20_000)}`));
    await server.close();
    const pieces: Uint8Array[] = [];
    for (const segment of (await trail.chains()).flatMap(({ segments }) => segments))
      for await (const piece of trail.read(segment)) pieces.push(piece);
    const lines = Buffer.concat(pieces).toString('utf8').split('\n').slice(0, -1);
    const shown = lines.map((line) => JSON.parse(line).requestParameters?.key).filter((key) => key !== undefined);
    expect(shown).toEqual(keys);
    for (const line of lines) {
      expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      expect(line.length).toBeLessThan(8000);
    }
  });
  test('a head that is too long for HTTP is nobody’s request, and hurts nothing', async () => {
    const { server, events } = await audited();
    const request = withAgent(signed(server, 'GET', '/'), 'x'.repeat(1_000_000));
    const reply = await rawExchange(server.s3, bytesOf(request), {}).catch(() => undefined);
    expect(reply?.status ?? 431).toBe(431);
    await send(server, signed(server, 'GET', '/'));
    await server.close();
    expect((await events()).map(({ eventName }) => eventName)).toEqual(['ListBuckets']);
  });

  test('holds no secret, signature or token of a whole day’s work, and neither does the log', async () => {
    const { server, trail } = await audited();
    const secrets = new Set<string>([ROOT.secretAccessKey]);
    const learn = ({ secretAccessKey, sessionToken }: SigningCredentials) => {
      secrets.add(secretAccessKey);
      if (sessionToken !== undefined) secrets.add(sessionToken);
    };
    /** What is in the bytes of a request that could be used again. */
    const listen = (text: string) => {
      const found = text.matchAll(/(?:signature=|signature"\r\n\r\n|security-token=|security-token: |AWS [^:\s]+:)([^\s&;,"\r]+)/gi);
      for (const [, secret = ''] of found) for (const form of [secret, decodeURIComponent(secret)]) if (form.length > 20) secrets.add(form);
    };
    const sent = (request: WireRequest) => {
      listen(bytesOf(request).toString('latin1'));
      return send(server, request);
    };
    await sent(signed(server, 'PUT', '/box'));
    const ana = await newUser(server, 'ana', policyOf(allow('*', '*')));
    learn(ana);
    const session = credentialsOf(await call(server, 'sts', 'GetSessionToken', {}, ana));
    learn(session);
    const trust = policyOf({ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' });
    const RoleArn = await newRole(server, 'reader', trust, policyOf(allow('s3:GetObject', '*')));
    const role = credentialsOf(await call(server, 'sts', 'AssumeRole', { RoleArn, RoleSessionName: 'monday' }, ana));
    learn(role);
    for (const credentials of [
      ROOT,
      ana,
      session,
      role,
      { ...role, sessionToken: `${role.sessionToken}x` },
      { ...ana, secretAccessKey: 'guess' },
    ]) {
      for (const request of [
        presigned(server, 'PUT', '/box/a', { body: 'hello', credentials }),
        presigned(server, 'GET', '/box/a', { credentials }),
        presigned(server, 'GET', '/box/a', { credentials, query: { 'x-amz-expires': '10' } }),
        signed(server, 'GET', '/box/a', { credentials }),
        presignedV2(server, 'GET', '/box/a', { credentials }),
        { ...presigned(server, 'GET', '/box/a', { credentials }), method: 'PATCH' },
        withHeader(
          presigned(server, 'GET', '/box/a', { credentials }),
          'Referer',
          `${server.s3}${presigned(server, 'GET', '/box/a', { credentials }).target}`,
        ),
      ]) {
        await sent(request);
      }
      const broken = presigned(server, 'GET', '/box/a', { credentials });
      await sent({ ...broken, target: broken.target.replace('/box/a', '/box/%zz') });
    }
    await sent(chunkedPut(server, SIGNED_TRAILER, ['x'.repeat(8192), 'two']));
    await sent(chunkedPut(server, SIGNED_TRAILER, ['x'.repeat(8192), 'two'], { signatureOf: 1 }));
    for (const credentials of [ROOT, session]) {
      const fields = signedFields({ conditions: [{ bucket: 'box' }, ['starts-with', '$key', '']], credentials });
      for (const [name, value] of fields) if (/signature|token/.test(name)) secrets.add(value);
      await postForm(server, '/box', [['key', 'form'], ...fields], { content: 'file' });
      await postForm(server, '/box', [['key', 'form'], ...fields.map(([n, v]) => [n, n === 'policy' ? `${v}x` : v] as const)], {
        content: 'file',
      });
    }
    const link = await newLink(server, '/box/a', { maxUses: 1 });
    listen(link.url);
    for (let i = 0; i < 3; i++) await use(server, link);
    await call(server, 'latchkey', 'ExplainRequest', { Url: link.url, Method: 'GET' });
    await call(server, 'sts', 'AssumeRoleWithWebIdentity', {
      RoleArn,
      RoleSessionName: 'x',
      WebIdentityToken: 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.c2VjcmV0',
    });
    secrets.add('eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.c2VjcmV0');
    const metrics = await (await fetch(`${server.console}/-/metrics`)).text();
    await server.close();

    expect(secrets.size).toBeGreaterThan(45);
    const { lines } = await trail.find({ terms: [], limit: 10_000 });
    expect(lines.length).toBeGreaterThan(60);
    const everything = [...lines, ...server.logged, metrics].join('\n');
    const shown = [...secrets].filter((secret) => everything.includes(secret));
    expect(shown).toEqual([]);
    // And where they were, it says that something was.
    expect(everything.split('HIDDEN_DUE_TO_SECURITY_REASONS').length).toBeGreaterThan(50);
  });
});

describe('a trail that can not be written', () => {
  /** A trail store on a disk that may be full. */
  function fillable() {
    const store = openMemoryTrailStore();
    let isFull = false;
    const trail: TrailStore = {
      ...store,
      async append(batch) {
        if (isFull) throw new S3Error('ServiceUnavailable', { message: 'There is no space left to store this.' });
        return store.append(batch);
      },
    };
    return { trail, fill: (full: boolean) => (isFull = full) };
  }
  const until = async (isSo: () => Promise<boolean>) => {
    while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 20));
  };
  const ready = async (server: TestServer) => (await fetch(`${server.s3}/-/health/ready`)).status === 200;

  test('refuses changes before anything is changed, loses no event, lets reads go on, and recovers by itself', async () => {
    const { trail, fill } = fillable();
    const objects = openMemoryObjectStore();
    const { server, events } = await audited(trail, { objects });
    await send(server, signed(server, 'PUT', '/box'));
    await send(server, presigned(server, 'PUT', '/box/a', { body: 'hello' }));
    fill(true);
    // The first one was under way: it may have happened, its caller is told to try again, and it will be in the trail.
    const first = await send(server, presigned(server, 'PUT', '/box/first', { body: 'x' }));
    expect([first.status, first.error.Code, first.headers.get('retry-after')]).toEqual([503, 'ServiceUnavailable', '1']);
    const second = await send(server, presigned(server, 'PUT', '/box/second', { body: 'x' }));
    expect([second.status, second.error.Code]).toEqual([503, 'ServiceUnavailable']);
    expect((await send(server, signed(server, 'DELETE', '/box/a'))).status).toBe(503);
    expect(
      (
        await send(
          server,
          signed(server, 'POST', '/', {
            service: 'iam',
            body: 'Action=CreateUser&UserName=x',
            headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
          }),
        )
      ).status,
    ).toBe(503);
    expect(await ready(server)).toBe(false);
    // biome-ignore lint/suspicious/noExplicitAny: names that are checked already
    expect(await objects.headObject('box' as any, 'second' as any)).toBeUndefined();
    expect((await send(server, presigned(server, 'GET', '/box/a'))).status).toBe(200);
    fill(false);
    await until(() => ready(server));
    expect((await send(server, presigned(server, 'PUT', '/box/second', { body: 'x' }))).status).toBe(200);
    await server.close();
    const found = await events();
    expect(found.map(({ eventName, errorCode }) => `${eventName} ${errorCode ?? ''}`)).toEqual([
      'CreateBucket ',
      'PutObject ',
      'PutObject ',
      'PutObject ServiceUnavailable',
      'DeleteObject ServiceUnavailable',
      'CreateUser ServiceUnavailable',
      'GetObject ',
      'PutObject ',
    ]);
    expect(server.logged.join('')).toContain('the audit trail can not be written');
    expect(server.logged.join('')).toContain('the audit trail is written again');
  });
});
