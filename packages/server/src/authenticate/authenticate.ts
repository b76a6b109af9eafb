/**
 * Who is asking: the one path by which a request gets a principal. Exactly one mechanism is in use, or none at all and
 * the request is anonymous; anything that looks like a signature rules anonymous out.
 */
import type { VerifyRules } from '@latchkey/sigv4/rules';
import { verify } from '@latchkey/sigv4/verify';
import type { FoundCredentials } from '../identity/identities.ts';
import type { Addressed, Authenticated, Operation, Principal, SignatureFacts } from '../pipeline.ts';
import { refused } from './refused.ts';
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
      return authenticated(addressed, operation, ANONYMOUS, undefined);
    case 'verified': {
      if (found === undefined) throw new Error('verified without credentials');
      return authenticated(addressed, operation, found.principal, signatureFacts(verdict.authentication, found.secretAccessKey));
    }
  }
}

const ANONYMOUS: Principal = { kind: 'anonymous' };

/** Field by field, for speed. */
function authenticated(
  addressed: Addressed,
  operation: Operation,
  principal: Principal,
  signature: SignatureFacts | undefined,
): Authenticated {
  const { method, rawTarget, headers, body, peer, requestId, receivedAt, target, host, style, scope, bucket, key } = addressed;
  // biome-ignore format: one line a step
  return { method, rawTarget, headers, body, peer, requestId, receivedAt, target, host, style, scope, bucket, key, operation, principal, signature } as Authenticated;
}
