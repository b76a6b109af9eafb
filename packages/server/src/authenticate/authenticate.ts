/**
 * Who is asking: the one path by which a request gets a principal. Exactly one mechanism is in use, or none at all and
 * the request is anonymous; anything that looks like a signature rules anonymous out.
 */
import { S3Error, type S3ErrorCode } from '@latchkey/s3/errors';
import type { Refusal } from '@latchkey/sigv4/refusal';
import { refusalAsS3 } from '@latchkey/sigv4/refusal-text';
import type { VerifyRules } from '@latchkey/sigv4/rules';
import { verify } from '@latchkey/sigv4/verify';
import type { FoundCredentials } from '../identity/identities.ts';
import type { Addressed, Authenticated, Operation } from '../pipeline.ts';
import { signatureFacts } from './signature-facts.ts';

export type CredentialLookUp = (accessKeyId: string) => FoundCredentials | undefined;

/** Throws the S3Error that says why a signature is not accepted. */
export async function authenticate(
  addressed: Addressed,
  operation: Operation,
  rules: Omit<VerifyRules, 'now' | 'virtualHostBucket'>,
  lookUp: CredentialLookUp,
): Promise<Authenticated> {
  const hosted = addressed.style === 'virtual' ? addressed.bucket : undefined;
  let found: FoundCredentials | undefined;
  const verdict = await verify(
    addressed,
    { ...rules, now: new Date(addressed.receivedAt), ...(hosted === undefined ? {} : { virtualHostBucket: hosted }) },
    (accessKeyId) => (found = lookUp(accessKeyId)),
  );
  switch (verdict.kind) {
    case 'refused':
      throw refused(verdict.refusal);
    case 'anonymous':
      return Object.assign(addressed, { operation, principal: { kind: 'anonymous' } as const, signature: undefined });
    case 'verified': {
      if (found === undefined) throw new Error('verified without credentials');
      return Object.assign(addressed, { operation, principal: found.principal, signature: signatureFacts(verdict.authentication, found.secretAccessKey) });
    }
  }
}

/** What sigv4 says in its own terms, in S3's. */
export function refused(refusal: Refusal): S3Error {
  const { code, status, message, fields } = refusalAsS3(refusal);
  return new S3Error(code as S3ErrorCode, { status, message, fields });
}
