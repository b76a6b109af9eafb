/**
 * Sends one message to a webhook. The only place besides http.ts that knows node:http, since nothing else says which address a connection may
 * go to after the name was resolved and before it is made: so it does not matter what a name means the next time.
 *
 * Redirects are not followed, proxies from the environment are not used, certificates are always checked, and of the answer no more is looked at
 * than its status.
 */
import { type LookupAddress, lookup } from 'node:dns';
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { ReachableAddresses } from './addresses.ts';

export type PostOutcome =
  | { readonly kind: 'delivered'; readonly status: number }
  /** In words that say nothing of the network here: whoever registered the webhook reads them. */
  | { readonly kind: 'failed'; readonly reason: string; readonly status?: number };

export type Post = {
  /** Never rejects. */
  send(url: string, headers: Readonly<Record<string, string>>, body: string, signal?: AbortSignal): Promise<PostOutcome>;
  /** Ends the connections that were kept. */
  close(): void;
};

export type PostOptions = {
  readonly addresses: ReachableAddresses;
  /** For all of it, from the name to the status. */
  readonly timeoutMs?: number | undefined;
  /** Certificates of authorities instead of those of Node; for tests. */
  readonly ca?: string | undefined;
  /** What names stand for; for tests. Default: what the system says. */
  readonly resolve?: Resolve | undefined;
};

export type Resolve = (
  name: string,
  options: { readonly all: true },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

const TIMEOUT_MS = 10_000;
/** Of the answer, so that the connection can be kept; the rest is cut off. */
const MOST_READ_BYTES = 16 * 1024;
const KEPT = { keepAlive: true, maxSockets: 16, maxFreeSockets: 2, timeout: 20_000 } as const;

export function createPost({ addresses, timeoutMs = TIMEOUT_MS, ca, resolve = lookup }: PostOptions): Post {
  const agents = { 'http:': new HttpAgent(KEPT), 'https:': new HttpsAgent({ ...KEPT, rejectUnauthorized: true, ...(ca && { ca }) }) };
  const lookups = { 'http:': checkedLookup(addresses.isNamed, resolve), 'https:': checkedLookup(addresses.has, resolve) };

  return {
    async send(text, headers, body, signal) {
      const url = new URL(text);
      const isPlain = url.protocol === 'http:';
      const isReachable = isPlain ? addresses.isNamed : addresses.has;
      // No name, so that nobody would be asked.
      const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
      if (isIP(host) !== 0 && !isReachable(host)) return refusedAddress();
      const deadline = deadlineIn(timeoutMs, signal);
      const start = isPlain ? httpRequest : httpsRequest;
      const attempt = () =>
        answerTo((onAnswer) =>
          start(
            url,
            {
              method: 'POST',
              agent: agents[isPlain ? 'http:' : 'https:'],
              lookup: lookups[isPlain ? 'http:' : 'https:'],
              headers: { ...headers, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
              signal: deadline.signal,
            },
            onAnswer,
          ).end(body),
        );
      try {
        const answer = await attempt().catch((error: unknown) => {
          // The other side closed a kept connection at the moment it was to be used again.
          if (error instanceof Broken && error.wasKept && !deadline.signal.aborted) return attempt();
          throw error;
        });
        // What comes behind the status has no more time than that.
        answer.once('close', deadline.clear);
        return outcomeOf(answer);
      } catch (error) {
        deadline.clear();
        return failure(error, deadline);
      }
    },
    close() {
      agents['http:'].destroy();
      agents['https:'].destroy();
    },
  };
}

type Deadline = { readonly signal: AbortSignal; readonly isOver: () => boolean; readonly clear: () => void };

/** Aborts after a while, or when the other signal does; nothing of it stays once it is cleared. */
function deadlineIn(ms: number, other: AbortSignal | undefined): Deadline {
  const ending = new AbortController();
  let isOver = false;
  const end = (): void => ending.abort();
  const timer = setTimeout(() => {
    isOver = true;
    end();
  }, ms);
  other?.addEventListener('abort', end, { once: true });
  return {
    signal: ending.signal,
    isOver: () => isOver,
    clear() {
      clearTimeout(timer);
      other?.removeEventListener('abort', end);
    },
  };
}

/** A connection that ended without an answer. */
class Broken extends Error {
  readonly wasKept: boolean;
  constructor(cause: Error, wasKept: boolean) {
    super(cause.message, { cause });
    this.wasKept = wasKept;
  }
}

function answerTo(begin: (onAnswer: (answer: IncomingMessage) => void) => ReturnType<typeof httpRequest>): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = begin((answer) => {
      let readBytes = 0;
      answer.on('data', (chunk: Buffer) => {
        readBytes += chunk.byteLength;
        if (readBytes > MOST_READ_BYTES) answer.destroy();
      });
      answer.on('error', () => undefined);
      resolve(answer);
    });
    sent.on('error', (error) => reject(new Broken(error, sent.reusedSocket)));
  });
}

function outcomeOf({ statusCode: status = 0 }: IncomingMessage): PostOutcome {
  if (status >= 200 && status < 300) return { kind: 'delivered', status };
  const reason = status >= 300 && status < 400 ? 'It answered with a redirect, which is not followed' : 'It answered';
  return { kind: 'failed', reason: `${reason} (status ${status}).`, status };
}

const refusedAddress = (): PostOutcome => ({ kind: 'failed', reason: 'Its address is not one that webhooks may have here.' });

function failure(error: unknown, deadline: Deadline): PostOutcome {
  if (deadline.isOver()) return { kind: 'failed', reason: 'It did not answer in time.' };
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (cause instanceof OutOfReach) return refusedAddress();
  const code = (cause as NodeJS.ErrnoException).code ?? '';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return { kind: 'failed', reason: 'Its name is not known.' };
  if (/CERT|SSL|TLS|SELF_SIGNED|UNABLE_TO/.test(code))
    return { kind: 'failed', reason: 'Its certificate is not good, or it speaks no TLS.' };
  return { kind: 'failed', reason: 'It can not be connected to, or it closed the connection.' };
}

/** No address of a name may be reached. */
class OutOfReach extends Error {}

/** Resolves as usual and gives only the addresses that may be reached: the connection is made to one of these, and to no other. */
function checkedLookup(isReachable: (address: string) => boolean, resolve: Resolve): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, '', 0);
      const reachable = found.filter(({ address }) => isReachable(address));
      const [first] = reachable;
      if (first === undefined) return callback(new OutOfReach('no address that may be reached'), '', 0);
      if (options.all === true) return callback(null, reachable);
      return callback(null, first.address, first.family);
    });
  };
}
