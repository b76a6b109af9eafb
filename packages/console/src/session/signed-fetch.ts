/** Requests with the signature of whoever is signed in. */
import { sign } from '@latchkey/sigv4/sign';
import { type Refusal, refusalOf } from '../api/refusal.ts';
import { serverNow } from '../clock.ts';
import { site } from '../site.ts';
import { type Credentials, credentials, credentialsInsteadOf } from './session.ts';

export type SignedRequest = {
  readonly method: string;
  /** Absolute and encoded. */
  readonly url: string;
  readonly service: 's3' | 'iam' | 'sts' | 'latchkey';
  readonly headers?: Readonly<Record<string, string | undefined>> | undefined;
  /** Text is hashed and signed; bytes are sent as they are. */
  readonly body?: string | Blob | undefined;
  readonly signal?: AbortSignal | undefined;
};

/** The answer, whose status is 2xx; a refusal is thrown. Credentials that the server no longer knows are renewed, once. */
export async function signedFetch(request: SignedRequest): Promise<Response> {
  const first = await credentials();
  const answer = await sendWith(first, request);
  if (answer.ok) return answer;
  const refusal = await refusalOf(answer);
  if (!isStale(refusal)) throw refusal;
  const again = await sendWith(await credentialsInsteadOf(first), request);
  if (again.ok) return again;
  throw await refusalOf(again);
}

/** Whether it was the credentials that the server does not know any more. */
export function isStale({ code }: Refusal): boolean {
  return STALE.has(code);
}

const STALE: ReadonlySet<string> = new Set([
  'InvalidAccessKeyId',
  'ExpiredToken',
  'InvalidToken',
  'InvalidClientTokenId',
  'ExpiredTokenException',
]);

/** The headers and URL of a request, for what can not be sent by `fetch`. */
export function signedHeaders(request: Omit<SignedRequest, 'signal'>, using: Credentials): Readonly<Record<string, string>> {
  const { method, url, service, headers, body } = request;
  const payload = body instanceof Blob ? { payloadHash: 'UNSIGNED-PAYLOAD' } : { body };
  return sign({ method, url, service, region: site.region, credentials: using, headers, now: new Date(serverNow()), ...payload }).headers;
}

function sendWith(using: Credentials, request: SignedRequest): Promise<Response> {
  const { method, url, body, signal } = request;
  return fetch(url, {
    method,
    headers: { ...signedHeaders(request, using) },
    // Cookies are the console's own business: no request that is signed needs one.
    credentials: 'omit',
    // Of what is written, the one mode in which no browser adds a `Cache-Control` of its own, which would be kept with the object.
    cache: method === 'GET' || method === 'HEAD' ? 'no-store' : 'force-cache',
    ...(body !== undefined && { body }),
    ...(signal !== undefined && { signal }),
  });
}
