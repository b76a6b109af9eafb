/** Decisions in words, for the operator who asks why. */

import type { Access, AccessRequest, PolicyLayer } from './access.ts';
import type { CompiledPolicy } from './compile.ts';
import type { Statement } from './statement.ts';

/** Says which statement allowed or denied. */
export function explainStatement(layer: PolicyLayer, policy: CompiledPolicy, statement: Statement, request: AccessRequest): string {
  const name = statement.sid ? `Statement "${statement.sid}"` : `Statement number ${statement.index + 1}`;
  const verb = statement.effect === 'Deny' ? 'denies' : 'allows';
  const because = statement.understood ? '' : ', because it cannot be understood and so denies all it might mean';
  return `${name} of ${LAYERS[layer]} "${policy.name}" ${verb} ${questionIn(request)}${because}.`;
}

/** Says which kind of policy would have had to allow. */
export function explainMissing(layer: PolicyLayer, { request, resourcePolicy, ceilings }: Access): string {
  switch (layer) {
    case 'identity':
      return resourcePolicy === undefined
        ? `No identity policy allows ${questionIn(request)}.`
        : `Neither an identity policy nor the resource's policy "${resourcePolicy.name}" allows ${questionIn(request)}.`;
    case 'resource':
      return resourcePolicy === undefined
        ? `There is no resource policy that could allow ${questionIn(request)}.`
        : `The resource's policy "${resourcePolicy.name}" does not allow ${questionIn(request)}.`;
    case 'boundary':
      return `The permissions boundary does not allow ${questionIn(request)}.`;
    case 'session':
      return `No session policy allows ${questionIn(request)}.`;
    case 'ceiling':
      return `Not all of the ${ceilings?.length ?? 0} policies that limit every grant allow ${questionIn(request)}.`;
  }
}

/** Root needs no policy. */
export function explainRoot(request: AccessRequest): string {
  return `The root user may do everything that no policy denies, and none denies ${questionIn(request)}.`;
}

function questionIn({ principal, action, resource }: AccessRequest): string {
  switch (principal.kind) {
    case 'anonymous':
      return `everyone ${action} on ${resource}`;
    case 'root':
      return `the root user ${action} on ${resource}`;
    case 'federated':
      return `holders of a token of ${principal.provider} ${action} on ${resource}`;
    case 'user':
    case 'role-session':
      return `${principal.arn} ${action} on ${resource}`;
  }
}

const LAYERS = {
  identity: 'the identity policy',
  resource: "the resource's policy",
  boundary: 'the permissions boundary',
  session: 'the session policy',
  ceiling: 'the limiting policy',
} as const satisfies Record<PolicyLayer, string>;
