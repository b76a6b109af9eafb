/** Policies about to be stored. */
import { parsePolicy } from '@latchkey/policy/document';
import type { PolicyPlace } from '@latchkey/policy/limits';
import { S3Error } from '@latchkey/s3/errors';

/** The text, once it is understood to the last member. Throws MalformedPolicyDocument with the place and what is wrong there. */
export function checkedPolicy(text: string, place: PolicyPlace): string {
  const parsed = parsePolicy(text, place);
  if (parsed.ok) return text;
  const problem = parsed.problems[0];
  if (problem?.message.startsWith('The policy is longer than')) throw new S3Error('LimitExceeded', { message: problem.message });
  const where = problem === undefined || problem.path === '$' ? '' : ` (${problem.path}, line ${problem.line}, column ${problem.column})`;
  throw new S3Error('MalformedPolicyDocument', { message: `${problem?.message ?? 'The policy can not be understood'}${where}.` });
}
