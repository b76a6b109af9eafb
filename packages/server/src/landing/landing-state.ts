/** What a link is good for at this moment, for somebody at its page: found out by the same steps that its use goes through. */
import type { GuardrailStore } from '../guardrails/store.ts';
import { headerValue } from '../headers.ts';
import { latestWithPage } from '../links/link-guardrails.ts';
import { linkView } from '../links/link-view.ts';
import type { Link } from '../links/model.ts';
import { isFrom } from '../links/source-address.ts';
import { NO_BODY } from '../no-body.ts';
import type { DeadReason } from '../pages/words.ts';
import type { Incoming, Reply, Stores } from '../pipeline.ts';

export type LandingState =
  | {
      readonly kind: 'open';
      readonly sizeBytes: number;
      readonly type: string;
      readonly usesLeft: number | undefined;
      readonly endsAt: number;
    }
  | Dead;

export type Dead = { readonly kind: 'dead'; readonly status: number; readonly why: DeadReason };

export type StateContext = {
  readonly uses: Stores['uses'];
  readonly revocations: Stores['revocations'];
  readonly guardrails: GuardrailStore;
  readonly now: () => number;
  /** Answers a request to the S3 address. */
  readonly ask: (incoming: Incoming) => Promise<Reply>;
};

/** By its record alone: what may be told before a password is asked for. `undefined` where nothing speaks against it. */
export async function deadByRecord(link: Link, guest: Incoming, context: StateContext): Promise<Dead | undefined> {
  const { guardrails, now } = context;
  const { status } = await linkView(link, context, now());
  if (status !== 'active') return DEAD[status];
  if (now() >= (await latestWithPage(link, guardrails))) return DEAD.expired;
  const { sourceIp } = link.terms;
  return sourceIp === undefined || isFrom(guest.peer.address, sourceIp) ? undefined : DEAD.elsewhere;
}

const dead = (status: number, why: DeadReason): Dead => ({ kind: 'dead', status, why });
const DEAD = {
  expired: dead(410, 'expired'),
  revoked: dead(410, 'revoked'),
  'used-up': dead(410, 'used-up'),
  paused: dead(403, 'paused'),
  'not-yet': dead(403, 'not-yet'),
  elsewhere: dead(403, 'elsewhere'),
} as const;

/** Asks for the head of the object through the link, as its holder would: nothing is counted. `url` is one of its own. */
export async function landingState(link: Link, url: string, guest: Incoming, context: StateContext): Promise<LandingState> {
  const byRecord = await deadByRecord(link, guest, context);
  if (byRecord !== undefined) return byRecord;
  const reply = await context.ask(guestRequest('HEAD', url, guest));
  await reply.close?.();
  if (reply.status === 200) {
    const { terms } = link;
    const used = terms.maxUses === undefined ? 0 : await context.uses.used(link.id);
    return {
      kind: 'open',
      sizeBytes: reply.contentLength ?? 0,
      type: replyHeader(reply, 'content-type') ?? 'application/octet-stream',
      usesLeft: terms.maxUses === undefined ? undefined : terms.maxUses - used,
      endsAt: Math.min(terms.expiresAt, await latestWithPage(link, context.guardrails)),
    };
  }
  return deadByStatus(reply.status);
}

/** Why the S3 address said no, where the link's record did not say so before. */
export function deadByStatus(status: number): Dead {
  if (status === 403) return dead(403, 'not-allowed');
  // 400 is for a key that can be none.
  if (status === 404 || status === 400) return dead(404, 'gone');
  return status === 503 ? dead(503, 'busy') : dead(500, 'failed');
}

/** A request for an inner URL, as the guest would send it. */
export function guestRequest(method: 'GET' | 'HEAD' | 'POST', url: string, { headers, peer, requestId, receivedAt }: Incoming): Incoming {
  const start = url.indexOf('//') + 2;
  const path = url.indexOf('/', start);
  const agent = headerValue(headers, 'user-agent');
  const sent = [['host', url.slice(start, path)] as const, ...(agent === undefined ? [] : [['user-agent', agent] as const])];
  return { method, rawTarget: url.slice(path), headers: sent, body: NO_BODY, peer, requestId, receivedAt };
}

function replyHeader({ headers }: Reply, name: string): string | undefined {
  const at = headers.findIndex((text, index) => index % 2 === 0 && text.toLowerCase() === name);
  return at === -1 ? undefined : headers[at + 1];
}
