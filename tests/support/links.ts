/** Links as their makers and their holders have them: made by the JSON API, used as whoever got the URL would. */
import { done, type Json } from './json-api.ts';
import { type Field, type FormFile, postForm } from './post-form.ts';
import type { TestServer } from './test-server.ts';
import { type Answer, send, type Wanted, type WireRequest } from './wire-client.ts';

export type MadeLink = {
  readonly id: string;
  readonly url: string;
  /** Of a form. */
  readonly fields: Readonly<Record<string, string>>;
  /** All that the API said of it. */
  readonly shown: Json;
};

/** A link to `/bucket/key`, by default for a GET. `terms` may be any member that the API takes. */
export async function newLink(
  server: TestServer,
  path: string,
  terms: Json = {},
  wanted: Pick<Wanted, 'credentials'> = {},
): Promise<MadeLink> {
  const [, bucket, key] = /^\/([^/]+)\/(.*)$/s.exec(path) ?? [];
  const where = 'keyPrefix' in terms ? { bucket } : { bucket, key };
  const shown = await done(server, 'POST', '/links', { json: { ...where, ...terms }, ...wanted });
  return { id: shown.id, url: shown.url, fields: shown.fields ?? {}, shown };
}

export type Use = { readonly method?: string; readonly headers?: Readonly<Record<string, string>>; readonly body?: string | Buffer };

/** The request that the URL's holder sends. */
export function requestOf(url: string, { method = 'GET', headers = {}, body }: Use = {}): WireRequest {
  const [, host = '', target = '/'] = /^https?:\/\/([^/]+)(.*)$/.exec(url) ?? [];
  return {
    method,
    target,
    headers: [['Host', host], ...Object.entries(headers)],
    ...(body === undefined ? {} : { body: Buffer.from(body) }),
  };
}

export const use = (server: Pick<TestServer, 's3'>, { url }: Pick<MadeLink, 'url'>, how: Use = {}): Promise<Answer> =>
  send(server, requestOf(url, how));

/** A PUT to an upload link. */
export const upload = (server: Pick<TestServer, 's3'>, link: Pick<MadeLink, 'url'>, body: string | Buffer, headers: Use['headers'] = {}) =>
  use(server, link, { method: 'PUT', body, headers });

/** Sends the form of a POST link with a file; `more` are fields that it leaves open. */
export function uploadForm(server: TestServer, { url, fields }: MadeLink, file: FormFile, more: Readonly<Record<string, string>> = {}) {
  const all: Field[] = Object.entries({ ...fields, ...more });
  return postForm(server, new URL(url).pathname, all, file);
}
