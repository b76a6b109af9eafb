/** A refusal by policy: S3's two words to whoever asked, and to the operator which statement of which policy it was. */
import type { Decision } from '@latchkey/policy/evaluate';
import { S3Error } from '@latchkey/s3/errors';
import type { Authenticated, Permission } from './pipeline.ts';

/** `link`: what a link is for, or its being paused; `source-address`, `uses` and `upload` (size, type): its terms, or those of a URL. */
export type DeniedBy = 'policy' | 'guardrail' | 'public-access-block' | 'revocation' | 'link' | 'source-address' | 'uses' | 'upload';

/** The `cause` of an AccessDenied: for the audit trail and for `explain`, never for the one refused. */
export class Denial extends Error {
  override readonly name = 'Denial';
  readonly check: DeniedBy;
  readonly statement: Decision['statement'];

  constructor(check: Denial['check'], explanation: string, statement?: Decision['statement']) {
    super(explanation);
    this.check = check;
    this.statement = statement;
  }
}

/** IAM and STS say who may not do what, as on AWS; S3 says no more than that access is denied. */
export function denied(decision: Decision, permission: Permission, { principal, call }: Authenticated): S3Error {
  const cause = new Denial('policy', decision.explanation, decision.statement);
  if (call === undefined) return new S3Error('AccessDenied', { cause });
  const who = 'arn' in principal ? `User: ${principal.arn}` : 'The caller';
  return new S3Error('AccessDenied', {
    message: `${who} is not authorized to perform: ${permission.action} on resource: ${permission.resource}`,
    cause,
  });
}
