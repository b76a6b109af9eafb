/** Users, groups, roles, access keys and policies, as IAM's actions have them. */
import { callAction } from '../api/query-api.ts';
import type { Page } from '../components/paged.tsx';
import { childOf, childrenOf, textOf } from '../xml.ts';

export type HolderKind = 'User' | 'Group' | 'Role';

export type Holder = {
  readonly kind: HolderKind;
  readonly name: string;
  readonly arn: string;
  readonly createdAt: string;
  readonly description?: string | undefined;
  /** Of a role. */
  readonly trust?: string | undefined;
};

export type AccessKey = { readonly id: string; readonly status: 'Active' | 'Inactive'; readonly createdAt: string };
export type NewAccessKey = { readonly id: string; readonly secret: string; readonly userName: string };
export type LastUse = { readonly at?: string | undefined; readonly service: string };

/** The members of a list of an answer. */
export function membersOf(answer: Element, list: string): readonly Element[] {
  const found = childOf(answer, list);
  return found === undefined ? [] : childrenOf(found, 'member');
}

function read(element: Element, name: string): string {
  return textOf(element, name) ?? '';
}

function holderOf(kind: HolderKind, element: Element): Holder {
  const trust = textOf(element, 'AssumeRolePolicyDocument');
  return {
    kind,
    name: read(element, `${kind}Name`),
    arn: read(element, 'Arn'),
    createdAt: read(element, 'CreateDate'),
    description: textOf(element, 'Description'),
    trust: trust === undefined ? undefined : decodeURIComponent(trust),
  };
}

export async function listHolders(kind: HolderKind, after: string | undefined, signal?: AbortSignal): Promise<Page<Holder>> {
  const answer = await callAction('iam', `List${kind}s`, { MaxItems: 100, Marker: after }, signal);
  const items = membersOf(answer, `${kind}s`).map((member) => holderOf(kind, member));
  return { items, next: textOf(answer, 'Marker') };
}

/** All of them, for choosing one: as many as anybody would look through. */
export async function everyHolder(kind: HolderKind, signal?: AbortSignal): Promise<readonly Holder[]> {
  const answer = await callAction('iam', `List${kind}s`, { MaxItems: 1000 }, signal);
  return membersOf(answer, `${kind}s`).map((member) => holderOf(kind, member));
}

export async function fetchHolder(kind: HolderKind, name: string, signal?: AbortSignal): Promise<Holder> {
  const answer = await callAction('iam', `Get${kind}`, { [`${kind}Name`]: name }, signal);
  return holderOf(kind, childOf(answer, kind) ?? answer);
}

export async function createHolder(kind: HolderKind, name: string, more: Readonly<Record<string, string | undefined>> = {}): Promise<void> {
  await callAction('iam', `Create${kind}`, { [`${kind}Name`]: name, ...more });
}

/** With all that keeps IAM from deleting it: access keys, memberships, policies. */
export async function deleteHolder(kind: HolderKind, name: string): Promise<void> {
  const named = { [`${kind}Name`]: name };
  if (kind === 'User') {
    for (const { id } of await listAccessKeys(name)) await deleteAccessKey(name, id);
    for (const group of await groupsOf(name)) await removeFromGroup(group.name, name);
  }
  if (kind === 'Group') for (const user of await membersOfGroup(name)) await removeFromGroup(name, user.name);
  for (const { arn } of await attachedPolicies(kind, name)) await detachPolicy(kind, name, arn);
  for (const policy of await inlinePolicies(kind, name)) await deleteInlinePolicy(kind, name, policy);
  await callAction('iam', `Delete${kind}`, named);
}

export async function listAccessKeys(userName: string, signal?: AbortSignal): Promise<readonly AccessKey[]> {
  const answer = await callAction('iam', 'ListAccessKeys', { UserName: userName }, signal);
  return membersOf(answer, 'AccessKeyMetadata').map((member) => ({
    id: read(member, 'AccessKeyId'),
    status: read(member, 'Status') as AccessKey['status'],
    createdAt: read(member, 'CreateDate'),
  }));
}

export async function lastUseOf(id: string, signal?: AbortSignal): Promise<LastUse> {
  const answer = await callAction('iam', 'GetAccessKeyLastUsed', { AccessKeyId: id }, signal);
  const use = childOf(answer, 'AccessKeyLastUsed') ?? answer;
  return { at: textOf(use, 'LastUsedDate'), service: read(use, 'ServiceName') };
}

export async function createAccessKey(userName: string): Promise<NewAccessKey> {
  const answer = await callAction('iam', 'CreateAccessKey', { UserName: userName });
  const key = childOf(answer, 'AccessKey') ?? answer;
  return { id: read(key, 'AccessKeyId'), secret: read(key, 'SecretAccessKey'), userName };
}

export async function setAccessKeyStatus(userName: string, id: string, status: AccessKey['status']): Promise<void> {
  await callAction('iam', 'UpdateAccessKey', { UserName: userName, AccessKeyId: id, Status: status });
}

export async function deleteAccessKey(userName: string, id: string): Promise<void> {
  await callAction('iam', 'DeleteAccessKey', { UserName: userName, AccessKeyId: id });
}

export async function groupsOf(userName: string, signal?: AbortSignal): Promise<readonly Holder[]> {
  const answer = await callAction('iam', 'ListGroupsForUser', { UserName: userName, MaxItems: 1000 }, signal);
  return membersOf(answer, 'Groups').map((member) => holderOf('Group', member));
}

export async function membersOfGroup(groupName: string, signal?: AbortSignal): Promise<readonly Holder[]> {
  const answer = await callAction('iam', 'GetGroup', { GroupName: groupName, MaxItems: 1000 }, signal);
  return membersOf(answer, 'Users').map((member) => holderOf('User', member));
}

export async function addToGroup(groupName: string, userName: string): Promise<void> {
  await callAction('iam', 'AddUserToGroup', { GroupName: groupName, UserName: userName });
}

export async function removeFromGroup(groupName: string, userName: string): Promise<void> {
  await callAction('iam', 'RemoveUserFromGroup', { GroupName: groupName, UserName: userName });
}

export type AttachedPolicy = { readonly name: string; readonly arn: string };

export async function attachedPolicies(kind: HolderKind, name: string, signal?: AbortSignal): Promise<readonly AttachedPolicy[]> {
  const answer = await callAction('iam', `ListAttached${kind}Policies`, { [`${kind}Name`]: name, MaxItems: 100 }, signal);
  return membersOf(answer, 'AttachedPolicies').map((member) => ({ name: read(member, 'PolicyName'), arn: read(member, 'PolicyArn') }));
}

export async function attachPolicy(kind: HolderKind, name: string, policyArn: string): Promise<void> {
  await callAction('iam', `Attach${kind}Policy`, { [`${kind}Name`]: name, PolicyArn: policyArn });
}

export async function detachPolicy(kind: HolderKind, name: string, policyArn: string): Promise<void> {
  await callAction('iam', `Detach${kind}Policy`, { [`${kind}Name`]: name, PolicyArn: policyArn });
}

/** Names. */
export async function inlinePolicies(kind: HolderKind, name: string, signal?: AbortSignal): Promise<readonly string[]> {
  const answer = await callAction('iam', `List${kind}Policies`, { [`${kind}Name`]: name, MaxItems: 100 }, signal);
  return membersOf(answer, 'PolicyNames').map((member) => member.textContent ?? '');
}

/** The document's text. */
export async function inlinePolicy(kind: HolderKind, name: string, policyName: string): Promise<string> {
  const answer = await callAction('iam', `Get${kind}Policy`, { [`${kind}Name`]: name, PolicyName: policyName });
  return decodeURIComponent(read(answer, 'PolicyDocument'));
}

export async function putInlinePolicy(kind: HolderKind, name: string, policyName: string, document: string): Promise<void> {
  await callAction('iam', `Put${kind}Policy`, { [`${kind}Name`]: name, PolicyName: policyName, PolicyDocument: document });
}

export async function deleteInlinePolicy(kind: HolderKind, name: string, policyName: string): Promise<void> {
  await callAction('iam', `Delete${kind}Policy`, { [`${kind}Name`]: name, PolicyName: policyName });
}
