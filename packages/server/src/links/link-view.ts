/** A link as people and programs see it. */
import type { UseStore } from '@latchkey/storage/use-store';
import type { LinkStatus, LinkView } from './links.ts';
import { type Link, MAX_SIGNED_MS } from './model.ts';
import type { Revocations } from './revocations.ts';

/** What is known of links besides their records. */
export type LinkFacts = { readonly uses: UseStore; readonly revocations: Pick<Revocations, 'ruleAgainst'> };

/** Without its URL. Times are milliseconds since the epoch. */
export async function linkView(link: Link, { uses, revocations }: LinkFacts, now: number): Promise<LinkView> {
  const { maxUses } = link.terms;
  const counted = maxUses === undefined ? undefined : { used: await uses.used(link.id), max: maxUses };
  const rule = link.status === 'revoked' ? undefined : await revocations.ruleAgainst(link);
  return {
    id: link.id,
    method: link.method,
    bucket: link.bucket,
    key: link.key,
    keys: link.keys,
    keyPrefix: link.keyPrefix,
    status: rule !== undefined ? 'revoked' : statusOf(link, counted, now),
    terms: link.terms,
    uses: counted,
    createdAt: link.createdAt,
    createdBy: link.createdBy,
    expiresAt: endOf(link),
    signedAt: link.signedAt,
    revokedAt: rule?.createdAt ?? link.revokedAt,
    revokedBy: rule?.createdBy ?? link.revokedBy,
    revokedByRule: rule,
    label: link.label,
    note: link.note,
    landing: link.landing && { hasPassword: link.landing.password !== undefined },
  };
}

/** The page of a link signs it anew each time. */
function endOf({ terms, signedAt, landing }: Link): number {
  return landing === undefined ? Math.min(terms.expiresAt, signedAt + MAX_SIGNED_MS) : terms.expiresAt;
}

function statusOf(link: Link, counted: LinkView['uses'], now: number): LinkStatus {
  if (link.status !== 'active') return link.status;
  if (now >= endOf(link)) return 'expired';
  if (link.terms.notBefore !== undefined && now < link.terms.notBefore) return 'not-yet';
  return counted !== undefined && counted.used >= counted.max ? 'used-up' : 'active';
}
