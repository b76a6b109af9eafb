/** Whatever the key, the query and the headers: what is signed verifies, and what is changed does not. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Connection, openConnection } from '../support/connection.ts';
import { encodePath, encodeQuery, type Pairs, percentEncode, presignedQuery, signQuery } from '../support/independent-signer.ts';
import { REGION, ROOT, testServer } from '../support/test-server.ts';
import { bytesOf, presigned, presignedV2, send, signed, type WireRequest } from '../support/wire-client.ts';

const server = await testServer();
afterAll(() => server.close());

beforeAll(async () => {
  await send(server, signed(server, 'PUT', '/box'));
  await send(server, signed(server, 'PUT', '/box/a b+c/é.txt', { body: 'hello' }));
});

const LONE_SURROGATE = /\p{Surrogate}/u;
const key = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 60 })
  .filter((text) => !LONE_SURROGATE.test(text) && !text.includes('\0') && Buffer.byteLength(text) <= 1024);
const text = fc.string({ unit: 'binary', maxLength: 20 }).filter((value) => !LONE_SURROGATE.test(value));
/** Names that mean nothing to S3. */
const name = text.map((value) => `q${value}`);
const query: fc.Arbitrary<Pairs> = fc.array(fc.tuple(name, text), { maxLength: 5 });
const headerText = fc.stringMatching(/^[!-~]([ -~]{0,20}[!-~])?$/);
/** LATCHKEY_PROPERTY_FACTOR=100 makes a long hunt of it. */
const runs = (numRuns: number) => ({ numRuns: numRuns * Number(process.env.LATCHKEY_PROPERTY_FACTOR ?? 1), endOnFailure: true });
const patience = 30_000 * Number(process.env.LATCHKEY_PROPERTY_FACTOR ?? 1);

describe('what an independent signer signed', () => {
  test(
    'any key and any query verifies: put, get and delete by pre-signed URL',
    async () => {
      await fc.assert(
        fc.asyncProperty(key, query, async (name, parameters) => {
          const path = `/box/${name}`;
          const stored = await send(server, presigned(server, 'PUT', path, { query: parameters, body: name }));
          expect(stored.status, stored.text).toBe(200);
          const got = await send(server, presigned(server, 'GET', path, { query: parameters }));
          expect([got.status, got.text]).toEqual([200, name]);
          expect((await send(server, presigned(server, 'DELETE', path, { query: parameters }))).status).toBe(204);
        }),
        runs(30),
      );
    },
    patience,
  );
  test(
    'any key and any header value verifies: put by Authorization header',
    async () => {
      await fc.assert(
        fc.asyncProperty(key, query, headerText, async (name, parameters, value) => {
          const path = `/box/${name}`;
          const stored = await send(
            server,
            signed(server, 'PUT', path, { query: parameters, headers: { 'x-amz-meta-any': value, 'X-Other': value }, body: name }),
          );
          expect(stored.status, stored.text).toBe(200);
          expect((await send(server, signed(server, 'DELETE', path))).status).toBe(204);
        }),
        runs(30),
      );
    },
    patience,
  );
  test(
    'any key verifies in SigV2',
    async () => {
      await fc.assert(
        fc.asyncProperty(key, async (name) => {
          const path = `/box/${name}`;
          const stored = await send(server, presignedV2(server, 'PUT', path, { body: name }));
          expect(stored.status, stored.text).toBe(200);
          expect((await send(server, presignedV2(server, 'GET', path))).text).toBe(name);
          expect((await send(server, presignedV2(server, 'DELETE', path))).status).toBe(204);
        }),
        runs(30),
      );
    },
    patience,
  );
  test(
    'any spelling of the same key verifies: escaped or not, upper or lower case',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.stringMatching(/^[A-Za-z0-9\-._~ é!'()*+,:=@$&]{1,20}$/),
          fc.infiniteStream(fc.nat(2)),
          async (name, choices) => {
            const path = `/box/${name}`;
            const request = presigned(server, 'GET', path);
            await send(server, signed(server, 'PUT', path, { body: name }));
            const choose = choices[Symbol.iterator]();
            const spelled = [...name].map((character) => respell(character, choose.next().value ?? 0)).join('');
            const got = await send(server, { ...request, target: `/box/${spelled}?${request.target.split('?')[1]}` });
            expect([got.status, got.text], spelled).toEqual([200, name]);
          },
        ),
        runs(30),
      );
    },
    patience,
  );
});

function respell(character: string, choice: number): string {
  const escaped = [...Buffer.from(character)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
  if (choice === 0) return escaped.toUpperCase();
  if (choice === 1) return escaped.toLowerCase();
  return /[A-Za-z0-9\-._~!'()*+,:=@$&]/.test(character) ? character : escaped.toUpperCase();
}

describe('what was changed after signing', () => {
  const requests: Readonly<Record<string, () => WireRequest>> = {
    'a pre-signed GET': () => presigned(server, 'GET', '/box/a b+c/é.txt', { query: { 'response-content-type': 'text/plain' } }),
    'a pre-signed GET with signed headers': () =>
      presigned(server, 'GET', '/box/a b+c/é.txt', { headers: { range: 'bytes=0-3', 'x-amz-checksum-mode': 'ENABLED' } }),
    'a signed GET': () => signed(server, 'GET', '/box/a b+c/é.txt', { headers: { range: 'bytes=0-3' } }),
    'a SigV2 GET': () => presignedV2(server, 'GET', '/box/a b+c/é.txt', { query: { 'response-content-type': 'text/plain' } }),
  };
  /** The part of the head that a signature covers: the request line without its version, Host, and the signed headers. */
  const covered = (request: WireRequest): number => bytesOf(request).indexOf(' HTTP/1.1\r\n');

  test.each(Object.entries(requests))(
    '%s: no changed or removed byte of the target is ever served, or fails the server',
    async (_, make) => {
      const request = make();
      const bytes = bytesOf(request);
      const start = bytes.indexOf('/');
      const end = covered(request);
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: start, max: end - 1 }), fc.integer({ min: -1, max: 255 }), async (at, value) => {
          fc.pre(value !== bytes[at]);
          const changed = value === -1 ? Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]) : Buffer.from(bytes);
          if (value !== -1) changed[at] = value;
          fc.pre(
            !meansTheSame(
              bytes.subarray(start, end).toString('latin1'),
              changed.subarray(start, end + (value === -1 ? -1 : 0)).toString('latin1'),
            ),
          );
          await expectRefused(changed);
        }),
        runs(100),
      );
    },
    patience,
  );

  test.each(Object.entries(requests).filter(([kind]) => kind !== 'a SigV2 GET'))(
    '%s: no changed byte of Host or a signed header is ever served, or fails the server',
    async (_, make) => {
      const request = make();
      const bytes = bytesOf(request);
      const signedLines = request.headers.map(([name, value]) => bytes.indexOf(`${name}: ${value}`) + name.length + 2);
      const places = request.headers.flatMap(([, value], i) =>
        Array.from({ length: value.length }, (__, offset) => (signedLines[i] as number) + offset),
      );
      await fc.assert(
        fc.asyncProperty(fc.constantFrom(...places), fc.integer({ min: 33, max: 126 }), async (at, value) => {
          fc.pre(value !== bytes[at]);
          const changed = Buffer.from(bytes);
          changed[at] = value;
          await expectRefused(changed);
        }),
        runs(80),
      );
    },
    patience,
  );

  test(
    'no parameter or header added, removed or swapped between two good URLs is ever served',
    async () => {
      const query = presignedQuery(
        { method: 'GET', path: '/box/a b+c/é.txt', headers: [['Host', server.host]], payloadHash: 'UNSIGNED-PAYLOAD' },
        { credentials: ROOT, date: new Date(), region: REGION },
        '600',
      );
      const other = presignedQuery(
        { method: 'GET', path: '/box/other', headers: [['Host', server.host]], payloadHash: 'UNSIGNED-PAYLOAD' },
        { credentials: ROOT, date: new Date(Date.now() - 5000), region: REGION },
        '601',
      );
      await fc.assert(
        fc.asyncProperty(fc.subarray([...query, ...other], { minLength: 1 }), async (pairs) => {
          const chosen = encodeQuery(pairs);
          fc.pre(chosen !== encodeQuery(query));
          const reply = await send(server, {
            method: 'GET',
            target: `${encodePath('/box/a b+c/é.txt')}?${chosen}`,
            headers: [['Host', server.host]],
          });
          expect(reply.status, chosen).toBeGreaterThanOrEqual(400);
          expect(reply.status, chosen).toBeLessThan(500);
        }),
        runs(80),
      );
    },
    patience,
  );

  test(
    'whatever the parameters of a URL say, signed as they stand, none fails the server',
    async () => {
      const names = [
        'X-Amz-Algorithm',
        'X-Amz-Credential',
        'X-Amz-Date',
        'X-Amz-Expires',
        'X-Amz-SignedHeaders',
        'X-Amz-Security-Token',
        'X-Amz-Content-Sha256',
      ];
      const odd = fc.oneof(
        text,
        fc.constantFrom(
          '',
          'host;',
          ';host',
          'host;host',
          'HOST',
          'host;x-amz-meta-a',
          'host;__proto__',
          'constructor',
          '9999999999',
          '00000000T000000Z',
          '99991231T235959Z',
          '20260230T000000Z',
          '/////',
          'a/b/c/d/e',
        ),
      );
      await fc.assert(
        fc.asyncProperty(fc.constantFrom(...names), odd, fc.constantFrom('GET', 'HEAD', 'PUT', 'DELETE'), async (name, value, method) => {
          const headers: Pairs = [['Host', server.host]];
          const scope = { credentials: ROOT, date: new Date(), region: REGION };
          const path = '/box/none';
          const others = presignedQuery({ method, path, headers, payloadHash: 'UNSIGNED-PAYLOAD' }, scope, '60').filter(
            ([n]) => n !== 'X-Amz-Signature' && n !== name,
          );
          const query: Pairs = [...others, [name, value]];
          const signature = signQuery({ method, path, query, headers, payloadHash: 'UNSIGNED-PAYLOAD' }, scope);
          const reply = await send(server, {
            method,
            target: `${path}?${encodeQuery([...query, ['X-Amz-Signature', signature]])}`,
            headers,
          });
          expect(reply.status, `${name}=${JSON.stringify(value)}`).toBeLessThan(500);
        }),
        runs(80),
      );
    },
    patience,
  );

  test(
    'no noise in place of a request ever fails the server',
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), async (noise) => {
          const connection = await openConnection(server.s3);
          connection.write(Buffer.concat([Buffer.from(noise), Buffer.from('\r\n\r\n')]));
          const reply = await connection.reply({ timeoutMs: 2000 }).catch(() => undefined);
          connection.close();
          if (reply !== undefined) expect(reply.status).toBeLessThan(500);
        }),
        runs(30),
      );
      expect((await send(server, presigned(server, 'GET', '/box'))).status).toBe(200);
    },
    patience,
  );

  // One connection for as long as the server keeps it.
  let connection: Connection | undefined;
  afterAll(() => connection?.close());

  async function expectRefused(bytes: Buffer): Promise<void> {
    if (connection === undefined || !connection.socket.writable) connection = await openConnection(server.s3);
    connection.write(bytes);
    const { status, head, body } = await connection.reply({ timeoutMs: 20_000 });
    if (/^connection: close/im.test(head)) connection = undefined;
    const evidence = `${bytes.toString('latin1')}\n${body.toString()}`;
    expect(status, evidence).toBeGreaterThanOrEqual(400);
    expect(status, evidence).toBeLessThan(500);
  }
});

/** Another spelling of the same target, which is signed alike: escapes in lower case, characters escaped without need, `+` for a space. */
function meansTheSame(a: string, b: string): boolean {
  return canonical(a) !== undefined && canonical(a) === canonical(b);
}

function canonical(target: string): string | undefined {
  try {
    const [path = '', query = ''] = [target.split('?')[0], target.slice(target.indexOf('?') + 1)];
    const pairs = query
      .split('&')
      .filter((pair) => pair !== '')
      .map((pair) => {
        const at = pair.indexOf('=');
        const [name, value] = at === -1 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
        return `${percentEncode(decodeURIComponent(name.replaceAll('+', ' ')))}=${percentEncode(decodeURIComponent(value.replaceAll('+', ' ')))}`;
      });
    return `${encodePath(decodeURIComponent(path))}?${pairs.sort().join('&')}`;
  } catch {
    return undefined;
  }
}
