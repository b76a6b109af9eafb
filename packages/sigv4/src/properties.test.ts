import fc from 'fast-check';
import { expect, test } from 'vitest';
import { uriEncodePath } from './encode.ts';
import { explain } from './explain.ts';
import { type PresignOptions, presign } from './presign.ts';
import type { HeaderField } from './request.ts';
import { sign } from './sign.ts';
import { canonicalQuery, canonicalQueryOf, parseTarget } from './target.ts';
import { type Verdict, verify } from './verify.ts';

const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' };
const now = new Date('2024-02-29T23:59:59Z');
const region = 'us-east-1';

const key = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }),
  fc.string({
    unit: fc.constantFrom('/', '.', '+', '%', '~', ' ', '2', 'F', '&', '=', '?', '#', 'é', '😀', "'", '*', '\\', '\0', '\n'),
    minLength: 1,
  }),
);
const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: fc.constantFrom('+', '%', ' ', '=', '&', '/', '~', ';', 'ü') }));
const name = fc
  .stringMatching(/^[a-z][a-z0-9-]{0,10}$/)
  .filter((candidate) => !candidate.startsWith('x-') && !/^(expires|signature)$/.test(candidate));
const headerValue = fc.string({ unit: fc.constantFrom('a', 'B', '1', ' ', '\t', ';', ',', '=', '"', '~'), maxLength: 20 });
const options = fc.record({
  method: fc.constantFrom('GET', 'HEAD', 'PUT', 'POST', 'DELETE') as fc.Arbitrary<PresignOptions['method'] & string>,
  key,
  style: fc.constantFrom('virtual', 'path') as fc.Arbitrary<'virtual' | 'path'>,
  endpoint: fc.constantFrom(undefined, 'http://localhost:9000', 'https://s3.example.com/base/path', 'https://s3.example.com:443'),
  expiresIn: fc.integer({ min: 1, max: 604_800 }),
  query: fc.dictionary(name, text, { maxKeys: 4 }),
  headers: fc.dictionary(
    name.map((suffix) => `x-amz-meta-${suffix}`),
    headerValue,
    { maxKeys: 3 },
  ),
  sessionToken: fc.option(fc.base64String({ minLength: 4 }), { nil: undefined }),
});

type Sent = {
  readonly method: string;
  readonly raw: string;
  readonly headers: readonly HeaderField[];
  readonly sessionToken?: string | undefined;
};

function presigned({ sessionToken, ...given }: typeof options extends fc.Arbitrary<infer Options> ? Options : never): Sent {
  const all = { ...given, bucket: 'examplebucket', region, credentials: { ...credentials, sessionToken }, now, allowDotSegments: true };
  const { url, method, headers } = presign(all);
  const [origin = ''] = /^https?:\/\/[^/]*/.exec(url) ?? [];
  return { method, raw: url.slice(origin.length), headers: [['host', new URL(origin).host], ...Object.entries(headers)], sessionToken };
}

async function check({ method, raw, headers, sessionToken }: Sent): Promise<Verdict['kind'] | 'unreadable'> {
  const target = parseTarget(raw);
  if ('problem' in target) return 'unreadable';
  const known = { ...credentials, ...(sessionToken && { sessionToken }) };
  const rules = { now, region, service: 's3', sigv2: true };
  return (await verify({ method, target, headers }, rules, (id) => (id === credentials.accessKeyId ? known : undefined))).kind;
}

test('anything presigned verifies', async () => {
  await fc.assert(
    fc.asyncProperty(options, async (given) => {
      expect(await check(presigned(given))).toBe('verified');
    }),
    { numRuns: 1000 },
  );
});

test('the decoded path of a presigned URL ends with the very key that was signed', () => {
  fc.assert(
    fc.property(options, (given) => {
      const target = parseTarget(presigned(given).raw);
      expect('problem' in target ? target.problem : target.path.endsWith(`/${given.key}`)).toBe(true);
    }),
  );
});

test('any changed character of the target makes another request, which does not verify', async () => {
  const change = fc.tuple(fc.nat(), fc.constantFrom(...'aZ09-._~%+/&=?;*!\x80'), fc.constantFrom('replace', 'insert', 'remove'));
  await fc.assert(
    fc.asyncProperty(options, change, async (given, [position, character, how]) => {
      const sent = presigned(given);
      const at = position % sent.raw.length;
      const [removed, added] = how === 'insert' ? [0, character] : how === 'remove' ? [1, ''] : [1, character];
      const raw = sent.raw.slice(0, at) + added + sent.raw.slice(at + removed);
      fc.pre(!isSameRequest(raw, sent.raw));
      expect(await check({ ...sent, raw })).not.toBe('verified');
    }),
    { numRuns: 3000 },
  );
});

/** Whether two targets are two spellings of one request (`~` and `%7E`, `%2f` and `%2F`). */
function isSameRequest(a: string, b: string): boolean {
  const [one, two] = [parseTarget(a), parseTarget(b)];
  if ('problem' in one || 'problem' in two) return false;
  return one.canonicalPath === two.canonicalPath && canonicalQuery(one.query, false) === canonicalQuery(two.query, false);
}

test('any changed method, host or signed header does not verify', async () => {
  await fc.assert(
    fc.asyncProperty(options, fc.nat(), async (given, which) => {
      const sent = presigned(given);
      const at = which % sent.headers.length;
      const headers = sent.headers.map((header, i): HeaderField => (i === at ? [header[0], `${header[1]}x`] : header));
      expect(await check({ ...sent, headers })).toBe('refused');
      expect(await check({ ...sent, headers: sent.headers.filter((_, i) => i !== at) })).toBe('refused');
      expect(await check({ ...sent, method: given.method === 'GET' ? 'HEAD' : 'GET' })).toBe('refused');
    }),
    { numRuns: 300 },
  );
});

test('any added x-amz-* header does not verify', async () => {
  const added = name.filter((suffix) => suffix !== 'content-sha256').map((suffix) => `x-amz-${suffix}`);
  await fc.assert(
    fc.asyncProperty(options, added, headerValue, async (given, header, value) => {
      const sent = presigned(given);
      expect(await check({ ...sent, headers: [...sent.headers, [header, value]] })).toBe('refused');
    }),
    { numRuns: 300 },
  );
});

test('the order of the query does not matter', async () => {
  await fc.assert(
    fc.asyncProperty(options, fc.infiniteStream(fc.nat()), async (given, random) => {
      const sent = presigned(given);
      const [path = '', query = ''] = sent.raw.split('?');
      const shuffled = query
        .split('&')
        .map((pair) => [random.next().value, pair] as const)
        .sort(([a], [b]) => a - b)
        .map(([, pair]) => pair);
      expect(await check({ ...sent, raw: `${path}?${shuffled.join('&')}` })).toBe('verified');
    }),
    { numRuns: 300 },
  );
});

test('white space around and within header values does not matter', async () => {
  await fc.assert(
    fc.asyncProperty(options, async (given) => {
      const sent = presigned(given);
      const headers = sent.headers.map(([header, value]): HeaderField => [header, ` \t${value.replaceAll(' ', '  \t ')} `]);
      expect(await check({ ...sent, headers })).toBe('verified');
    }),
    { numRuns: 100 },
  );
});

test('however a client spells its escapes, it is the same request', async () => {
  await fc.assert(
    fc.asyncProperty(options, async (given) => {
      const sent = presigned(given);
      const [path = '', query = ''] = sent.raw.split('?');
      const lowerCase = path.replace(/%[0-9A-F]{2}/g, (encoded) => encoded.toLowerCase());
      const everything = query.replace(/[A-Za-z0-9]+(?==)/g, (word) => `%${word.charCodeAt(0).toString(16)}${word.slice(1)}`);
      const asciiRaw = path.replace(/%(?:21|24|26|27|28|29|2A|2B|2C|3A|3B|3D|40)/g, decodeURIComponent);
      for (const raw of [
        `${lowerCase}?${query}`,
        `${path}?${everything}`,
        `${asciiRaw}?${query}`,
        `${path}?${query.replaceAll('%20', '+')}`,
      ]) {
        expect(await check({ ...sent, raw })).toBe('verified');
      }
    }),
    { numRuns: 300 },
  );
});

test('whatever sign signs verifies, and nothing else', async () => {
  const request = fc.record({
    method: fc.constantFrom('GET', 'PUT'),
    key,
    query: fc.dictionary(name, text, { maxKeys: 3 }),
    value: headerValue,
  });
  await fc.assert(
    fc.asyncProperty(request, async ({ method, key, query, value }) => {
      const raw = `/bucket/${uriEncodePath(key)}?${Object.entries(query)
        .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
        .join('&')}`;
      const made = sign({
        method,
        url: `https://s3.test${raw}`,
        headers: { 'X-Amz-Meta-A': value },
        body: value,
        region,
        credentials,
        now,
      });
      const headers: HeaderField[] = [['host', 's3.test'], ...Object.entries(made.headers)];
      expect(await check({ method, raw, headers })).toBe('verified');
      expect(await check({ method, raw: `${raw}&x`, headers })).toBe('refused');
      expect(await check({ method, raw, headers: headers.filter(([header]) => header !== 'x-amz-meta-a') })).toBe('refused');
      const body = headers.map(([header, value]): HeaderField => [header, header === 'x-amz-content-sha256' ? 'UNSIGNED-PAYLOAD' : value]);
      expect(await check({ method, raw, headers: body })).toBe('refused');
    }),
    { numRuns: 300 },
  );
});

test('a query taken over as it was sent is the query sorted and encoded anew', () => {
  const pair = fc.tuple(
    fc.constantFrom('a', 'a-b', 'a.b', 'a~', 'B', '%C3%A9', 'X-Amz-Signature', 'a%20'),
    fc.constantFrom('', '=', '=1', '=%2F', '=%2f', '=+', '=~', '=%7E', '==', '=é'),
  );
  fc.assert(
    fc.property(fc.array(pair, { maxLength: 6 }), fc.constantFrom('', '&', '&&'), (pairs, end) => {
      const target = parseTarget(`/?${pairs.map(([name, value]) => name + value).join('&')}${end}`);
      if ('problem' in target) return;
      fc.pre(target.query.filter((parameter) => parameter.name === 'X-Amz-Signature').length < 2);
      expect(canonicalQueryOf(target)).toBe(canonicalQuery(target.query, true));
    }),
    { numRuns: 2000 },
  );
});

test('no text at all makes the parser throw, or gives a path that is not its own canonical form', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (raw) => {
      const target = parseTarget(`/${raw}`);
      if (!('problem' in target))
        expect(parseTarget(target.canonicalPath)).toMatchObject({ path: target.path, canonicalPath: target.canonicalPath });
    }),
    { numRuns: 2000 },
  );
});

test('verify never throws, and says yes to nothing, whatever it is given', async () => {
  const junk = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.constantFrom(
      '',
      '/',
      '////',
      '20240229T235959Z',
      '20240229',
      'AWS4-HMAC-SHA256',
      'host',
      ';;',
      '60',
      '-1',
      'NaN',
      '1e9',
      '9'.repeat(40),
    ),
    fc.constantFrom(
      'AKIA/20240229/us-east-1/s3/aws4_request',
      'AWS4-HMAC-SHA256 Credential=,SignedHeaders=,Signature=',
      'AWS a:b',
      'Bearer x',
    ),
  );
  const names = fc.constantFrom(
    ...['Algorithm', 'Credential', 'Date', 'Expires', 'SignedHeaders', 'Signature', 'Security-Token', 'Content-Sha256'].map(
      (part) => `X-Amz-${part}`,
    ),
    ...['AWSAccessKeyId', 'Signature', 'Expires', 'acl', 'X-Latchkey-Max-Uses', 'x-amz-meta-a'],
  );
  const headerNames = fc.constantFrom(
    'host',
    'authorization',
    'x-amz-date',
    'date',
    'x-amz-content-sha256',
    'x-amz-security-token',
    'content-type',
  );
  const complete = fc.uniqueArray(fc.tuple(names, junk), { maxLength: 12, selector: ([given]) => given });
  await fc.assert(
    fc.asyncProperty(fc.string(), complete, fc.array(fc.tuple(headerNames, junk), { maxLength: 5 }), async (path, parameters, headers) => {
      const raw = `/${encodeURI(wellFormed(path))}?${parameters.map(([given, value]) => `${given}=${encodeURIComponent(wellFormed(value))}`).join('&')}`;
      expect(await check({ method: 'GET', raw: raw.replaceAll('#', '%23'), headers })).not.toBe('verified');
    }),
    { numRuns: 3000 },
  );
});

test('explain never throws, whatever it is given', () => {
  fc.assert(
    fc.property(options, fc.string({ unit: 'binary' }), fc.webUrl({ withQueryParameters: true }), (given, junk, url) => {
      for (const text of [junk, url, `${url}${junk}`, `https://s3.test${presigned(given).raw}${junk}`]) {
        for (const document of [
          undefined,
          junk,
          `<Error><Code>SignatureDoesNotMatch</Code><CanonicalRequest>${junk}</CanonicalRequest></Error>`,
        ]) {
          expect(explain(text, document, { now }).sentences.length).toBeGreaterThan(0);
        }
      }
    }),
  );
});

const wellFormed = (given: string): string => given.replace(/\p{Surrogate}/gu, '_');
