/** Policies about to be stored. */
import { type PolicyDocument, parsePolicy } from '@latchkey/policy/document';
import type { PolicyPlace } from '@latchkey/policy/limits';
import { S3Error } from '@latchkey/s3/errors';
import type { RecordStore } from '@latchkey/storage/record-store';
import { bindPrincipals } from '../bound-principals.ts';
import type { Role } from '../model.ts';

/** The text, once it is understood to the last member. Throws MalformedPolicyDocument with the place and what is wrong there. */
export function checkedPolicy(text: string, place: PolicyPlace): string {
  checkedDocument(text, place);
  return text;
}

/** A trust policy, and whom it means. Throws MalformedPolicyDocument, also for users and roles that are not there. */
export async function checkedTrust(text: string, records: RecordStore, accountId: string): Promise<Pick<Role, 'trust' | 'trusted'>> {
  const document = checkedDocument(text, 'trust');
  const refusal = (arn: string) => new S3Error('MalformedPolicyDocument', { message: `Invalid principal in policy: "AWS":"${arn}"` });
  return { trust: text, trusted: await bindPrincipals(document, records, accountId, refusal) };
}

function checkedDocument(text: string, place: PolicyPlace): PolicyDocument {
  const parsed = parsePolicy(text, place);
  if (parsed.ok) return parsed.document;
  const problem = parsed.problems[0];
  if (problem?.message.startsWith('The policy is longer than')) throw new S3Error('LimitExceeded', { message: problem.message });
  const where = problem === undefined || problem.path === '$' ? '' : ` (${problem.path}, line ${problem.line}, column ${problem.column})`;
  throw new S3Error('MalformedPolicyDocument', { message: `${problem?.message ?? 'The policy can not be understood'}${where}.` });
}
