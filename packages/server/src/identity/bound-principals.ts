/**
 * Whom a policy means. A name may be given to another user or role later, and what was said of the first is not said of that one, as on AWS: each
 * ARN is bound to the unique id of whoever has it when the policy is set.
 */
import type { PolicyDocument } from '@latchkey/policy/document';
import type { RecordStore } from '@latchkey/storage/record-store';
import { nameInArn, roleArn, userArn } from './arns.ts';
import { type BoundPrincipals, roles, users } from './model.ts';

/** Throws what `refusal` makes of the ARN of a user or role of this account that is not there. */
export async function bindPrincipals(
  { statements }: PolicyDocument,
  records: RecordStore,
  accountId: string,
  refusal: (arn: string) => Error,
): Promise<BoundPrincipals> {
  const bound: Record<string, string> = {};
  for (const arn of new Set(statements.flatMap(({ principal }) => principal?.aws ?? []))) {
    if (nameInArn(arn, accountId, 'user') === undefined && nameInArn(arn, accountId, 'role') === undefined) continue;
    const id = await uniqueIdOf(arn, records, accountId);
    if (id === undefined) throw refusal(arn);
    bound[arn] = id;
  }
  return bound;
}

/** The document with unique ids in place of the ARNs that are bound. */
export function boundDocument(document: PolicyDocument, bound: BoundPrincipals = {}): PolicyDocument {
  const statements = document.statements.map((statement) => {
    const { principal } = statement;
    return principal === undefined
      ? statement
      : { ...statement, principal: { ...principal, aws: principal.aws.map((name) => bound[name] ?? name) } };
  });
  return { ...document, statements };
}

/** The text as it is shown: somebody who is gone, or has lost the name to another, by the unique id. */
export async function shownPolicy(text: string, bound: BoundPrincipals = {}, records: RecordStore, accountId: string): Promise<string> {
  let shown = text;
  for (const [arn, id] of Object.entries(bound)) {
    if ((await uniqueIdOf(arn, records, accountId)) !== id) shown = shown.replaceAll(`"${arn}"`, `"${id}"`);
  }
  return shown;
}

async function uniqueIdOf(arn: string, records: RecordStore, accountId: string): Promise<string | undefined> {
  const [userName, roleName] = [nameInArn(arn, accountId, 'user'), nameInArn(arn, accountId, 'role')];
  const user = userName === undefined ? undefined : (await users.get(records, userName))?.value;
  if (user !== undefined && userArn(accountId, user) === arn) return user.uniqueId;
  const role = roleName === undefined ? undefined : (await roles.get(records, roleName))?.value;
  return role !== undefined && roleArn(accountId, role) === arn ? role.uniqueId : undefined;
}
