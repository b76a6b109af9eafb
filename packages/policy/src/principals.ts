/** Who asks, whom a statement speaks of, and how well the two fit. */

/**
 * Who asks. `arn` is the requester's own: the user's, or for a session the session's (`arn:aws:sts::…:assumed-role/ROLE/SESSION`).
 * A unique id (`AIDA…`, `AROA…`) stays with one user or role for good, while the name may be given to another one later.
 */
export type Principal =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'root'; readonly accountId: string }
  | { readonly kind: 'user'; readonly accountId: string; readonly arn: string; readonly uniqueId?: string }
  | {
      readonly kind: 'role-session';
      readonly accountId: string;
      readonly arn: string;
      readonly roleArn: string;
      readonly roleUniqueId?: string;
    }
  /** Somebody with a token of an identity provider, before a role is assumed. Only trust policies speak of them. */
  | { readonly kind: 'federated'; readonly provider: string };

/** The `Principal` or `NotPrincipal` of a statement. `aws` holds account ids, ARNs and unique ids, as written. */
export type PrincipalElement = {
  readonly negated: boolean;
  readonly everyone: boolean;
  readonly aws: readonly string[];
  readonly federated: readonly string[];
};

/**
 * How a statement reaches the requester. The difference decides what else limits a grant:
 * `itself` names this requester (or everyone), `role` the role behind the session or the user behind a narrowed session,
 * `account` only the account, which hands the decision to the account's own policies.
 */
export type Reach = 'itself' | 'role' | 'account';

/** What the match needs to know about the request beyond the principal. */
export type ReachRules = {
  /** A session of this user that session policies narrow is not the user. */
  readonly narrowed: boolean;
  /** As on AWS, `NotPrincipal` with Deny spares nobody who has a permissions boundary. */
  readonly bounded: boolean;
};

/** How an Allow with this `Principal` reaches the requester; `undefined` when it does not. */
export function reachOf(element: PrincipalElement, principal: Principal, rules: ReachRules): Reach | undefined {
  if (element.negated) return undefined;
  switch (principal.kind) {
    case 'anonymous':
      return element.everyone ? 'itself' : undefined;
    case 'federated':
      // "Everyone" means everyone here, not every token of every issuer.
      return element.federated.includes(principal.provider) ? 'itself' : undefined;
    case 'root':
      return element.everyone || namesAccount(element, principal.accountId) ? 'itself' : undefined;
    case 'user':
      if (element.everyone) return 'itself';
      if (names(element, principal.arn, principal.uniqueId)) return rules.narrowed ? 'role' : 'itself';
      return namesAccount(element, principal.accountId) ? 'account' : undefined;
    case 'role-session':
      if (element.everyone || names(element, principal.arn)) return 'itself';
      if (names(element, principal.roleArn, principal.roleUniqueId)) return 'role';
      return namesAccount(element, principal.accountId) ? 'account' : undefined;
  }
}

/** Whether a Deny with this `Principal` or `NotPrincipal` strikes the requester. */
export function strikes(element: PrincipalElement, principal: Principal, rules: ReachRules): boolean {
  if (!element.negated) return element.everyone || reachOf(element, principal, rules) !== undefined;
  if (rules.bounded && (principal.kind === 'user' || principal.kind === 'role-session')) return true;
  return !element.everyone && !spares(element, principal);
}

/**
 * AWS checks the account, then the role, then the session, so a `NotPrincipal` must list each of them to spare a session,
 * and both the account and the user to spare a user.
 */
function spares(element: PrincipalElement, principal: Principal): boolean {
  switch (principal.kind) {
    case 'anonymous':
      return false;
    case 'federated':
      return element.federated.includes(principal.provider);
    case 'root':
      return namesAccount(element, principal.accountId);
    case 'user':
      return namesAccount(element, principal.accountId) && names(element, principal.arn, principal.uniqueId);
    case 'role-session':
      return (
        namesAccount(element, principal.accountId) &&
        names(element, principal.roleArn, principal.roleUniqueId) &&
        names(element, principal.arn)
      );
  }
}

/** `arn:aws:iam::123456789012:root` is the account by another name. */
function namesAccount(element: PrincipalElement, accountId: string): boolean {
  return element.aws.includes(accountId) || element.aws.includes(`arn:aws:iam::${accountId}:root`);
}

function names(element: PrincipalElement, arn: string, uniqueId?: string): boolean {
  return element.aws.includes(arn) || (uniqueId !== undefined && element.aws.includes(uniqueId));
}
