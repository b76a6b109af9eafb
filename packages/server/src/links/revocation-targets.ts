/** What rules of revocation speak of, and what a request is of. */
import { createHash } from 'node:crypto';
import { linkOf } from '../identity/principals.ts';
import type { Authenticated } from '../pipeline.ts';
import { sharedPrefix } from './link-keys.ts';
import type { Link, Revocation, RevocationTarget } from './model.ts';

/** The same for the same target, so that a later rule takes the place of an earlier one. */
export function ruleId(target: RevocationTarget): string {
  return createHash('sha256')
    .update(JSON.stringify(targetParts(target)))
    .digest('hex')
    .slice(0, 32);
}

/** Rules about prefixes, by bucket. */
export type PrefixRules = ReadonlyMap<string, readonly Revocation[]>;

/** Everything the request is of that a rule may speak of. */
export function* targetsOf(request: Authenticated, prefixes: PrefixRules): Generator<RevocationTarget> {
  const { principal, bucket } = request;
  yield { by: 'all' };
  if ('accessKeyId' in principal) yield { by: 'access-key', accessKeyId: principal.accessKeyId };
  const issuer = 'session' in principal ? principal.session?.issuer : undefined;
  if (issuer !== undefined) yield { by: 'access-key', accessKeyId: issuer };
  if (principal.kind === 'user') yield { by: 'user', user: principal.name };
  if (principal.kind === 'role-session') yield { by: 'role', role: principal.name };
  const link = linkOf(principal);
  if (link !== undefined) yield { by: 'access-key', accessKeyId: link.createdWith };
  if (link?.label !== undefined) yield { by: 'label', label: link.label };
  if (bucket === undefined) return;
  yield { by: 'bucket', bucket };
  const key = request.form?.key ?? request.key;
  if (key === undefined) return;
  for (const rule of prefixes.get(bucket) ?? []) if (rule.by === 'prefix' && key.startsWith(rule.prefix)) yield rule;
}

/**
 * SigV2 does not say when it was signed, so nothing shows that it was later. SigV4 says it to the second: within that second it counts as before.
 * The page of a link signs for whoever asks: its URLs are no younger than the link's own.
 */
export function wasSignedBefore({ signature, principal }: Authenticated, moment: number): boolean {
  const signedAt = signature?.signedAt;
  if (signedAt === undefined) return true;
  const link = linkOf(principal);
  const isOfPresent = link !== undefined && Math.floor(link.signedAt / 1000) * 1000 <= signedAt;
  return (isOfPresent ? link.signedAt : signedAt) < moment;
}

/** The request for a link's own URL, as far as rules look at it. */
export function requestThrough(link: Link): Authenticated {
  const { id, issuer, bucket, key, signedAt } = link;
  const who =
    issuer.kind === 'root'
      ? { kind: 'root' }
      : issuer.kind === 'user'
        ? { kind: 'user', name: issuer.user }
        : { kind: 'role-session', name: issuer.role };
  const principal = { ...who, accessKeyId: id, link };
  return {
    principal,
    bucket,
    key: key ?? sharedPrefix(link),
    signature: { signedAt: Math.floor(signedAt / 1000) * 1000 },
  } as unknown as Authenticated;
}

export const keyOf = (target: RevocationTarget): string => targetParts(target).join('\n');

/** Names of users and roles are compared without case, as IAM does. */
function targetParts(target: RevocationTarget): readonly string[] {
  switch (target.by) {
    case 'access-key':
      return [target.by, target.accessKeyId];
    case 'user':
      return [target.by, target.user.toLowerCase()];
    case 'role':
      return [target.by, target.role.toLowerCase()];
    case 'bucket':
      return [target.by, target.bucket];
    case 'prefix':
      return [target.by, target.bucket, target.prefix];
    case 'label':
      return [target.by, target.label];
    case 'all':
      return [target.by];
  }
}
