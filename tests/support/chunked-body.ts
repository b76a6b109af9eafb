/** Bodies in aws-chunked by hand, in each of the three forms, and wrong in any way a test wants. */
import { type Algorithm, checksum, headerOf } from './checksums.ts';
import { amzDate, credentialScope, sha256Hex, signature } from './independent-signer.ts';
import { REGION, ROOT, type TestServer } from './test-server.ts';
import { signed, type WireRequest } from './wire-client.ts';

export const SIGNED = 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD';
export const SIGNED_TRAILER = 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER';
export const UNSIGNED_TRAILER = 'STREAMING-UNSIGNED-PAYLOAD-TRAILER';

export type ChunkedChange = {
  /** Of the chunk with that index; the last is the empty one. */
  readonly signatureOf?: number;
  readonly trailerSignature?: string;
  readonly trailer?: string;
  readonly headers?: Record<string, string | undefined>;
  /** The framed body, before it is sent. */
  readonly body?: (framed: Buffer) => Buffer;
};

/** A PUT whose body goes in these chunks, in one of the three forms. */
export function chunkedPut(
  server: TestServer,
  form: string,
  chunks: readonly (string | Buffer)[],
  change: ChunkedChange = {},
  algorithm: Algorithm = 'CRC32',
  path = '/box/key',
  query: Record<string, string> = {},
): WireRequest {
  const date = new Date();
  const pieces = chunks.map((chunk) => Buffer.from(chunk));
  const whole = Buffer.concat(pieces);
  const hasTrailer = form.endsWith('TRAILER');
  const headers: Record<string, string> = {
    'content-encoding': 'aws-chunked',
    'x-amz-decoded-content-length': String(whole.length),
    ...(hasTrailer ? { 'x-amz-trailer': headerOf(algorithm) } : {}),
  };
  for (const [name, value] of Object.entries(change.headers ?? {})) {
    if (value === undefined) delete headers[name];
    else headers[name] = value;
  }
  const request = signed(server, 'PUT', path, { headers, payloadHash: form, date, query });
  const seed = /Signature=([0-9a-f]{64})/.exec(request.headers.find(([name]) => name === 'Authorization')?.[1] ?? '')?.[1] ?? '';
  const framed = change.body ?? ((bytes: Buffer) => bytes);
  const trailer = change.trailer ?? `${headerOf(algorithm)}:${checksum(algorithm, whole)}`;
  return {
    ...request,
    body: framed(
      form === UNSIGNED_TRAILER ? unsignedBody(pieces, trailer) : signedBody(pieces, seed, date, hasTrailer ? trailer : undefined, change),
    ),
  };
}

export function unsignedBody(chunks: readonly Buffer[], trailer: string): Buffer {
  const framed = chunks.flatMap((chunk) => [Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n')]);
  return Buffer.concat([...framed, Buffer.from(`0\r\n${trailer === '' ? '' : `${trailer}\r\n`}\r\n`)]);
}

function signedBody(chunks: readonly Buffer[], seed: string, date: Date, trailer: string | undefined, change: ChunkedChange): Buffer {
  const scope = { credentials: ROOT, date, region: REGION };
  const prefix = (word: string) => `${word}\n${amzDate(date)}\n${credentialScope(scope)}`;
  let previous = seed;
  const framed = [...chunks, Buffer.alloc(0)].flatMap((chunk, i) => {
    previous = signature(`${prefix('AWS4-HMAC-SHA256-PAYLOAD')}\n${previous}\n${sha256Hex('')}\n${sha256Hex(chunk)}`, scope);
    const shown = change.signatureOf === i ? '0'.repeat(64) : previous;
    return [
      Buffer.from(`${chunk.length.toString(16)};chunk-signature=${shown}\r\n`),
      chunk,
      Buffer.from(chunk.length === 0 && trailer !== undefined ? '' : '\r\n'),
    ];
  });
  if (trailer === undefined) return Buffer.concat(framed);
  const last =
    change.trailerSignature ?? signature(`${prefix('AWS4-HMAC-SHA256-TRAILER')}\n${previous}\n${sha256Hex(`${trailer}\n`)}`, scope);
  return Buffer.concat([...framed, Buffer.from(`${trailer}\r\nx-amz-trailer-signature:${last}\r\n\r\n`)]);
}
