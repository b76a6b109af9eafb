/** What each kind of policy has to say about a request, before it is weighed against the others. */

import type { Access, PolicyLayer } from './access.ts';
import { applies, type Question } from './applies.ts';
import type { CompiledPolicy } from './compile.ts';
import type { Reach } from './principals.ts';
import { mayConcern } from './sieve.ts';
import type { Statement } from './statement.ts';

/** A statement that applies, and where it stands. */
export type Finding = {
  readonly layer: PolicyLayer;
  readonly policy: CompiledPolicy;
  readonly statement: Statement;
  readonly reach: Reach;
};

/** `deny` is the first Deny there is, wherever it is; the others are what allows. A limit that is not there allows. */
export type Findings = {
  readonly deny: Finding | undefined;
  readonly identity: Finding | undefined;
  readonly resource: Finding | undefined;
  readonly boundaryAllows: boolean;
  readonly sessionAllows: boolean;
  readonly ceilingsAllow: boolean;
};

export function weigh(access: Access): Findings {
  const { identityPolicies, resourcePolicy, permissionsBoundary, sessionPolicies, ceilings } = access;
  const question = questionOf(access);
  const identity = strongest('identity', identityPolicies, question);
  const boundary = permissionsBoundary && strongest('boundary', [permissionsBoundary], question);
  const session = sessionPolicies && strongest('session', sessionPolicies, question);
  const ceiling = ceilings?.map((policy) => strongest('ceiling', [policy], question));
  const resource = resourcePolicy && strongest('resource', [resourcePolicy], question);
  return {
    deny: denyOf(identity) ?? denyOf(boundary) ?? denyOf(session) ?? ceiling?.find(denyOf) ?? denyOf(resource),
    identity,
    resource,
    boundaryAllows: permissionsBoundary === undefined || boundary !== undefined,
    sessionAllows: sessionPolicies === undefined || session !== undefined,
    ceilingsAllow: ceiling === undefined || !ceiling.includes(undefined),
  };
}

export function questionOf({ request, permissionsBoundary, sessionPolicies }: Access): Question {
  const { action, resource, principal, context } = request;
  const rules = { narrowed: sessionPolicies !== undefined, bounded: permissionsBoundary !== undefined };
  return { action: action.toLowerCase(), resource, principal, context, rules };
}

/** The first Deny that applies; if none does, the first Allow that reaches the principal most directly. */
function strongest(layer: PolicyLayer, policies: readonly CompiledPolicy[], question: Question): Finding | undefined {
  const named = layer === 'resource';
  const { resource } = question;
  for (const policy of policies) {
    const { denies, denySieve } = policy;
    for (let i = 0; i < denies.length; i += 1) {
      if (!mayConcern(denySieve, i, resource)) continue;
      const statement = denies[i] as Statement;
      const reach = applies(statement, question, named);
      if (reach !== undefined) return { layer, policy, statement, reach };
    }
  }
  let best: Finding | undefined;
  for (const policy of policies) {
    const { allows, allowSieve } = policy;
    for (let i = 0; i < allows.length; i += 1) {
      if (!mayConcern(allowSieve, i, resource)) continue;
      const statement = allows[i] as Statement;
      const reach = applies(statement, question, named);
      if (reach === undefined) continue;
      if (best === undefined || STRENGTH[reach] > STRENGTH[best.reach]) best = { layer, policy, statement, reach };
      if (reach === 'itself') return best;
    }
  }
  return best;
}

function denyOf(finding: Finding | undefined): Finding | undefined {
  return finding?.statement.effect === 'Deny' ? finding : undefined;
}

const STRENGTH = { account: 0, role: 1, itself: 2 } as const satisfies Record<Reach, number>;
