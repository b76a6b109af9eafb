/** The decision with everything that bears on it, for `simulate-principal-policy` and for people who ask why. */

import type { Access, PolicyLayer } from './access.ts';
import { applies } from './applies.ts';
import type { CompiledPolicy } from './compile.ts';
import { type Decision, evaluate, type StatementReference } from './evaluate.ts';
import { questionOf } from './findings.ts';

/** The decision `evaluate` makes, every statement that applies, and the keys the policies ask for which the request does not have. */
export type Simulation = Decision & { readonly matched: readonly MatchedStatement[]; readonly missingKeys: readonly string[] };
export type MatchedStatement = StatementReference & { readonly layer: PolicyLayer; readonly effect: 'Allow' | 'Deny' };

/** Slower than `evaluate`, which stops at what decides; the decision is the same. */
export function simulate(access: Access): Simulation {
  const question = questionOf(access);
  const matched: MatchedStatement[] = [];
  const missingKeys = new Set<string>();
  for (const [layer, policy] of policiesOf(access)) {
    for (const statement of policy.statements) {
      const { effect, sid, index } = statement;
      if (applies(statement, question, layer === 'resource')) matched.push({ layer, policy: policy.name, sid, index, effect });
    }
    for (const key of policy.keys) if (!access.request.context.get(key)?.length) missingKeys.add(key);
  }
  const { effect, reason, layer, statement, explanation } = evaluate(access);
  return { effect, reason, layer, statement, explanation, matched, missingKeys: [...missingKeys] };
}

function policiesOf(access: Access): (readonly [PolicyLayer, CompiledPolicy])[] {
  const { identityPolicies, permissionsBoundary, sessionPolicies = [], ceilings = [], resourcePolicy } = access;
  return [
    ...identityPolicies.map((policy) => ['identity', policy] as const),
    ...(permissionsBoundary ? [['boundary', permissionsBoundary] as const] : []),
    ...sessionPolicies.map((policy) => ['session', policy] as const),
    ...ceilings.map((policy) => ['ceiling', policy] as const),
    ...(resourcePolicy ? [['resource', resourcePolicy] as const] : []),
  ];
}
