/**
 * Keeps strangers from filling the disk, and from pushing everything else out of a trail of limited size: what is refused to nobody in
 * particular has events of its own up to so many a minute, and is counted beyond.
 */
import type { AuditEvent } from './event.ts';
import type { RefusedRequests } from './service-event.ts';

export type RefusalLimit = {
  /** Whether the event is to be recorded by itself; otherwise it has been counted. */
  admits(event: AuditEvent): boolean;
  /** What was counted since the last time; `undefined` where nothing was. */
  take(): RefusedRequests | undefined;
};

/** Of one address, and of all. Far more than anybody needs to see what is going on. */
const A_MINUTE_EACH = 3000;
const A_MINUTE_ALL = 10_000;
const A_MINUTE_MS = 60_000;
/** Addresses that are told apart; others are counted together. */
const MAX_ADDRESSES = 1000;
const SHOWN = 20;

export function refusalLimit(): RefusalLimit {
  let minute = 0;
  let all = 0;
  let byAddress = new Map<string, number>();
  let left = new Map<string, number>();
  let span: { from: number; to: number } | undefined;

  return {
    admits(event) {
      if (!isNobodys(event)) return true;
      const now = Math.floor(event.endedAt / A_MINUTE_MS);
      if (now !== minute) [minute, all, byAddress] = [now, 0, new Map()];
      const address = placeOf(event.incoming.peer.address);
      const before = byAddress.get(address) ?? 0;
      if (before < A_MINUTE_EACH && all < A_MINUTE_ALL) {
        all += 1;
        if (before > 0 || byAddress.size < MAX_ADDRESSES) byAddress.set(address, before + 1);
        return true;
      }
      const counted = left.has(address) || left.size < MAX_ADDRESSES ? address : 'others';
      left.set(counted, (left.get(counted) ?? 0) + 1);
      span = { from: span?.from ?? event.endedAt, to: event.endedAt };
      return false;
    },
    take() {
      if (span === undefined) return undefined;
      const most = [...left].sort(([, one], [, other]) => other - one);
      const requests = most.reduce((sum, [, count]) => sum + count, 0);
      const addresses = most.slice(0, SHOWN).map(([address, count]) => ({ address, requests: count }));
      const taken = { ...span, requests, addresses };
      [left, span] = [new Map(), undefined];
      return taken;
    },
  };
}

/** Refused, and nobody is known to have asked. */
function isNobodys({ principal, status }: AuditEvent): boolean {
  return status >= 400 && status < 500 && (principal === undefined || principal.kind === 'anonymous');
}

/** Whoever has an IPv6 address has as many of them as there are in its network. */
function placeOf(address: string): string {
  return address.includes(':') && !address.includes('.') ? address.split(':').slice(0, 4).join(':') : address;
}
