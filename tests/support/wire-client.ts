/** Requests made in two steps, signed first and sent as they then stand, so that a test can change anything in between. */
import { expect } from 'vitest';
import {
  amzDate,
  authorization,
  encodePath,
  encodeQuery,
  type Pairs,
  presignedQuery,
  presignedQueryV2,
  type Scope,
  type SigningCredentials,
  sha256Hex,
} from './independent-signer.ts';
import { type RawReply, rawExchange } from './raw-http.ts';
import { REGION, ROOT, type TestServer } from './test-server.ts';

/** A request as it goes over the wire. */
export type WireRequest = { readonly method: string; readonly target: string; readonly headers: Pairs; readonly body?: Buffer };

export type Wanted = {
  /** Parameters besides those of the signature, decoded. */
  readonly query?: Pairs | Readonly<Record<string, string>>;
  /** Besides Host and what the signature needs; all signed. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  readonly credentials?: SigningCredentials;
  readonly date?: Date;
  readonly region?: string;
  readonly service?: string;
  /** Instead of the hash of the body (in a URL: instead of UNSIGNED-PAYLOAD). */
  readonly payloadHash?: string;
  /** Whether the hash is sent as well as signed, which only S3 insists on. Default true. */
  readonly sendsHash?: boolean;
  readonly host?: string;
  /** X-Amz-Expires of a URL; default 3600. */
  readonly expires?: string | number;
};

/** Whom requests are signed for. */
type Signed = Pick<TestServer, 'host' | 'clock'>;

/** A request with an Authorization header. `path` is `/bucket/key`, decoded. */
export function signed(server: Signed, method: string, path: string, wanted: Wanted = {}): WireRequest {
  const { scope, query, body } = common(server, wanted);
  const payloadHash = wanted.payloadHash ?? sha256Hex(body ?? '');
  const token = scope.credentials.sessionToken;
  const headers: Pairs = [
    ['Host', wanted.host ?? server.host],
    ...Object.entries(wanted.headers ?? {}),
    ...(wanted.sendsHash === false ? [] : [['x-amz-content-sha256', payloadHash] as const]),
    ['x-amz-date', amzDate(scope.date)],
    ...(token === undefined ? [] : [['x-amz-security-token', token] as const]),
  ];
  const value = authorization({ method, path, query, headers, payloadHash }, scope);
  return wire(method, path, query, [...headers, ['Authorization', value]], body);
}

/** A pre-signed URL's request. */
export function presigned(server: TestServer, method: string, path: string, wanted: Wanted = {}): WireRequest {
  const { scope, query, body } = common(server, wanted);
  const headers: Pairs = [['Host', wanted.host ?? server.host], ...Object.entries(wanted.headers ?? {})];
  const unsigned = { method, path, query, headers, payloadHash: wanted.payloadHash ?? 'UNSIGNED-PAYLOAD' };
  return wire(method, path, presignedQuery(unsigned, scope, String(wanted.expires ?? 3600)), headers, body);
}

/** A SigV2 URL's request; `expires` is in seconds from now. */
export function presignedV2(server: TestServer, method: string, path: string, wanted: Wanted = {}): WireRequest {
  const { scope, query, body } = common(server, wanted);
  const headers: Pairs = [['Host', wanted.host ?? server.host], ...Object.entries(wanted.headers ?? {})];
  const expires = String(Math.floor(scope.date.getTime() / 1000) + Number(wanted.expires ?? 3600));
  return wire(method, path, presignedQueryV2({ method, path, query, headers }, scope.credentials, expires), headers, body);
}

/** A request that nobody signed. */
export function anonymous(server: TestServer, method: string, path: string, wanted: Wanted = {}): WireRequest {
  const { query, body } = common(server, wanted);
  return wire(method, path, query, [['Host', wanted.host ?? server.host], ...Object.entries(wanted.headers ?? {})], body);
}

export const withHeader = (request: WireRequest, name: string, value: string): WireRequest => ({
  ...request,
  headers: [...request.headers, [name, value]],
});

/** The request with other query parameters; the function gets and returns decoded pairs. */
export function withQuery(request: WireRequest, change: (query: Pairs) => Pairs): WireRequest {
  const at = request.target.indexOf('?');
  const path = at === -1 ? request.target : request.target.slice(0, at);
  const query = change(at === -1 ? [] : queryOf(request.target.slice(at + 1)));
  return { ...request, target: query.length === 0 ? path : `${path}?${encodeQuery(query)}` };
}

/** Sends the request as it stands; Content-Length is added where there is a body and the request says nothing of its length. */
export async function send(server: Pick<TestServer, 's3'>, request: WireRequest): Promise<Answer> {
  return answer(await rawExchange(server.s3, bytesOf(request), { head: request.method === 'HEAD' }));
}

export function bytesOf({ method, target, headers, body }: WireRequest): Buffer {
  const says = headers.some(([name]) => /^(content-length|transfer-encoding)$/i.test(name));
  const length: Pairs =
    says || (body === undefined && !/^(PUT|POST)$/.test(method)) ? [] : [['Content-Length', String(body?.byteLength ?? 0)]];
  const lines = [...headers, ...length].map(([name, value]) => `${name}: ${value}\r\n`);
  // A target may hold any byte; the text of a header goes as UTF-8, which is also how it was signed.
  return Buffer.concat([
    Buffer.from(`${method} ${target} HTTP/1.1\r\n`, 'latin1'),
    Buffer.from(`${lines.join('')}\r\n`, 'utf8'),
    body ?? Buffer.alloc(0),
  ]);
}

/** A reply, with its error document read. */
export type Answer = RawReply & {
  /** The children of `<Error>`, in order; empty if the body is something else. */
  readonly error: Readonly<Record<string, string>>;
};

export function answer(reply: RawReply): Answer {
  const document = /<Error>([\s\S]*)<\/Error>/.exec(reply.text)?.[1] ?? '';
  const error = Object.fromEntries(
    [...document.matchAll(/<([\w-]+)(?:\/>|>([^<]*)<\/\1>)/g)].map(([, name, text]) => [name, unescapeXml(text ?? '')]),
  );
  return { ...reply, error };
}

export type ExpectedError = {
  readonly status: number;
  readonly code: string;
  readonly message?: string;
  /** All further elements but RequestId, HostId and Resource. */
  readonly fields?: Readonly<Record<string, unknown>>;
};

/** The reply is this error, in S3's form. */
export function expectError(reply: Answer, { status, code, message, fields }: ExpectedError): void {
  const { Code, Message, RequestId, HostId: _hostId, Resource: _resource, ...rest } = reply.error;
  expect({ status: reply.status, code: Code, ...(message === undefined ? {} : { message: Message }) }, reply.text).toEqual({
    status,
    code,
    ...(message === undefined ? {} : { message }),
  });
  if (fields !== undefined) expect(rest).toEqual(fields);
  expect(reply.headers.get('content-type')).toBe('application/xml');
  expect(RequestId).toBe(reply.headers.get('x-amz-request-id'));
}

/** The texts of every element of that name, in document order. */
export const xmlTexts = (xml: string, element: string): string[] =>
  [...xml.matchAll(new RegExp(`<${element}>([^<]*)</${element}>|<${element}/>`, 'g'))].map(([, text]) => unescapeXml(text ?? ''));

/** The insides of every element of that name that holds elements. */
export const xmlParts = (xml: string, element: string): string[] =>
  [...xml.matchAll(new RegExp(`<${element}>([\\s\\S]*?)</${element}>`, 'g'))].map(([, inside]) => inside as string);

export function unescapeXml(text: string): string {
  return text
    .replaceAll(/&#x([0-9a-fA-F]+);/g, (_, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16)))
    .replaceAll(/&#(\d+);/g, (_, digits: string) => String.fromCodePoint(Number(digits)))
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&amp;', '&');
}

export function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function common(server: Signed, wanted: Wanted): { scope: Scope; query: Pairs; body: Buffer | undefined } {
  const { query = [], body } = wanted;
  const date = wanted.date ?? new Date(server.clock.now?.() ?? Date.now());
  return {
    scope: { credentials: wanted.credentials ?? ROOT, date, region: wanted.region ?? REGION, service: wanted.service ?? 's3' },
    query: Array.isArray(query) ? (query as Pairs) : Object.entries(query),
    body: body === undefined ? undefined : Buffer.from(body),
  };
}

function wire(method: string, path: string, query: Pairs, headers: Pairs, body: Buffer | undefined): WireRequest {
  const target = query.length === 0 ? encodePath(path) : `${encodePath(path)}?${encodeQuery(query)}`;
  return { method, target, headers, ...(body === undefined ? {} : { body }) };
}

const queryOf = (raw: string): Pairs =>
  raw.split('&').map((pair) => {
    const [name = '', value = ''] = pair.split('=');
    return [decodeURIComponent(name), decodeURIComponent(value)];
  });
