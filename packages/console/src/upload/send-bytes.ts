/** One PUT with bytes: by XMLHttpRequest, because fetch does not tell how many have gone. */
import { Refusal, refusalOf } from '../api/refusal.ts';
import { queryText } from '../query-text.ts';
import { urlOf } from '../s3/client.ts';
import { type Credentials, credentials, credentialsInsteadOf } from '../session/session.ts';
import { isStale, signedHeaders } from '../session/signed-fetch.ts';

export type Sending = {
  readonly bucket: string;
  readonly key: string;
  readonly query?: Readonly<Record<string, string | number>> | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body: Blob;
  readonly signal: AbortSignal;
  readonly onProgress: (sentBytes: number) => void;
};

/** Resolves with the ETag. Throws a Refusal, or a TypeError where nothing was answered. */
export async function sendBytes(sending: Sending): Promise<string> {
  const first = await credentials();
  try {
    return await put(sending, first);
  } catch (error) {
    if (!(error instanceof Refusal) || !isStale(error)) throw error;
    return put(sending, await credentialsInsteadOf(first));
  }
}

function put({ bucket, key, query, headers, body, signal, onProgress }: Sending, using: Credentials): Promise<string> {
  const url = urlOf(bucket, key) + queryText(query);
  const signed = signedHeaders({ method: 'PUT', url, service: 's3', headers, body }, using);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const abort = () => request.abort();
    signal.addEventListener('abort', abort);
    request.open('PUT', url);
    for (const [name, value] of Object.entries(signed)) if (name !== 'host') request.setRequestHeader(name, value);
    // To a request with a condition browsers add one that says something, and it would be kept with the object.
    request.setRequestHeader('cache-control', '');
    request.upload.onprogress = ({ loaded }) => onProgress(loaded);
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) return resolve(request.getResponseHeader('etag') ?? '');
      return refusalOf(answerOf(request)).then(reject, reject);
    };
    request.onerror = () => reject(new TypeError('The server does not answer.'));
    request.onabort = () => reject(signal.reason ?? new DOMException('Aborted', 'AbortError'));
    request.onloadend = () => signal.removeEventListener('abort', abort);
    // The type is signed as it was said; a Blob of its own type would be sent with that.
    request.send(headers?.['content-type'] === undefined ? new Blob([body]) : body);
  });
}

function answerOf(request: XMLHttpRequest): Response {
  const headers = new Headers();
  for (const name of ['content-type', 'x-amz-request-id']) {
    const value = request.getResponseHeader(name);
    if (value !== null) headers.set(name, value);
  }
  return new Response(request.responseText, { status: request.status === 0 ? 599 : request.status, headers });
}
