/** Managed policies, as IAM's actions have them. */
import { callAction } from '../api/query-api.ts';
import type { Page } from '../components/paged.tsx';
import { membersOf } from '../people/iam.ts';
import { childOf, textOf } from '../xml.ts';

export type ManagedPolicy = {
  readonly name: string;
  readonly arn: string;
  readonly defaultVersion: string;
  readonly attachments: number;
  readonly updatedAt: string;
  readonly description?: string | undefined;
};

export type PolicyVersion = { readonly id: string; readonly isDefault: boolean; readonly createdAt: string };

const MOST_VERSIONS = 5;

function policyOf(element: Element): ManagedPolicy {
  const text = (name: string) => textOf(element, name) ?? '';
  return {
    name: text('PolicyName'),
    arn: text('Arn'),
    defaultVersion: text('DefaultVersionId'),
    attachments: Number(text('AttachmentCount')),
    updatedAt: text('UpdateDate'),
    description: textOf(element, 'Description'),
  };
}

export async function listPolicies(after: string | undefined, signal?: AbortSignal): Promise<Page<ManagedPolicy>> {
  const answer = await callAction('iam', 'ListPolicies', { Scope: 'Local', MaxItems: 100, Marker: after }, signal);
  return { items: membersOf(answer, 'Policies').map(policyOf), next: textOf(answer, 'Marker') };
}

/** For choosing one. */
export async function everyPolicy(signal?: AbortSignal): Promise<readonly ManagedPolicy[]> {
  const answer = await callAction('iam', 'ListPolicies', { Scope: 'Local', MaxItems: 1000 }, signal);
  return membersOf(answer, 'Policies').map(policyOf);
}

export async function fetchPolicy(arn: string, signal?: AbortSignal): Promise<ManagedPolicy> {
  const answer = await callAction('iam', 'GetPolicy', { PolicyArn: arn }, signal);
  return policyOf(childOf(answer, 'Policy') ?? answer);
}

/** The text of one version. */
export async function policyDocument(arn: string, versionId: string, signal?: AbortSignal): Promise<string> {
  const answer = await callAction('iam', 'GetPolicyVersion', { PolicyArn: arn, VersionId: versionId }, signal);
  return decodeURIComponent(textOf(childOf(answer, 'PolicyVersion') ?? answer, 'Document') ?? '');
}

/** The newest first. */
export async function policyVersions(arn: string, signal?: AbortSignal): Promise<readonly PolicyVersion[]> {
  const answer = await callAction('iam', 'ListPolicyVersions', { PolicyArn: arn }, signal);
  return membersOf(answer, 'Versions')
    .map((member) => ({
      id: textOf(member, 'VersionId') ?? '',
      isDefault: textOf(member, 'IsDefaultVersion') === 'true',
      createdAt: textOf(member, 'CreateDate') ?? '',
    }))
    .sort((a, b) => Number(b.id.slice(1)) - Number(a.id.slice(1)));
}

/** Its ARN. */
export async function createPolicy(name: string, document: string, description: string): Promise<string> {
  const given = { PolicyName: name, PolicyDocument: document, Description: description === '' ? undefined : description };
  const answer = await callAction('iam', 'CreatePolicy', given);
  return textOf(childOf(answer, 'Policy') ?? answer, 'Arn') ?? '';
}

/** A new version, in use at once. IAM keeps five: the oldest that is not in use makes room. */
export async function saveVersion(arn: string, document: string): Promise<void> {
  const versions = await policyVersions(arn);
  const oldest = versions.filter(({ isDefault }) => !isDefault).at(-1);
  if (versions.length >= MOST_VERSIONS && oldest !== undefined)
    await callAction('iam', 'DeletePolicyVersion', { PolicyArn: arn, VersionId: oldest.id });
  await callAction('iam', 'CreatePolicyVersion', { PolicyArn: arn, PolicyDocument: document, SetAsDefault: true });
}

export async function activateVersion(arn: string, versionId: string): Promise<void> {
  await callAction('iam', 'SetDefaultPolicyVersion', { PolicyArn: arn, VersionId: versionId });
}

export type Attachment = { readonly kind: 'User' | 'Group' | 'Role'; readonly name: string };

export async function attachmentsOf(arn: string, signal?: AbortSignal): Promise<readonly Attachment[]> {
  const answer = await callAction('iam', 'ListEntitiesForPolicy', { PolicyArn: arn }, signal);
  return (['User', 'Group', 'Role'] as const).flatMap((kind) =>
    membersOf(answer, `Policy${kind}s`).map((member) => ({ kind, name: textOf(member, `${kind}Name`) ?? '' })),
  );
}

/** With its attachments and older versions, which IAM wants gone first. */
export async function deletePolicy(arn: string): Promise<void> {
  for (const { kind, name } of await attachmentsOf(arn))
    await callAction('iam', `Detach${kind}Policy`, { [`${kind}Name`]: name, PolicyArn: arn });
  for (const { id, isDefault } of await policyVersions(arn))
    if (!isDefault) await callAction('iam', 'DeletePolicyVersion', { PolicyArn: arn, VersionId: id });
  await callAction('iam', 'DeletePolicy', { PolicyArn: arn });
}
