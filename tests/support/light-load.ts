/** Clients that go on while parts of a cluster go away and come back, and keep account of what was acknowledged to them. */
import { setTimeout as sleep } from 'node:timers/promises';
import { api } from './json-api.ts';
import { newLink, requestOf } from './links.ts';
import type { RawReply } from './raw-http.ts';
import type { TestServer } from './test-server.ts';
import { type Answer, presigned, send, signed, type WireRequest } from './wire-client.ts';

export type Account = {
  /** What acknowledged PUTs stored, by key. */
  readonly stored: Map<string, string>;
  /** URLs of links whose making was acknowledged, and of those whose revocation was. */
  readonly links: Map<string, string>;
  readonly revoked: Map<string, string>;
  /** Requests that are good for one use, and how often each was answered with the whole object. */
  readonly once: Map<WireRequest, number>;
  /** Of a link for many uses: how often it was asked for, and delivered whole. */
  readonly counted: { readonly id: string; asked: number; delivered: number };
  /** Refusals in Latchkey's words: `503 SlowDown, Retry-After: 1`. */
  readonly refusals: string[];
  /** Answers that the balancer gave in its own name: their status. */
  readonly balancerSaid: number[];
  /** What went wrong where no whole answer came. */
  readonly cut: string[];
};

export type Load = { readonly account: Account; end(): Promise<Account> };

const CLIENTS = 4;

/** They write to `/box/NAME-…`, and read `/box/film`, which holds `film`. */
export async function startLoad(server: TestServer, name: string, film: string): Promise<Load> {
  const counted = await newLink(server, '/box/film', { maxUses: 1_000_000 });
  const account: Account = {
    stored: new Map(),
    links: new Map(),
    revoked: new Map(),
    once: new Map(),
    counted: { id: counted.id, asked: 0, delivered: 0 },
    refusals: [],
    balancerSaid: [],
    cut: [],
  };
  let isOver = false;

  /** The answer where it is one of these statuses, which are no surprise; others are taken down. */
  const ask = async <Reply extends RawReply>(asking: Promise<Reply>, ...expected: readonly number[]): Promise<Reply | undefined> => {
    const reply = await asking.catch((error: Error) => void account.cut.push(error.message));
    if (reply === undefined) return undefined;
    if (expected.includes(reply.status)) return reply;
    else if (!reply.headers.has('x-amz-request-id')) account.balancerSaid.push(reply.status);
    else account.refusals.push(refusalOf(reply));
    return undefined;
  };
  const isFilm = (reply: Answer | undefined): boolean => reply?.status === 200 && reply.text === film;

  const client = async (number: number): Promise<void> => {
    for (let turn = 0; !isOver; turn++) {
      const key = `${name}-${number}-${turn}`;
      const body = `what ${key} holds`;
      if (await ask(send(server, signed(server, 'PUT', `/box/${key}`, { body })), 200)) account.stored.set(key, body);

      const query = { 'X-Latchkey-Max-Uses': '1', 'response-cache-control': `turn=${key}` };
      const once = presigned(server, 'GET', '/box/film', { query });
      const both = await Promise.all([1, 2].map(() => ask(send(server, once), 200, 403)));
      account.once.set(once, both.filter(isFilm).length);

      account.counted.asked += 1;
      if (isFilm(await ask(send(server, requestOf(counted.url)), 200))) account.counted.delivered += 1;

      const made = await ask(api(server, 'POST', '/links', { json: { bucket: 'box', key: 'film' } }), 200, 201);
      if (made !== undefined) account.links.set(made.json.id, made.json.url);
      if (made !== undefined && turn % 2 === 0) {
        // From here on it may be revoked, acknowledged or not.
        account.links.delete(made.json.id);
        const gone = await ask(api(server, 'DELETE', `/links/${made.json.id}`), 200, 204);
        if (gone !== undefined) account.revoked.set(made.json.id, made.json.url);
      }
      await sleep(20);
    }
  };
  const clients = Promise.all(Array.from({ length: CLIENTS }, (_, i) => client(i)));
  clients.catch(() => undefined);
  return {
    account,
    async end() {
      isOver = true;
      await clients;
      return account;
    },
  };
}

function refusalOf({ status, headers, text }: RawReply): string {
  const code = /<Code>(.*?)<\/Code>|"code":"(.*?)"/.exec(text)?.slice(1).find(Boolean);
  return `${status} ${code ?? text.slice(0, 200)}, Retry-After: ${headers.get('retry-after')}`;
}
