/** Why a bucket policy is not accepted, in S3's words. */
import type { ParsedPolicy } from '@latchkey/policy/document';
import type { Statement } from '@latchkey/policy/statement';
import type { Template } from '@latchkey/policy/variables';
import { S3Error } from '@latchkey/s3/errors';

/** `undefined` for a policy of this very bucket that is understood to the last member. */
export function policyRefusal(parsed: ParsedPolicy, text: string, bucket: string): S3Error | undefined {
  if (!parsed.ok) return malformed(parsed.problems[0], text);
  for (const statement of parsed.document.statements) {
    if (!speaksOf(statement, bucket)) return new S3Error('MalformedPolicy', { message: 'Policy has invalid resource' });
  }
  return undefined;
}

type Problem = Extract<ParsedPolicy, { ok: false }>['problems'][number];

function malformed(problem: Problem | undefined, text: string): S3Error {
  if (problem === undefined || !text.startsWith('{')) return new S3Error('MalformedPolicy');
  const { path, line, column, message } = problem;
  return new S3Error('MalformedPolicy', {
    message: `${s3Words(path)}${message}`,
    fields: { Detail: `${path}, line ${line}, column ${column}` },
  });
}

/** The words S3 begins with, by the element that is wrong. */
function s3Words(path: string): string {
  if (/\.(Not)?Principal\b/.test(path)) return 'Invalid principal in policy: ';
  if (/\.(Not)?Action\b/.test(path)) return 'Policy has invalid action: ';
  if (/\.(Not)?Resource\b/.test(path)) return 'Policy has invalid resource: ';
  if (/\.Condition\b/.test(path)) return 'Policy has an invalid condition: ';
  return '';
}

/** The bucket's own ARN, or one that begins with it and a slash; a wildcard in the bucket's name would reach into others. */
function speaksOf({ resources }: Statement, bucket: string): boolean {
  return resources?.patterns.every((pattern) => isWithin(pattern, `arn:aws:s3:::${bucket}`)) ?? true;
}

function isWithin({ pieces: [first, ...rest] }: Template, arn: string): boolean {
  if (first === undefined || !('literal' in first)) return false;
  return first.literal.startsWith(`${arn}/`) || (first.literal === arn && rest.length === 0);
}
