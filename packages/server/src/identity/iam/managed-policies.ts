/** Managed policies: kept by themselves, in up to five versions, attached to whom they are for. */
import { S3Error } from '@latchkey/s3/errors';
import { element, type XmlNode } from '@latchkey/s3/xml-writer';
import type { RecordStore } from '@latchkey/storage/record-store';
import type { Permission } from '../../pipeline.ts';
import { type Call, defineAction, listElement, optional, timeElement } from '../../query/define-action.ts';
import { documentPage } from '../../query/pages.ts';
import { DOCUMENT, NAME, PATH } from '../../query/parameters.ts';
import { nameInArn, policyArn } from '../arns.ts';
import { changing, everyDocument, type Versioned } from '../documents.ts';
import { groups, type ManagedPolicy, managedPolicies, type PolicyHolder, roles, users } from '../model.ts';
import { uniqueId } from '../unique-ids.ts';
import { noSuchEntity, onAnything } from './holders.ts';
import { checkedPolicy } from './policy-documents.ts';
import { tagList } from './tags.ts';

/** Throws NoSuchEntity. */
export async function existingPolicy(records: RecordStore, accountId: string, arn: string): Promise<Versioned<ManagedPolicy>> {
  const name = nameInArn(arn, accountId, 'policy');
  const found = name === undefined ? undefined : await managedPolicies.get(records, name);
  if (found === undefined || policyArn(accountId, found.value) !== arn)
    throw noSuchEntity(`Policy ${arn} does not exist or is not attachable.`);
  return found;
}

export const onPolicy =
  (action: string) =>
  ({ parameters }: Call): readonly Permission[] => [{ action, resource: parameters.required('PolicyArn', { max: 2048 }) }];

export const createPolicy = defineAction('iam', {
  name: 'CreatePolicy',
  needs: ({ parameters, site }) => {
    const named = { name: parameters.required('PolicyName', NAME), path: parameters.text('Path', PATH) ?? '/' };
    return [{ action: 'iam:CreatePolicy', resource: policyArn(site.accountId, named) }];
  },
  async run({ parameters, stores: { records }, site }) {
    const name = parameters.required('PolicyName', NAME);
    const text = checkedPolicy(parameters.required('PolicyDocument', DOCUMENT), 'managed');
    const description = parameters.text('Description', { max: 1000 });
    const now = site.now();
    const policy: ManagedPolicy = {
      name,
      path: parameters.text('Path', PATH) ?? '/',
      uniqueId: uniqueId('ANPA'),
      createdAt: now,
      updatedAt: now,
      versions: [{ id: 'v1', text, createdAt: now }],
      defaultVersion: 'v1',
      nextVersion: 2,
      attachments: 0,
      boundaries: 0,
      tags: parameters.tags(),
      ...(description === undefined ? {} : { description }),
    };
    await changing(records, async () => {
      if ((await managedPolicies.get(records, name)) !== undefined)
        throw new S3Error('EntityAlreadyExists', { message: `A policy called ${name} already exists. Duplicate names are not allowed.` });
      return { changes: [managedPolicies.put(name, policy, 0)], result: undefined };
    });
    return [element('Policy', policyElements(policy, site.accountId))];
  },
});

export const getPolicy = defineAction('iam', {
  name: 'GetPolicy',
  needs: onPolicy('iam:GetPolicy'),
  async run({ parameters, stores: { records }, site }) {
    const { value } = await existingPolicy(records, site.accountId, parameters.required('PolicyArn'));
    return [element('Policy', [...policyElements(value, site.accountId), tagList(value.tags)])];
  },
});

export const listPolicies = defineAction('iam', {
  name: 'ListPolicies',
  needs: onAnything('iam:ListPolicies'),
  async run({ parameters, stores: { records }, site }) {
    const prefix = parameters.text('PathPrefix') ?? '/';
    const onlyAttached = parameters.text('OnlyAttached') === 'true';
    // There are no policies of AWS here: all are the account's own.
    const scope = parameters.text('Scope') ?? 'All';
    const { values, end } = await documentPage(
      managedPolicies,
      records,
      parameters,
      (policy) => scope !== 'AWS' && policy.path.startsWith(prefix) && (!onlyAttached || policy.attachments > 0),
    );
    return [
      listElement(
        'Policies',
        values.map((policy) => policyElements(policy, site.accountId) as XmlNode[]),
      ),
      ...end,
    ];
  },
});

export const deletePolicy = defineAction('iam', {
  name: 'DeletePolicy',
  needs: onPolicy('iam:DeletePolicy'),
  async run({ parameters, stores: { records }, site }) {
    const arn = parameters.required('PolicyArn');
    await changing(records, async () => {
      const { value, version } = await existingPolicy(records, site.accountId, arn);
      if (value.attachments + value.boundaries > 0)
        throw new S3Error('DeleteConflict', { message: 'Cannot delete a policy attached to entities.' });
      if (value.versions.length > 1)
        throw new S3Error('DeleteConflict', {
          message: 'This policy has more than one version. Before you delete a policy, you must delete the policy’s versions.',
        });
      return { changes: [managedPolicies.remove(value.name, version)], result: undefined };
    });
    return undefined;
  },
});

export const listEntitiesForPolicy = defineAction('iam', {
  name: 'ListEntitiesForPolicy',
  needs: onPolicy('iam:ListEntitiesForPolicy'),
  async run({ parameters, stores: { records }, site }) {
    const { value } = await existingPolicy(records, site.accountId, parameters.required('PolicyArn'));
    const usage = parameters.text('PolicyUsageFilter') ?? 'PermissionsPolicy';
    const filter = parameters.text('EntityFilter');
    const name = value.name.toLowerCase();
    const isUsedBy = (holder: PolicyHolder & { readonly boundary?: string }) =>
      usage === 'PermissionsBoundary' ? holder.boundary === name : holder.attached.includes(name);
    const found = { User: [] as PolicyHolder[], Group: [] as PolicyHolder[], Role: [] as PolicyHolder[] };
    for await (const user of everyDocument(users, records)) if (isUsedBy(user)) found.User.push(user);
    for await (const group of everyDocument(groups, records)) if (isUsedBy(group)) found.Group.push(group);
    for await (const role of everyDocument(roles, records)) if (isUsedBy(role)) found.Role.push(role);
    const list = (title: keyof typeof found) =>
      listElement(
        `Policy${title}s`,
        (filter === undefined || filter === title ? found[title] : []).map((holder) => [
          element(`${title}Name`, holder.name),
          element(`${title}Id`, holder.uniqueId),
        ]),
      );
    return [list('Group'), list('User'), list('Role'), element('IsTruncated', false)];
  },
});

export function policyElements(policy: ManagedPolicy, accountId: string): readonly (XmlNode | undefined)[] {
  return [
    element('PolicyName', policy.name),
    element('PolicyId', policy.uniqueId),
    element('Arn', policyArn(accountId, policy)),
    element('Path', policy.path),
    element('DefaultVersionId', policy.defaultVersion),
    element('AttachmentCount', policy.attachments),
    element('PermissionsBoundaryUsageCount', policy.boundaries),
    element('IsAttachable', true),
    optional('Description', policy.description),
    timeElement('CreateDate', policy.createdAt),
    timeElement('UpdateDate', policy.updatedAt),
  ];
}
