/** Users, groups and roles as far as they are alike: they have names, paths, ARNs and policies. */
import { S3Error } from '@latchkey/s3/errors';
import type { RecordStore } from '@latchkey/storage/record-store';
import type { Permission } from '../../pipeline.ts';
import type { Call } from '../../query/define-action.ts';
import { NAME, type Parameters, USER_NAME } from '../../query/parameters.ts';
import { groupArn, roleArn, rootArn, userArn } from '../arns.ts';
import type { Documents, Versioned } from '../documents.ts';
import { type Group, groups, type PolicyHolder, type Role, roles, type User, users } from '../model.ts';

export type HolderSort<Holder extends PolicyHolder = PolicyHolder> = {
  readonly title: 'User' | 'Group' | 'Role';
  readonly documents: Documents<Holder>;
  arn(accountId: string, holder: { readonly name: string; readonly path: string }): string;
  /** The most of all inline policies together: where `parsePolicy` looks their limit up. */
  readonly place: 'user-inline' | 'group-inline' | 'role-inline';
};

export const USER = { title: 'User', documents: users, arn: userArn, place: 'user-inline' } as const satisfies HolderSort<User>;
export const GROUP = { title: 'Group', documents: groups, arn: groupArn, place: 'group-inline' } as const satisfies HolderSort<Group>;
export const ROLE = { title: 'Role', documents: roles, arn: roleArn, place: 'role-inline' } as const satisfies HolderSort<Role>;

/** The three, for actions that are the same for each. */
export const HOLDER_SORTS: readonly HolderSort[] = [USER, GROUP, ROLE];

/** Throws NoSuchEntity. */
export async function existing<Holder extends PolicyHolder>(
  records: RecordStore,
  sort: Pick<HolderSort<Holder>, 'title' | 'documents'>,
  name: string,
): Promise<Versioned<Holder>> {
  const found = await sort.documents.get(records, name);
  if (found === undefined) throw noSuchEntity(`The ${sort.title.toLowerCase()} with name ${name} cannot be found.`);
  return found;
}

export function noSuchEntity(message: string): S3Error {
  return new S3Error('NoSuchEntity', { message });
}

export function holderName(parameters: Parameters, title: HolderSort['title']): string {
  return parameters.required(`${title}Name`, title === 'Group' ? NAME : USER_NAME);
}

/** What an action on one of them needs: the permission on its ARN, whose path is in the record store. */
export function onHolder(sort: HolderSort, action: string) {
  return async ({ parameters, stores, site }: Call): Promise<readonly Permission[]> => {
    const name = holderName(parameters, sort.title);
    const found = await sort.documents.get(stores.records, name);
    return [{ action, resource: sort.arn(site.accountId, found?.value ?? { name, path: '/' }) }];
  };
}

/** The user an action is about: the one named, or whoever asks. */
export function userNameOrOwn({ parameters, request }: Call): string | undefined {
  const given = parameters.text('UserName', USER_NAME);
  if (given !== undefined) return given;
  return request.principal.kind === 'user' ? request.principal.name : undefined;
}

/** As `onHolder` for a user, who may be left out where it is the one who asks. */
export function onUserOrOwn(action: string) {
  return async (call: Call): Promise<readonly Permission[]> => {
    const name = userNameOrOwn(call);
    if (name === undefined) return [{ action, resource: rootArn(call.site.accountId) }];
    const found = await users.get(call.stores.records, name);
    return [{ action, resource: userArn(call.site.accountId, found?.value ?? { name, path: '/' }) }];
  };
}

export function requiredUserNameOrOwn(call: Call): string {
  const name = userNameOrOwn(call);
  if (name === undefined) throw new S3Error('ValidationError', { message: 'Must specify userName when calling with non-User credentials' });
  return name;
}

/** `*`-resources of actions that are about no one thing. */
export const onAnything =
  (action: string) =>
  (_call: Call): readonly Permission[] => [{ action, resource: '*' }];
