/** Users: made, shown, renamed, removed. */
import { S3Error } from '@latchkey/s3/errors';
import { element, type XmlNode } from '@latchkey/s3/xml-writer';
import type { RecordChange } from '@latchkey/storage/record-store';
import { defineAction, listElement, optional, timeElement } from '../../query/define-action.ts';
import { documentPage } from '../../query/pages.ts';
import { PATH, USER_NAME } from '../../query/parameters.ts';
import { rootArn, userArn } from '../arns.ts';
import { changing } from '../documents.ts';
import { accessKeys, groups, type User, users } from '../model.ts';
import { uniqueId } from '../unique-ids.ts';
import { boundaryChange, boundaryContext } from './boundaries.ts';
import { existing, onAnything, onHolder, onUserOrOwn, requiredUserNameOrOwn, USER, userNameOrOwn } from './holders.ts';
import { tagList } from './tags.ts';

export const createUser = defineAction('iam', {
  name: 'CreateUser',
  needs: ({ parameters, site }) => {
    const name = parameters.required('UserName', USER_NAME);
    const path = parameters.text('Path', PATH) ?? '/';
    return [{ action: 'iam:CreateUser', resource: userArn(site.accountId, { name, path }), context: boundaryContext(parameters) }];
  },
  async run({ parameters, stores, site }) {
    const name = parameters.required('UserName', USER_NAME);
    const path = parameters.text('Path', PATH) ?? '/';
    const user = await changing(stores.records, async () => {
      if ((await users.get(stores.records, name)) !== undefined) throw alreadyExists(name);
      const boundary = await boundaryChange(stores.records, site.accountId, undefined, parameters.text('PermissionsBoundary'));
      const made: User = {
        name,
        path,
        uniqueId: uniqueId('AIDA'),
        createdAt: site.now(),
        inline: [],
        attached: [],
        groups: [],
        accessKeys: [],
        tags: parameters.tags(),
        ...boundary.field,
      };
      return { changes: [users.put(name, made, 0), ...boundary.changes], result: made };
    });
    return [element('User', userElements(user, site.accountId))];
  },
});

export const getUser = defineAction('iam', {
  name: 'GetUser',
  needs: onUserOrOwn('iam:GetUser'),
  async run(call) {
    const { stores, site, request } = call;
    const name = userNameOrOwn(call);
    if (name === undefined && request.principal.kind === 'root') return [element('User', rootElements(site.accountId))];
    const { value } = await existing(stores.records, USER, requiredUserNameOrOwn(call));
    return [element('User', userElements(value, site.accountId))];
  },
});

export const listUsers = defineAction('iam', {
  name: 'ListUsers',
  needs: onAnything('iam:ListUsers'),
  async run({ parameters, stores, site }) {
    const prefix = parameters.text('PathPrefix') ?? '/';
    const { values, end } = await documentPage(users, stores.records, parameters, ({ path }) => path.startsWith(prefix));
    return [
      listElement(
        'Users',
        values.map((user) => userElements(user, site.accountId) as XmlNode[]),
      ),
      ...end,
    ];
  },
});

export const updateUser = defineAction('iam', {
  name: 'UpdateUser',
  async needs(call) {
    const { parameters, site } = call;
    const old = await onHolder(USER, 'iam:UpdateUser')(call);
    const newName = parameters.text('NewUserName', USER_NAME);
    const path = parameters.text('NewPath', PATH);
    if (newName === undefined && path === undefined) return old;
    const name = newName ?? parameters.required('UserName', USER_NAME);
    return [...old, { action: 'iam:UpdateUser', resource: userArn(site.accountId, { name, path: path ?? '/' }) }];
  },
  async run({ parameters, stores: { records } }) {
    const name = parameters.required('UserName', USER_NAME);
    await changing(records, async () => {
      const { value, version } = await existing(records, USER, name);
      const renamed = {
        ...value,
        name: parameters.text('NewUserName', USER_NAME) ?? value.name,
        path: parameters.text('NewPath', PATH) ?? value.path,
      };
      if (renamed.name.toLowerCase() === name.toLowerCase()) return { changes: [users.put(name, renamed, version)], result: undefined };
      if ((await users.get(records, renamed.name)) !== undefined) throw alreadyExists(renamed.name);
      const changes: RecordChange[] = [users.remove(name, version), users.put(renamed.name, renamed, 0)];
      for (const id of value.accessKeys) {
        const key = await accessKeys.get(records, id);
        if (key !== undefined) changes.push(accessKeys.put(id, { ...key.value, user: renamed.name.toLowerCase() }, key.version));
      }
      for (const groupName of value.groups) {
        const group = await groups.get(records, groupName);
        if (group === undefined) continue;
        const members = [...group.value.members.filter((member) => member !== name.toLowerCase()), renamed.name.toLowerCase()];
        changes.push(groups.put(groupName, { ...group.value, members }, group.version));
      }
      return { changes, result: undefined };
    });
    return undefined;
  },
});

export const deleteUser = defineAction('iam', {
  name: 'DeleteUser',
  needs: onHolder(USER, 'iam:DeleteUser'),
  async run({ parameters, stores: { records }, site }) {
    const name = parameters.required('UserName', USER_NAME);
    await changing(records, async () => {
      const { value, version } = await existing(records, USER, name);
      const conflict = inTheWay(value);
      if (conflict !== undefined) throw new S3Error('DeleteConflict', { message: `Cannot delete entity, must ${conflict} first.` });
      const released = await boundaryChange(records, site.accountId, value.boundary, undefined);
      return { changes: [users.remove(name, version), ...released.changes], result: undefined };
    });
    return undefined;
  },
});

/** What has to go before the user may: so that nothing of theirs outlives them. */
function inTheWay({ accessKeys: keys, attached, groups: memberships, inline }: User): string | undefined {
  if (keys.length > 0) return 'delete access keys';
  if (attached.length > 0) return 'detach all policies';
  if (inline.length > 0) return 'delete policies';
  return memberships.length > 0 ? 'remove users from group' : undefined;
}

function alreadyExists(name: string): S3Error {
  return new S3Error('EntityAlreadyExists', { message: `User with name ${name} already exists.` });
}

export function userElements(user: User, accountId: string): readonly (XmlNode | undefined)[] {
  return [
    element('Path', user.path),
    element('UserName', user.name),
    element('UserId', user.uniqueId),
    element('Arn', userArn(accountId, user)),
    timeElement('CreateDate', user.createdAt),
    boundaryElement(user),
    user.tags.length === 0 ? undefined : tagList(user.tags),
  ];
}

export function boundaryElement({ boundaryArn }: Pick<User, 'boundaryArn'>): XmlNode | undefined {
  if (boundaryArn === undefined) return undefined;
  return element('PermissionsBoundary', [element('PermissionsBoundaryType', 'Policy'), element('PermissionsBoundaryArn', boundaryArn)]);
}

function rootElements(accountId: string): readonly (XmlNode | undefined)[] {
  return [element('UserId', accountId), element('Arn', rootArn(accountId)), timeElement('CreateDate', 0), optional('Path', '/')];
}
