/** Who can be behind a request, once it is authenticated. */
import type { Principal as PolicyPrincipal } from '@latchkey/policy/principals';
import type { Initiator } from '@latchkey/s3/owner';
import type { Link } from '../links/model.ts';
import type { Tag } from './model.ts';
import type { PrincipalPolicies } from './principal-policies.ts';

export type Principal = RootPrincipal | IdentityPrincipal | FederatedPrincipal | { readonly kind: 'anonymous' };

export type RootPrincipal = {
  readonly kind: 'root';
  readonly accessKeyId: string;
  readonly session?: SessionFacts | undefined;
  /** Who asks is a link of theirs. */
  readonly link?: Link | undefined;
};

/** A user, a session of a user, or a session of a role, with the policies in force at this moment. */
export type IdentityPrincipal = {
  readonly kind: 'user' | 'role-session';
  readonly accessKeyId: string;
  /** The user's, or the session's: `arn:aws:sts::…:assumed-role/ROLE/SESSION`. */
  readonly arn: string;
  /** `AIDA…`, or `AROA…:SESSION`. */
  readonly userId: string;
  /** The user's name, or the role's. */
  readonly name: string;
  /** What `aws:PrincipalArn` says: of a session, the role. */
  readonly principalArn: string;
  readonly tags: readonly Tag[];
  readonly session?: SessionFacts | undefined;
  readonly policies: PrincipalPolicies;
  /** As policies see it. */
  readonly asPolicyPrincipal: PolicyPrincipal;
  /** Who asks is a link of theirs: it may what they may, narrowed by its terms. */
  readonly link?: Link | undefined;
};

/** Somebody with a token of a configured issuer, about to assume a role. */
export type FederatedPrincipal = {
  readonly kind: 'federated';
  /** The ARN that trust policies name. */
  readonly provider: string;
  readonly issuer: string;
  readonly subject: string;
  readonly audience: string;
  /** Of whoever signs in at the console with it: what to call them, and the id of the one session that may come of it. */
  readonly signIn?: { readonly name: string; readonly sessionName: string; readonly sessionId: string } | undefined;
};

export type SessionFacts = {
  readonly issuedAt: number;
  readonly expiresAt: number;
  /** The long-lived access key at the start of the chain, if there is one. */
  readonly issuer?: string | undefined;
  /** The session of the console that they belong to, if it is one's. */
  readonly console?: string | undefined;
};

/** The link that asks, if it is one. */
export function linkOf(principal: Principal): Link | undefined {
  return principal.kind === 'root' || principal.kind === 'user' || principal.kind === 'role-session' ? principal.link : undefined;
}

/** Who begins an upload, as S3 names them: users and sessions of roles by their ARN. Of anybody else the owner is shown. */
export function initiatorOf(principal: Principal): Initiator | undefined {
  if (principal.kind !== 'user' && principal.kind !== 'role-session') return undefined;
  return { id: principal.arn, displayName: principal.name };
}
