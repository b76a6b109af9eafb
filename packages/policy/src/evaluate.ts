/** The decision: may this principal do this, by all the policies that have a say? */
import type { Access, PolicyLayer } from './access.ts';
import type { CompiledPolicy } from './compile.ts';
import { explainMissing, explainRoot, explainStatement } from './explanation.ts';
import { type Finding, type Findings, weigh } from './findings.ts';

export type Decision = {
  readonly effect: 'allow' | 'deny';
  readonly reason: 'allowed' | 'explicit-deny' | 'implicit-deny';
  /** `undefined` when root is allowed, for being root. */
  readonly layer: PolicyLayer | undefined;
  /** What decided: the first Deny, or the Allow that grants. `undefined` when the lack of one did. */
  readonly statement: StatementReference | undefined;
  /** One sentence for operators, made when it is read: a spread leaves it behind. Names policies and resources, so it is not for anonymous readers. */
  readonly explanation: string;
};

/** `index` counts from 0. */
export type StatementReference = { readonly policy: string; readonly sid: string | undefined; readonly index: number };

/**
 * Decides within one account, as AWS does:
 *
 * 1. A Deny that applies, in any of the policies, ends it.
 * 2. Each ceiling has to allow. Root needs nothing more.
 * 3. The resource's policy grants by itself to whom it names directly: everyone, the user, or the session by the session's own ARN.
 *    Neither boundary nor session policies limit that. Naming a session's role (or a user whose session is narrowed) grants
 *    within those limits; naming the account grants nothing, it leaves the matter to the account's policies.
 * 4. Otherwise an identity policy (or a grant of the limited sort) has to allow, and the boundary, and one of the session policies.
 *
 * Anonymous requests can only be allowed by the resource's policy, with `"Principal": "*"`.
 *
 * @example
 * ```ts
 * import { compilePolicy } from '@latchkey/policy/compile';
 * import { parsePolicy } from '@latchkey/policy/document';
 * import { evaluate } from '@latchkey/policy/evaluate';
 *
 * const parsed = parsePolicy('{"Statement": {"Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::b/*"}}', 'managed');
 * const identityPolicies = parsed.ok ? [compilePolicy(parsed.document, 'read-b')] : [];
 * const principal = { kind: 'user', accountId: '123456789012', arn: 'arn:aws:iam::123456789012:user/ana' } as const;
 * const request = { action: 's3:GetObject', resource: 'arn:aws:s3:::b/k', principal, context: new Map() };
 * console.log(evaluate({ request, identityPolicies }).effect); // allow
 * ```
 */
export function evaluate(access: Access): Decision {
  const findings = weigh(access);
  const { identity, resource } = findings;
  if (findings.deny !== undefined) return decidedBy(findings.deny, access);
  if (!findings.ceilingsAllow) return missing('ceiling', access);
  if (access.request.principal.kind === 'root') return rootsOwn(access);
  if (resource?.reach === 'itself') return decidedBy(resource, access);
  const grant = identity ?? (resource?.reach === 'role' ? resource : undefined);
  if (grant === undefined) return missing(access.request.principal.kind === 'anonymous' ? 'resource' : 'identity', access);
  return withinLimits(grant, findings, access);
}

/**
 * Decides whether a role may be assumed. `resourcePolicy` is the role's trust policy, and unlike a bucket's it always has
 * to allow: naming the user, the session or a federated provider is enough; naming the account asks for an identity policy too.
 */
export function evaluateTrust(access: Access & { readonly resourcePolicy: CompiledPolicy }): Decision {
  const findings = weigh(access);
  const { identity, resource } = findings;
  if (findings.deny !== undefined) return decidedBy(findings.deny, access);
  if (!findings.ceilingsAllow) return missing('ceiling', access);
  if (resource === undefined) return missing('resource', access);
  if (resource.reach === 'itself') return decidedBy(resource, access);
  const grant = resource.reach === 'role' ? resource : identity;
  return grant === undefined ? missing('identity', access) : withinLimits(grant, findings, access);
}

function withinLimits(grant: Finding, { boundaryAllows, sessionAllows }: Findings, access: Access): Decision {
  if (!boundaryAllows) return missing('boundary', access);
  if (!sessionAllows) return missing('session', access);
  return decidedBy(grant, access);
}

function decidedBy(finding: Finding, access: Access): Decision {
  return new ByStatement(finding, access);
}

/**
 * A class, because a literal with a getter gets a hidden class of its own each time, which lives long and keeps the whole request with it until
 * the next full collection.
 */
class ByStatement implements Decision {
  readonly effect: 'allow' | 'deny';
  readonly reason: Decision['reason'];
  readonly layer: PolicyLayer;
  readonly statement: StatementReference;
  readonly #finding: Finding;
  readonly #access: Access;

  constructor(finding: Finding, access: Access) {
    const { layer, policy, statement } = finding;
    const denies = statement.effect === 'Deny';
    this.effect = denies ? 'deny' : 'allow';
    this.reason = denies ? 'explicit-deny' : 'allowed';
    this.layer = layer;
    this.statement = { policy: policy.name, sid: statement.sid, index: statement.index };
    this.#finding = finding;
    this.#access = access;
  }

  get explanation(): string {
    const { layer, policy, statement } = this.#finding;
    return explainStatement(layer, policy, statement, this.#access.request);
  }
}

function missing(layer: PolicyLayer, access: Access): Decision {
  return { effect: 'deny', reason: 'implicit-deny', layer, statement: undefined, explanation: explainMissing(layer, access) };
}

function rootsOwn({ request }: Access): Decision {
  return { effect: 'allow', reason: 'allowed', layer: undefined, statement: undefined, explanation: explainRoot(request) };
}
