/** A small S3 client over `fetch`, for browsers and Node: what uploading a file and looking at it takes. */
import { type AddressingStyle, addressOf } from '@latchkey/sigv4/address';
import type { Credentials } from '@latchkey/sigv4/credentials';
import { uriEncode } from '@latchkey/sigv4/encode';
import { sign } from '@latchkey/sigv4/sign';
import { refusalFrom } from './client-refusal.ts';
import { S3Error } from './errors.ts';

export type S3ClientOptions = {
  /** The service's URL; AWS in the region where it is left out. */
  readonly endpoint?: string | undefined;
  readonly region: string;
  readonly credentials: Credentials;
  readonly style?: AddressingStyle | undefined;
  /** Default: the global one. */
  readonly fetch?: typeof fetch | undefined;
  /** Default: the clock. */
  readonly now?: (() => Date) | undefined;
  /** How long to wait before a request is sent for the `retry`-th time, in milliseconds. Default: 200, then 400. */
  readonly pause?: ((retry: number) => number) | undefined;
};

/** One request. `key` as it is, never encoded. */
export type S3Request = {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  readonly bucket?: string | undefined;
  readonly key?: string | undefined;
  readonly query?: Readonly<Record<string, string | number | undefined>> | undefined;
  /** Signed, all of them; ASCII. */
  readonly headers?: Readonly<Record<string, string | undefined>> | undefined;
  /** Bytes go along unhashed: give a checksum header with them. Text is hashed and signed. */
  readonly body?: Uint8Array<ArrayBuffer> | Blob | string | undefined;
  readonly signal?: AbortSignal | undefined;
};

/**
 * Sends one request and resolves with its answer, whose status is 2xx. What fails on the way, or with 500, 502, 503 or 504, is sent twice more.
 * Throws what the service refuses with as an S3Error, and what fails on the way for good as `fetch` does.
 */
export type S3Client = (request: S3Request) => Promise<Response>;

export function s3Client(options: S3ClientOptions): S3Client {
  return async (request) => {
    for (let retry = 1; ; retry++) {
      const answer = await attempt(options, request).catch((error: unknown) => ({ error }));
      if (!('error' in answer) && answer.ok) return answer;
      const failure = 'error' in answer ? answer.error : await refusalFrom(answer, request);
      if (retry > RETRIES || request.signal?.aborted === true || !isTransient(failure)) throw failure;
      await pauseFor(options.pause?.(retry) ?? 200 * retry);
    }
  };
}

const RETRIES = 2;

async function attempt(options: S3ClientOptions, request: S3Request): Promise<Response> {
  const { region, credentials, endpoint, style, now } = options;
  const address = addressOf({ bucket: request.bucket, key: request.key, region, endpoint, style });
  const signed = sign({
    method: request.method,
    url: `${address.protocol}//${address.host}${address.path}${queryText(request.query)}`,
    region,
    credentials,
    headers: request.headers,
    now: now?.(),
    ...(typeof request.body === 'string' || request.body === undefined ? { body: request.body } : { payloadHash: 'UNSIGNED-PAYLOAD' }),
  });
  return await (options.fetch ?? fetch)(signed.url, {
    method: signed.method,
    headers: { ...signed.headers },
    ...(request.body === undefined ? {} : { body: request.body }),
    ...(request.signal === undefined ? {} : { signal: request.signal }),
  });
}

function queryText(query: S3Request['query'] = {}): string {
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined);
  if (pairs.length === 0) return '';
  return `?${pairs.map(([name, value]) => `${uriEncode(name)}=${uriEncode(String(value))}`).join('&')}`;
}

/** Network failures are TypeErrors, by the standard of fetch. */
function isTransient(failure: unknown): boolean {
  return failure instanceof TypeError || (failure instanceof S3Error && TRANSIENT.has(failure.status));
}

const TRANSIENT: ReadonlySet<number> = new Set([500, 502, 503, 504]);

function pauseFor(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}
