/** Which statement of which policy decides, for each permission that the operation needs. */
import { type Decision, evaluate, evaluateTrust } from '@latchkey/policy/evaluate';
import { judgeOf } from '../authorise.ts';
import { denied } from '../denial.ts';
import { refuseOtherOwner } from '../expected-owner.ts';
import type { Authenticated, Permission, Stores } from '../pipeline.ts';
import { type Check, failed, type PermissionDecision, passed, skipped } from './check.ts';
import type { ExplainContext } from './explain-request.ts';

export async function explainPermissions(request: Authenticated, { stores, site }: ExplainContext): Promise<Check> {
  let needed: readonly Permission[];
  try {
    if (request.bucket !== undefined) refuseOtherOwner(request, site);
    needed = await request.operation.needs(request, stores, site);
  } catch (error) {
    return failed('permissions', error);
  }
  if (needed.length === 0) {
    const bodyDecides = request.scope !== 'service';
    return skipped('permissions', bodyDecides ? 'What it needs depends on its body, which is not looked at.' : 'It needs no permission.');
  }
  const decisions: PermissionDecision[] = [];
  for (const permission of needed) {
    const { action, resource } = permission;
    const { effect, reason, layer, statement, explanation } = await decide(permission);
    decisions.push({ action, resource, effect, reason, layer, statement, explanation });
  }
  const against = decisions.findIndex(({ effect }) => effect === 'deny');
  const [decision, permission] = [decisions[against], needed[against]];
  if (decision !== undefined && permission !== undefined) {
    const sentence = (await restricted(request, stores)) ?? decision.explanation;
    return { ...failed('permissions', denied(decision, permission, request), sentence), decisions };
  }
  return { ...passed('permissions', decisions.map(({ explanation }) => explanation).join(' ')), decisions };

  async function decide(permission: Permission): Promise<Decision> {
    const access = await judgeOf(request, stores, site).accessFor(permission);
    return permission.trust !== undefined && access.resourcePolicy !== undefined
      ? evaluateTrust({ ...access, resourcePolicy: access.resourcePolicy })
      : evaluate(access);
  }
}

/** Where it is not for want of a policy that strangers are kept out. */
async function restricted({ principal, bucket }: Authenticated, { access }: Stores): Promise<string | undefined> {
  if (principal.kind !== 'anonymous' || bucket === undefined) return undefined;
  const reached = await access.find(bucket);
  if (reached === undefined || !reached.isPublic || !reached.block.restrictPublicBuckets) return undefined;
  return `The policy of the bucket ${bucket} is public, and its public access block (RestrictPublicBuckets) keeps everybody out whom it does not name.`;
}

/** The decision about one more permission that only changes what is told. */
export async function mayAlso(request: Authenticated, permission: Permission, { stores, site }: ExplainContext): Promise<boolean> {
  return evaluate(await judgeOf(request, stores, site).accessFor(permission)).effect === 'allow';
}
