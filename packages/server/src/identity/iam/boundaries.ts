/** Permission boundaries: a managed policy beyond which no other policy of a user or role reaches. */
import { S3Error } from '@latchkey/s3/errors';
import type { RecordChange, RecordStore } from '@latchkey/storage/record-store';
import type { Operation } from '../../pipeline.ts';
import { defineAction } from '../../query/define-action.ts';
import type { Parameters } from '../../query/parameters.ts';
import { nameInArn, policyArn } from '../arns.ts';
import { changing } from '../documents.ts';
import { managedPolicies, type PolicyHolder } from '../model.ts';
import { existing, type HolderSort, holderName, noSuchEntity, onHolder, ROLE, USER } from './holders.ts';

type Bounded = PolicyHolder & { readonly boundary?: string; readonly boundaryArn?: string };
const SORTS: readonly HolderSort<Bounded>[] = [USER, ROLE];

/** Puts and deletes the boundary of a user, of a role. */
export const boundaryActions: readonly Operation[] = SORTS.flatMap((sort) => {
  const { title, documents } = sort;
  const set = async (records: RecordStore, accountId: string, name: string, arn: string | undefined) => {
    await changing(records, async () => {
      const { value, version } = await existing(records, sort, name);
      if (arn === undefined && value.boundary === undefined)
        throw noSuchEntity(`${title} with name ${name} does not have a permissions boundary.`);
      const { field, changes } = await boundaryChange(records, accountId, value.boundary, arn);
      const { boundary: _old, boundaryArn: _arn, ...rest } = value;
      return { changes: [documents.put(name, { ...rest, ...field }, version), ...changes], result: undefined };
    });
    return undefined;
  };
  return [
    defineAction('iam', {
      name: `Put${title}PermissionsBoundary`,
      needs: async (call) => withContext(await onHolder(sort, `iam:Put${title}PermissionsBoundary`)(call), call.parameters),
      run: ({ parameters, stores, site }) =>
        set(stores.records, site.accountId, holderName(parameters, title), parameters.required('PermissionsBoundary')),
    }),
    defineAction('iam', {
      name: `Delete${title}PermissionsBoundary`,
      needs: onHolder(sort, `iam:Delete${title}PermissionsBoundary`),
      run: ({ parameters, stores, site }) => set(stores.records, site.accountId, holderName(parameters, title), undefined),
    }),
  ];
});

function withContext(permissions: Awaited<ReturnType<ReturnType<typeof onHolder>>>, parameters: Parameters) {
  return permissions.map((permission) => ({ ...permission, context: boundaryContext(parameters) }));
}

/** `iam:PermissionsBoundary`: by it an administrator can let others make users, but bounded ones only. */
export function boundaryContext(parameters: Parameters): ReadonlyMap<string, readonly string[]> | undefined {
  const arn = parameters.text('PermissionsBoundary');
  return arn === undefined ? undefined : new Map([['iam:permissionsboundary', [arn]]]);
}

/** The changes to policies that go with another boundary, and the field of whoever gets it. */
export async function boundaryChange(
  records: RecordStore,
  accountId: string,
  before: string | undefined,
  arn: string | undefined,
): Promise<{ readonly field: { readonly boundary?: string; readonly boundaryArn?: string }; readonly changes: readonly RecordChange[] }> {
  const after = arn === undefined ? undefined : await boundaryName(records, accountId, arn);
  const field = after === undefined || arn === undefined ? {} : { boundary: after, boundaryArn: arn };
  if (before === after) return { field, changes: [] };
  const changes: RecordChange[] = [];
  for (const [name, by] of [
    [before, -1],
    [after, 1],
  ] as const) {
    const policy = name === undefined ? undefined : await managedPolicies.get(records, name);
    if (name !== undefined && policy !== undefined)
      changes.push(managedPolicies.put(name, { ...policy.value, boundaries: policy.value.boundaries + by }, policy.version));
  }
  return { field, changes };
}

async function boundaryName(records: RecordStore, accountId: string, arn: string): Promise<string> {
  const name = nameInArn(arn, accountId, 'policy');
  const found = name === undefined ? undefined : await managedPolicies.get(records, name);
  if (name === undefined) throw new S3Error('InvalidInput', { message: `ARN ${arn} is not valid.` });
  if (found === undefined || policyArn(accountId, found.value) !== arn)
    throw noSuchEntity(`Scope ARN: ${arn} does not exist or is not attachable.`);
  return name.toLowerCase();
}
