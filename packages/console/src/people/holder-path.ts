/** The addresses of users, groups, roles and policies. Their names are in the query: they may be anything, also what screens are called. */
import { hrefOf } from '../router.ts';
import type { HolderKind } from './iam.ts';

export function holderPath(kind: HolderKind, name: string): string {
  return hrefOf(`/people/${kind.toLowerCase()}`, { name });
}

/** By its ARN, which has its path. */
export function policyPath(arn: string): string {
  return hrefOf('/policies/policy', { arn });
}
