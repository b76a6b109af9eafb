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

/** The text as it is shown: principals who are gone, or have lost the name to another, by their unique ids. */
export async function shownPolicy(text: string, bound: BoundPrincipals = {}, records: RecordStore, accountId: string): Promise<string> {
  const gone = new Map<string, string>();
  for (const [arn, id] of Object.entries(bound)) if ((await uniqueIdOf(arn, records, accountId)) !== id) gone.set(arn, id);
  return gone.size === 0 ? text : JSON.stringify(renamed(JSON.parse(text), gone));
}

type Written = { Statement: OneOrMore<{ Principal?: Named; NotPrincipal?: Named }> };
type Named = '*' | { AWS?: OneOrMore<string> };
type OneOrMore<Value> = Value | Value[];

/** With other names for principals, and for nothing else: a condition goes on speaking of the ARN that it compares. */
function renamed(document: Written, names: ReadonlyMap<string, string>): Written {
  for (const { Principal, NotPrincipal } of [document.Statement].flat()) {
    for (const element of [Principal, NotPrincipal]) {
      if (typeof element !== 'object' || element.AWS === undefined) continue;
      const written = [element.AWS].flat().map((name) => names.get(name) ?? name);
      element.AWS = written.length === 1 ? (written[0] as string) : written;
    }
  }
  return document;
}

async function uniqueIdOf(arn: string, records: RecordStore, accountId: string): Promise<string | undefined> {
  if (!ARN.test(arn)) return undefined;
  const [userName, roleName] = [nameInArn(arn, accountId, 'user'), nameInArn(arn, accountId, 'role')];
  const user = userName === undefined ? undefined : (await users.get(records, userName))?.value;
  if (user !== undefined && userArn(accountId, user) === arn) return user.uniqueId;
  const role = roleName === undefined ? undefined : (await roles.get(records, roleName))?.value;
  return role !== undefined && roleArn(accountId, role) === arn ? role.uniqueId : undefined;
}

/** What can be somebody's at all: a path of up to 512 characters and a name of up to 64. */
const ARN = /^arn:aws:iam::\d{12}:(?:user|role)\/(?:[!-~]{1,511}\/)?[\w+=,.@-]{1,64}$/;
