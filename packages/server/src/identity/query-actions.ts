/** The rows of IAM and STS in the table of operations. */
import type { Operation } from '../pipeline.ts';
import { createAccessKey, deleteAccessKey, getAccessKeyLastUsed, listAccessKeys, updateAccessKey } from './iam/access-keys.ts';
import { getAccountSummary, listAccountAliases, notHere } from './iam/account.ts';
import { attachedPolicyActions } from './iam/attached-policies.ts';
import { boundaryActions } from './iam/boundaries.ts';
import { addUserToGroup, createGroup, deleteGroup, getGroup, listGroups, listGroupsForUser, removeUserFromGroup } from './iam/groups.ts';
import { inlinePolicyActions } from './iam/inline-policies.ts';
import { createPolicy, deletePolicy, getPolicy, listEntitiesForPolicy, listPolicies } from './iam/managed-policies.ts';
import {
  createPolicyVersion,
  deletePolicyVersion,
  getPolicyVersion,
  listPolicyVersions,
  setDefaultPolicyVersion,
} from './iam/policy-versions.ts';
import {
  createRole,
  deleteRole,
  getRole,
  listInstanceProfilesForRole,
  listRoles,
  updateAssumeRolePolicy,
  updateRole,
} from './iam/roles.ts';
import { simulateCustomPolicy, simulatePrincipalPolicy } from './iam/simulate.ts';
import { tagActions } from './iam/tags.ts';
import { createUser, deleteUser, getUser, listUsers, updateUser } from './iam/users.ts';
import { assumeRoleAction } from './sts/assume-role.ts';
import { getCallerIdentity } from './sts/caller-identity.ts';
import { getSessionToken } from './sts/session-token.ts';
import { assumeRoleWithWebIdentity } from './sts/web-identity.ts';

export const queryActions: readonly Operation[] = [
  createUser,
  getUser,
  listUsers,
  updateUser,
  deleteUser,
  createAccessKey,
  listAccessKeys,
  updateAccessKey,
  deleteAccessKey,
  getAccessKeyLastUsed,
  createGroup,
  getGroup,
  listGroups,
  listGroupsForUser,
  deleteGroup,
  addUserToGroup,
  removeUserFromGroup,
  createRole,
  getRole,
  listRoles,
  updateAssumeRolePolicy,
  updateRole,
  deleteRole,
  listInstanceProfilesForRole,
  ...inlinePolicyActions,
  ...attachedPolicyActions,
  ...boundaryActions,
  ...tagActions,
  createPolicy,
  getPolicy,
  listPolicies,
  deletePolicy,
  listEntitiesForPolicy,
  createPolicyVersion,
  getPolicyVersion,
  listPolicyVersions,
  setDefaultPolicyVersion,
  deletePolicyVersion,
  simulatePrincipalPolicy,
  simulateCustomPolicy,
  getAccountSummary,
  listAccountAliases,
  ...notHere,
  getCallerIdentity,
  getSessionToken,
  assumeRoleAction,
  assumeRoleWithWebIdentity,
];
