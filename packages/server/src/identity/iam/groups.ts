/** Groups: policies that several users share. */
import { S3Error } from '@latchkey/s3/errors';
import { element, type XmlNode } from '@latchkey/s3/xml-writer';
import { defineAction, listElement, timeElement } from '../../query/define-action.ts';
import { documentPage, page } from '../../query/pages.ts';
import { NAME, PATH, USER_NAME } from '../../query/parameters.ts';
import { groupArn } from '../arns.ts';
import { changing } from '../documents.ts';
import { type Group, groups, users } from '../model.ts';
import { uniqueId } from '../unique-ids.ts';
import { existing, GROUP, noSuchEntity, onAnything, onHolder, USER } from './holders.ts';
import { userElements } from './users.ts';

export const createGroup = defineAction('iam', {
  name: 'CreateGroup',
  needs: ({ parameters, site }) => {
    const named = { name: parameters.required('GroupName', NAME), path: parameters.text('Path', PATH) ?? '/' };
    return [{ action: 'iam:CreateGroup', resource: groupArn(site.accountId, named) }];
  },
  async run({ parameters, stores: { records }, site }) {
    const name = parameters.required('GroupName', NAME);
    const path = parameters.text('Path', PATH) ?? '/';
    const group: Group = { name, path, uniqueId: uniqueId('AGPA'), createdAt: site.now(), inline: [], attached: [], members: [] };
    await changing(records, async () => {
      if ((await groups.get(records, name)) !== undefined)
        throw new S3Error('EntityAlreadyExists', { message: `Group with name ${name} already exists.` });
      return { changes: [groups.put(name, group, 0)], result: undefined };
    });
    return [element('Group', groupElements(group, site.accountId))];
  },
});

export const getGroup = defineAction('iam', {
  name: 'GetGroup',
  needs: onHolder(GROUP, 'iam:GetGroup'),
  async run({ parameters, stores: { records }, site }) {
    const { value } = await existing(records, GROUP, parameters.required('GroupName', NAME));
    const members = await Promise.all(value.members.map((name) => users.get(records, name)));
    const there = members.flatMap((user) => (user === undefined ? [] : [user.value]));
    const { values, end } = page(there, ({ name }) => name, parameters);
    return [
      element('Group', groupElements(value, site.accountId)),
      listElement(
        'Users',
        values.map((user) => userElements(user, site.accountId) as XmlNode[]),
      ),
      ...end,
    ];
  },
});

export const listGroups = defineAction('iam', {
  name: 'ListGroups',
  needs: onAnything('iam:ListGroups'),
  async run({ parameters, stores: { records }, site }) {
    const prefix = parameters.text('PathPrefix') ?? '/';
    const { values, end } = await documentPage(groups, records, parameters, ({ path }) => path.startsWith(prefix));
    return [
      listElement(
        'Groups',
        values.map((group) => groupElements(group, site.accountId)),
      ),
      ...end,
    ];
  },
});

export const listGroupsForUser = defineAction('iam', {
  name: 'ListGroupsForUser',
  needs: onHolder(USER, 'iam:ListGroupsForUser'),
  async run({ parameters, stores: { records }, site }) {
    const { value } = await existing(records, USER, parameters.required('UserName', USER_NAME));
    const memberships = await Promise.all(value.groups.map((name) => groups.get(records, name)));
    const there = memberships.flatMap((group) => (group === undefined ? [] : [group.value]));
    const { values, end } = page(there, ({ name }) => name, parameters);
    return [
      listElement(
        'Groups',
        values.map((group) => groupElements(group, site.accountId)),
      ),
      ...end,
    ];
  },
});

export const deleteGroup = defineAction('iam', {
  name: 'DeleteGroup',
  needs: onHolder(GROUP, 'iam:DeleteGroup'),
  async run({ parameters, stores: { records } }) {
    const name = parameters.required('GroupName', NAME);
    await changing(records, async () => {
      const { value, version } = await existing(records, GROUP, name);
      if (value.members.length > 0) throw conflict('remove users from group');
      if (value.attached.length > 0) throw conflict('detach all policies');
      if (value.inline.length > 0) throw conflict('delete policies');
      return { changes: [groups.remove(name, version)], result: undefined };
    });
    return undefined;
  },
});

export const addUserToGroup = defineAction('iam', {
  name: 'AddUserToGroup',
  needs: onHolder(GROUP, 'iam:AddUserToGroup'),
  async run({ parameters, stores: { records } }) {
    await changing(records, async () => {
      const group = await existing(records, GROUP, parameters.required('GroupName', NAME));
      const user = await existing(records, USER, parameters.required('UserName', USER_NAME));
      const [groupName, userName] = [group.value.name.toLowerCase(), user.value.name.toLowerCase()];
      if (user.value.groups.includes(groupName)) return { changes: [], result: undefined };
      const changes = [
        users.put(userName, { ...user.value, groups: [...user.value.groups, groupName] }, user.version),
        groups.put(groupName, { ...group.value, members: [...group.value.members, userName] }, group.version),
      ];
      return { changes, result: undefined };
    });
    return undefined;
  },
});

export const removeUserFromGroup = defineAction('iam', {
  name: 'RemoveUserFromGroup',
  needs: onHolder(GROUP, 'iam:RemoveUserFromGroup'),
  async run({ parameters, stores: { records } }) {
    await changing(records, async () => {
      const group = await existing(records, GROUP, parameters.required('GroupName', NAME));
      const user = await existing(records, USER, parameters.required('UserName', USER_NAME));
      const [groupName, userName] = [group.value.name.toLowerCase(), user.value.name.toLowerCase()];
      if (!user.value.groups.includes(groupName)) throw noSuchEntity(`User ${user.value.name} is not in group ${group.value.name}.`);
      const changes = [
        users.put(userName, { ...user.value, groups: user.value.groups.filter((name) => name !== groupName) }, user.version),
        groups.put(groupName, { ...group.value, members: group.value.members.filter((name) => name !== userName) }, group.version),
      ];
      return { changes, result: undefined };
    });
    return undefined;
  },
});

function groupElements(group: Group, accountId: string): XmlNode[] {
  return [
    element('Path', group.path),
    element('GroupName', group.name),
    element('GroupId', group.uniqueId),
    element('Arn', groupArn(accountId, group)),
    timeElement('CreateDate', group.createdAt),
  ];
}

function conflict(first: string): S3Error {
  return new S3Error('DeleteConflict', { message: `Cannot delete entity, must ${first} first.` });
}
