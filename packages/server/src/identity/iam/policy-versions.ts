/** The versions of a managed policy: five at most, one of them in force. */
import { S3Error } from '@latchkey/s3/errors';
import { element, type XmlNode } from '@latchkey/s3/xml-writer';
import { defineAction, listElement, timeElement } from '../../query/define-action.ts';
import { page } from '../../query/pages.ts';
import { DOCUMENT } from '../../query/parameters.ts';
import { changing } from '../documents.ts';
import { type ManagedPolicy, managedPolicies, type PolicyVersion } from '../model.ts';
import { noSuchEntity } from './holders.ts';
import { existingPolicy, onPolicy } from './managed-policies.ts';
import { checkedPolicy } from './policy-documents.ts';

const MAX_VERSIONS = 5;
const VERSION_ID = { pattern: /^v[1-9]\d*$/, max: 20 };

export const createPolicyVersion = defineAction('iam', {
  name: 'CreatePolicyVersion',
  needs: onPolicy('iam:CreatePolicyVersion'),
  async run({ parameters, stores: { records }, site }) {
    const arn = parameters.required('PolicyArn');
    const text = checkedPolicy(parameters.required('PolicyDocument', DOCUMENT), 'managed');
    const isDefault = parameters.text('SetAsDefault') === 'true';
    const made = await changing(records, async () => {
      const { value, version } = await existingPolicy(records, site.accountId, arn);
      if (value.versions.length >= MAX_VERSIONS)
        throw new S3Error('LimitExceeded', {
          message: `A managed policy can have up to ${MAX_VERSIONS} versions. Before you create a new version, you must delete an existing version.`,
        });
      const added: PolicyVersion = { id: `v${value.nextVersion}`, text, createdAt: site.now() };
      const changed: ManagedPolicy = {
        ...value,
        versions: [...value.versions, added],
        nextVersion: value.nextVersion + 1,
        updatedAt: added.createdAt,
        defaultVersion: isDefault ? added.id : value.defaultVersion,
      };
      return { changes: [managedPolicies.put(value.name, changed, version)], result: { policy: changed, added } };
    });
    return [element('PolicyVersion', versionElements(made.added, made.policy, false))];
  },
});

export const getPolicyVersion = defineAction('iam', {
  name: 'GetPolicyVersion',
  needs: onPolicy('iam:GetPolicyVersion'),
  async run({ parameters, stores: { records }, site }) {
    const { value } = await existingPolicy(records, site.accountId, parameters.required('PolicyArn'));
    return [element('PolicyVersion', versionElements(versionOf(value, parameters.required('VersionId', VERSION_ID)), value, true))];
  },
});

export const listPolicyVersions = defineAction('iam', {
  name: 'ListPolicyVersions',
  needs: onPolicy('iam:ListPolicyVersions'),
  async run({ parameters, stores: { records }, site }) {
    const { value } = await existingPolicy(records, site.accountId, parameters.required('PolicyArn'));
    const { values, end } = page(value.versions, ({ id }) => id.padStart(20, ' '), parameters);
    return [
      listElement(
        'Versions',
        values.map((version) => versionElements(version, value, false)),
      ),
      ...end,
    ];
  },
});

export const setDefaultPolicyVersion = defineAction('iam', {
  name: 'SetDefaultPolicyVersion',
  needs: onPolicy('iam:SetDefaultPolicyVersion'),
  async run({ parameters, stores: { records }, site }) {
    await changing(records, async () => {
      const { value, version } = await existingPolicy(records, site.accountId, parameters.required('PolicyArn'));
      const { id } = versionOf(value, parameters.required('VersionId', VERSION_ID));
      return {
        changes: [managedPolicies.put(value.name, { ...value, defaultVersion: id, updatedAt: site.now() }, version)],
        result: undefined,
      };
    });
    return undefined;
  },
});

export const deletePolicyVersion = defineAction('iam', {
  name: 'DeletePolicyVersion',
  needs: onPolicy('iam:DeletePolicyVersion'),
  async run({ parameters, stores: { records }, site }) {
    await changing(records, async () => {
      const { value, version } = await existingPolicy(records, site.accountId, parameters.required('PolicyArn'));
      const { id } = versionOf(value, parameters.required('VersionId', VERSION_ID));
      if (id === value.defaultVersion) throw new S3Error('DeleteConflict', { message: 'Cannot delete the default version of a policy.' });
      const versions = value.versions.filter((other) => other.id !== id);
      return { changes: [managedPolicies.put(value.name, { ...value, versions }, version)], result: undefined };
    });
    return undefined;
  },
});

function versionOf(policy: ManagedPolicy, id: string): PolicyVersion {
  const found = policy.versions.find((version) => version.id === id);
  if (found === undefined) throw noSuchEntity(`Policy version ${id} does not exist.`);
  return found;
}

function versionElements({ id, text, createdAt }: PolicyVersion, policy: ManagedPolicy, withText: boolean): XmlNode[] {
  return [
    ...(withText ? [element('Document', encodeURIComponent(text))] : []),
    element('VersionId', id),
    element('IsDefaultVersion', id === policy.defaultVersion),
    timeElement('CreateDate', createdAt),
  ];
}
