/** The policies that bear on a user or a role, as they are now, ready to be evaluated. */
import { type CompiledPolicy, compilePolicy } from '@latchkey/policy/compile';
import { readStoredPolicy } from '@latchkey/policy/document';
import type { RecordStore } from '@latchkey/storage/record-store';
import { defaultText, groups, managedPolicies, type PolicyHolder } from './model.ts';

export type PrincipalPolicies = {
  readonly identity: readonly CompiledPolicy[];
  readonly boundary: CompiledPolicy | undefined;
  /** `undefined` for who is no session, or one that was not narrowed. */
  readonly session: readonly CompiledPolicy[] | undefined;
  /** Whether any of them asks for the tags of objects, which have to be read for it. */
  readonly asksForObjectTags: boolean;
};

type Holder = PolicyHolder & { readonly boundary?: string; readonly groups?: readonly string[] };
export type SessionLimits = { readonly policies?: readonly string[]; readonly policyNames?: readonly string[] };

/** Of a user with the user's groups, or of a role; `limits` are those of the session that asks. */
export async function principalPolicies(records: RecordStore, holder: Holder, limits: SessionLimits = {}): Promise<PrincipalPolicies> {
  const identity = await policiesOf(records, holder);
  for (const name of holder.groups ?? []) {
    const group = await groups.get(records, name);
    if (group !== undefined) identity.push(...(await policiesOf(records, group.value)));
  }
  const boundary = holder.boundary === undefined ? undefined : await managed(records, holder.boundary);
  return withObjectTags({ identity, boundary, session: await sessionPolicies(records, limits) });
}

/** The policies of a session that is not narrowed further than by `limits`, for root's sessions. */
export async function sessionPolicies(
  records: RecordStore,
  { policies, policyNames }: SessionLimits,
): Promise<readonly CompiledPolicy[] | undefined> {
  if (policies === undefined && policyNames === undefined) return undefined;
  const inline = (policies ?? []).map((text, index) =>
    compilePolicy(readStoredPolicy(text, 'session').document, `session policy ${index + 1}`),
  );
  const named = await Promise.all((policyNames ?? []).map((name) => managed(records, name)));
  return [...inline, ...named];
}

export const asksForObjectTags = (policy: CompiledPolicy): boolean => {
  for (const key of policy.keys) if (key.startsWith('s3:existingobjecttag/')) return true;
  return false;
};

async function policiesOf(records: RecordStore, holder: PolicyHolder): Promise<CompiledPolicy[]> {
  const inline = holder.inline.map(({ name, text }) =>
    compilePolicy(readStoredPolicy(text, 'identity').document, `${holder.name}/${name}`),
  );
  const attached = await Promise.all(holder.attached.map((name) => managed(records, name)));
  return [...inline, ...attached];
}

/** A policy that is named but not there denies everything: a missing Deny must not open anything. */
async function managed(records: RecordStore, name: string): Promise<CompiledPolicy> {
  const found = await managedPolicies.get(records, name);
  const text = found === undefined ? '' : defaultText(found.value);
  return compilePolicy(readStoredPolicy(text, 'identity').document, found?.value.name ?? name);
}

function withObjectTags(policies: Omit<PrincipalPolicies, 'asksForObjectTags'>): PrincipalPolicies {
  const all = [...policies.identity, ...(policies.boundary ? [policies.boundary] : []), ...(policies.session ?? [])];
  return { ...policies, asksForObjectTags: all.some(asksForObjectTags) };
}
