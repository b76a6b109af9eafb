/** Roles: permissions that somebody takes on for a while. Whom they are for is in their trust policy. */
import { S3Error } from '@latchkey/s3/errors';
import { element, type XmlNode } from '@latchkey/s3/xml-writer';
import type { RecordStore } from '@latchkey/storage/record-store';
import { defineAction, listElement, optional, timeElement } from '../../query/define-action.ts';
import { documentPage } from '../../query/pages.ts';
import { DOCUMENT, PATH, USER_NAME } from '../../query/parameters.ts';
import { roleArn } from '../arns.ts';
import { shownPolicy } from '../bound-principals.ts';
import { changing } from '../documents.ts';
import { type Role, roles } from '../model.ts';
import { uniqueId } from '../unique-ids.ts';
import { boundaryChange, boundaryContext } from './boundaries.ts';
import { existing, onAnything, onHolder, ROLE } from './holders.ts';
import { checkedTrust } from './policy-documents.ts';
import { tagList } from './tags.ts';
import { boundaryElement } from './users.ts';

const SESSION_SECONDS = { min: 3600, max: 43_200 };

export const createRole = defineAction('iam', {
  name: 'CreateRole',
  needs: ({ parameters, site }) => {
    const named = { name: parameters.required('RoleName', USER_NAME), path: parameters.text('Path', PATH) ?? '/' };
    return [{ action: 'iam:CreateRole', resource: roleArn(site.accountId, named), context: boundaryContext(parameters) }];
  },
  async run({ parameters, stores: { records }, site }) {
    const name = parameters.required('RoleName', USER_NAME);
    const trust = await checkedTrust(parameters.required('AssumeRolePolicyDocument', DOCUMENT), records, site.accountId);
    const description = parameters.text('Description', { max: 1000 });
    const role = await changing(records, async () => {
      if ((await roles.get(records, name)) !== undefined)
        throw new S3Error('EntityAlreadyExists', { message: `Role with name ${name} already exists.` });
      const boundary = await boundaryChange(records, site.accountId, undefined, parameters.text('PermissionsBoundary'));
      const made: Role = {
        name,
        path: parameters.text('Path', PATH) ?? '/',
        uniqueId: uniqueId('AROA'),
        createdAt: site.now(),
        inline: [],
        attached: [],
        ...trust,
        maxSessionSeconds: parameters.wholeNumber('MaxSessionDuration', SESSION_SECONDS) ?? SESSION_SECONDS.min,
        tags: parameters.tags(),
        ...(description === undefined ? {} : { description }),
        ...boundary.field,
      };
      return { changes: [roles.put(name, made, 0), ...boundary.changes], result: made };
    });
    return [element('Role', await roleElements(role, records, site.accountId))];
  },
});

export const getRole = defineAction('iam', {
  name: 'GetRole',
  needs: onHolder(ROLE, 'iam:GetRole'),
  async run({ parameters, stores: { records }, site }) {
    const { value } = await existing(records, ROLE, parameters.required('RoleName', USER_NAME));
    return [element('Role', await roleElements(value, records, site.accountId))];
  },
});

export const listRoles = defineAction('iam', {
  name: 'ListRoles',
  needs: onAnything('iam:ListRoles'),
  async run({ parameters, stores: { records }, site }) {
    const prefix = parameters.text('PathPrefix') ?? '/';
    const { values, end } = await documentPage(roles, records, parameters, ({ path }) => path.startsWith(prefix));
    return [
      listElement('Roles', (await Promise.all(values.map((role) => roleElements(role, records, site.accountId)))) as XmlNode[][]),
      ...end,
    ];
  },
});

export const updateAssumeRolePolicy = defineAction('iam', {
  name: 'UpdateAssumeRolePolicy',
  needs: onHolder(ROLE, 'iam:UpdateAssumeRolePolicy'),
  async run({ parameters, stores: { records }, site }) {
    const name = parameters.required('RoleName', USER_NAME);
    const trust = await checkedTrust(parameters.required('PolicyDocument', DOCUMENT), records, site.accountId);
    await changing(records, async () => {
      const { value, version } = await existing(records, ROLE, name);
      return { changes: [roles.put(name, { ...value, ...trust }, version)], result: undefined };
    });
    return undefined;
  },
});

export const updateRole = defineAction('iam', {
  name: 'UpdateRole',
  needs: onHolder(ROLE, 'iam:UpdateRole'),
  async run({ parameters, stores: { records } }) {
    const name = parameters.required('RoleName', USER_NAME);
    const description = parameters.text('Description', { max: 1000 });
    const maxSessionSeconds = parameters.wholeNumber('MaxSessionDuration', SESSION_SECONDS);
    await changing(records, async () => {
      const { value, version } = await existing(records, ROLE, name);
      const changed: Role = {
        ...value,
        ...(description === undefined ? {} : { description }),
        ...(maxSessionSeconds === undefined ? {} : { maxSessionSeconds }),
      };
      return { changes: [roles.put(name, changed, version)], result: undefined };
    });
    return [];
  },
});

export const deleteRole = defineAction('iam', {
  name: 'DeleteRole',
  needs: onHolder(ROLE, 'iam:DeleteRole'),
  async run({ parameters, stores: { records }, site }) {
    const name = parameters.required('RoleName', USER_NAME);
    await changing(records, async () => {
      const { value, version } = await existing(records, ROLE, name);
      if (value.attached.length > 0) throw conflict('detach all policies');
      if (value.inline.length > 0) throw conflict('delete policies');
      const released = await boundaryChange(records, site.accountId, value.boundary, undefined);
      return { changes: [roles.remove(name, version), ...released.changes], result: undefined };
    });
    return undefined;
  },
});

/** There are no machines here to give a profile to; tools ask before they remove a role. */
export const listInstanceProfilesForRole = defineAction('iam', {
  name: 'ListInstanceProfilesForRole',
  needs: onHolder(ROLE, 'iam:ListInstanceProfilesForRole'),
  async run({ parameters, stores: { records } }) {
    await existing(records, ROLE, parameters.required('RoleName', USER_NAME));
    return [listElement('InstanceProfiles', []), element('IsTruncated', false)];
  },
});

async function roleElements(role: Role, records: RecordStore, accountId: string): Promise<readonly (XmlNode | undefined)[]> {
  return [
    element('Path', role.path),
    element('RoleName', role.name),
    element('RoleId', role.uniqueId),
    element('Arn', roleArn(accountId, role)),
    timeElement('CreateDate', role.createdAt),
    element('AssumeRolePolicyDocument', encodeURIComponent(await shownPolicy(role.trust, role.trusted, records, accountId))),
    optional('Description', role.description),
    element('MaxSessionDuration', role.maxSessionSeconds),
    boundaryElement(role),
    role.tags.length === 0 ? undefined : tagList(role.tags),
  ];
}

function conflict(first: string): S3Error {
  return new S3Error('DeleteConflict', { message: `Cannot delete entity, must ${first} first.` });
}
