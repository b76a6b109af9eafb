/** What tools ask about the account, and about things users have on AWS and not here. */
import { element } from '@latchkey/s3/xml-writer';
import type { Operation } from '../../pipeline.ts';
import { defineAction, listElement } from '../../query/define-action.ts';
import { USER_NAME } from '../../query/parameters.ts';
import { everyDocument } from '../documents.ts';
import { groups, managedPolicies, roles, users } from '../model.ts';
import { existing, noSuchEntity, onAnything, onHolder, onUserOrOwn, USER } from './holders.ts';

export const getAccountSummary = defineAction('iam', {
  name: 'GetAccountSummary',
  needs: onAnything('iam:GetAccountSummary'),
  async run({ stores: { records } }) {
    const counts = { Users: 0, Groups: 0, Roles: 0, Policies: 0 };
    for await (const _user of everyDocument(users, records)) counts.Users++;
    for await (const _group of everyDocument(groups, records)) counts.Groups++;
    for await (const _role of everyDocument(roles, records)) counts.Roles++;
    for await (const _policy of everyDocument(managedPolicies, records)) counts.Policies++;
    const limits = { AccessKeysPerUserQuota: 2, AttachedPoliciesPerUserQuota: 20, VersionsPerPolicyQuota: 5, MFADevices: 0 };
    const entries = Object.entries({ ...counts, ...limits }).map(([name, value]) =>
      element('entry', [element('key', name), element('value', value)]),
    );
    return [element('SummaryMap', entries)];
  },
});

export const listAccountAliases = defineAction('iam', {
  name: 'ListAccountAliases',
  needs: onAnything('iam:ListAccountAliases'),
  run: async () => [listElement('AccountAliases', []), element('IsTruncated', false)],
});

/** Terraform asks for each of these before it removes a user. */
const NOT_HERE = [
  ['ListMFADevices', 'MFADevices'],
  ['ListSigningCertificates', 'Certificates'],
  ['ListSSHPublicKeys', 'SSHPublicKeys'],
  ['ListServiceSpecificCredentials', 'ServiceSpecificCredentials'],
] as const;

export const notHere: readonly Operation[] = [
  ...NOT_HERE.map(([name, list]) =>
    defineAction('iam', {
      name,
      needs: onUserOrOwn(`iam:${name}`),
      run: async () => [listElement(list, []), element('IsTruncated', false)],
    }),
  ),
  ...(['GetLoginProfile', 'DeleteLoginProfile'] as const).map((name) =>
    defineAction('iam', {
      name,
      needs: onHolder(USER, `iam:${name}`),
      async run({ parameters, stores: { records } }) {
        const { value } = await existing(records, USER, parameters.required('UserName', USER_NAME));
        throw noSuchEntity(`Login Profile for User ${value.name} cannot be found.`);
      },
    }),
  ),
];
