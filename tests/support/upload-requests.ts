/** Upload requests as those who make them and those who deliver have them. */
import { done, type Json } from './json-api.ts';
import type { TestServer } from './test-server.ts';
import type { Wanted } from './wire-client.ts';

/** One for `/bucket/prefix/`; `terms` may be any member that the API takes. */
export function newUploadRequest(
  server: TestServer,
  path: string,
  terms: Json = {},
  wanted: Pick<Wanted, 'credentials'> = {},
): Promise<Json> {
  const [, bucket, keyPrefix] = /^\/([^/]+)\/(.*)$/s.exec(path) ?? [];
  return done(server, 'POST', '/requests', { json: { bucket, keyPrefix, ...terms }, ...wanted });
}

export type GuestAnswer = { readonly status: number; readonly json: Json; readonly headers: Headers };

/** Somebody who delivers: calls as a program without cookies does, by the name that the first answer gave it. */
export function newGuest({ url }: { readonly url: string }, headers: Record<string, string> = {}) {
  let deliverer: string | undefined;
  const call = async (path: string, body: Json = {}): Promise<GuestAnswer> => {
    const answer = await fetch(`${url}/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ ...(deliverer !== undefined && { deliverer }), ...body }),
    });
    const text = await answer.text();
    const json = text === '' ? undefined : JSON.parse(text);
    deliverer ??= json?.deliverer;
    return { status: answer.status, json, headers: answer.headers };
  };
  const announce = (name: string, size: number, more: Json = {}) => call('files', { name, size, ...more });
  return {
    call,
    announce,
    /** Announces and sends a small file; answers what the S3 address said. */
    async deliver(name: string, body: string | Buffer, type = 'text/plain'): Promise<Response> {
      const announced = await announce(name, Buffer.byteLength(body), { type });
      if (announced.status !== 201) throw new Error(`announcing ${name} answered ${announced.status} ${announced.json.code}`);
      return sendWhole(announced.json, body);
    },
    mine: async (): Promise<Json> => (await call('mine')).json,
    /** As the server calls it; `undefined` before the first call. */
    deliverer: (): string | undefined => deliverer,
  };
}

export function sendWhole({ upload }: Json, body: string | Buffer, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(upload.url, { method: 'PUT', body: body as BodyInit, headers: { ...upload.headers, ...headers } });
}
