/** Who may do what with a link. */
import { evaluate } from '@latchkey/policy/evaluate';
import { S3Error } from '@latchkey/s3/errors';
import type { Principal } from '../identity/principals.ts';
import { objectArn } from '../operations/permissions.ts';
import type { Permission } from '../pipeline.ts';
import { sharedPrefix } from './link-keys.ts';
import type { LinkCaller, NewLink } from './links.ts';
import type { Link, LinkIssuer } from './model.ts';

export type LinkAction = 'CreateLink' | 'ReadLink' | 'ReadLinkUrl' | 'ChangeLink' | 'RevokeLink';

type Subject = Pick<NewLink, 'bucket' | 'key' | 'keys' | 'keyPrefix'>;

/** On the link's object, or on everything under its prefix; of several, under what all of them begin with. */
export function linkPermission(action: LinkAction, { bucket, ...subject }: Subject): Permission {
  return { action: `latchkey:${action}`, resource: objectArn(bucket, subject.key ?? `${sharedPrefix(subject) ?? ''}*`) };
}

/** To make it, on every object by itself. */
export function creationPermissions({ bucket, key, keys, keyPrefix }: Subject): readonly Permission[] {
  if (keys === undefined) return [linkPermission('CreateLink', { bucket, key, keyPrefix })];
  return keys.map((each) => linkPermission('CreateLink', { bucket, key: each }));
}

/** Whoever made a link may read it and take it back, unless a policy says no; everything else needs a policy that says yes. */
const MAKERS_OWN: ReadonlySet<LinkAction> = new Set(['ReadLink', 'ReadLinkUrl', 'RevokeLink']);

export async function mayOn(action: LinkAction, link: Link, { principal, judge }: LinkCaller): Promise<boolean> {
  const permission = linkPermission(action, link);
  const context = new Map([['latchkey:linkissuer', [issuerName(link.issuer)]]]);
  const decision = evaluate(await judge.accessFor({ ...permission, context }));
  if (decision.effect === 'allow') return true;
  return decision.reason === 'implicit-deny' && MAKERS_OWN.has(action) && isMaker(principal, link.issuer);
}

/** As `latchkey:LinkIssuer` says it in a condition. */
export function issuerName(issuer: LinkIssuer): string {
  return issuer.kind === 'root' ? 'root' : issuer.kind === 'user' ? issuer.user : issuer.role;
}

/** A link makes no links, and nobody makes none. Throws AccessDenied. */
export function refuseLinksAndStrangers({ principal }: LinkCaller): void {
  if (principal.kind === 'anonymous' || principal.kind === 'federated' || principal.link !== undefined) throw new S3Error('AccessDenied');
}

/** A session that was narrowed is not its user: it would get at what only the user may. */
export function isMaker(principal: Principal, issuer: LinkIssuer): boolean {
  switch (principal.kind) {
    case 'root':
      return issuer.kind === 'root';
    case 'user':
      return issuer.kind === 'user' && issuer.userId === principal.userId && principal.policies.session === undefined;
    case 'role-session':
      return (
        issuer.kind === 'role' && `${issuer.roleId}:${issuer.sessionName}` === principal.userId && principal.policies.session === undefined
      );
    default:
      return false;
  }
}
