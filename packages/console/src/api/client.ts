/** The JSON API, `/api/v1`, as its OpenAPI document describes it. */
import { queryText } from '../query-text.ts';
import { signedFetch } from '../session/signed-fetch.ts';

export type ApiRequest = {
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>> | undefined;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
  /** The same key and body, sent twice, are done once. */
  readonly idempotencyKey?: string | undefined;
};

/**
 * Sends a request, such as `api('GET', '/links', { query: { limit: 50 } })`; parts of the path that may hold anything go through
 * `encodeURIComponent`. Resolves with the answer's JSON; `Answer` is what the document says it is. Throws a Refusal.
 */
export async function api<Answer>(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, request: ApiRequest = {}): Promise<Answer> {
  const answer = await apiResponse(method, path, request);
  return (answer.status === 204 ? undefined : await answer.json()) as Answer;
}

/** For exports, which are no JSON. */
export function apiResponse(method: string, path: string, { query, body, signal, idempotencyKey }: ApiRequest = {}): Promise<Response> {
  return signedFetch({
    method,
    url: `${location.origin}/api/v1${path}${queryText(query)}`,
    service: 'latchkey',
    headers: { 'idempotency-key': idempotencyKey, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal,
  });
}
