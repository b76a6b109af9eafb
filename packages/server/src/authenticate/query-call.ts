/** A call of IAM, STS or Latchkey: signed for that service, with a body that the signature covers whole. */

import { S3Error } from '@latchkey/s3/errors';
import { withBodyHash } from '@latchkey/sigv4/authentication';
import { checkSignature } from '@latchkey/sigv4/check-signature';
import { readAuthentication } from '@latchkey/sigv4/read-authentication';
import type { SignedRequest } from '@latchkey/sigv4/request';
import type { VerifyRules } from '@latchkey/sigv4/rules';
import { refuseToken } from '@latchkey/sigv4/verify';
import type { Identities } from '../identity/identities.ts';
import type { Principal } from '../identity/principals.ts';
import type { Operation, QueryCall, SignatureFacts } from '../pipeline.ts';
import { refused } from './refused.ts';
import { signatureFacts } from './signature-facts.ts';

export type AuthenticatedCall = { readonly principal: Principal; readonly signature: SignatureFacts | undefined };

/** Throws in S3's codes, which `query/error-reply.ts` says in those of IAM. */
export async function authenticateCall(
  request: SignedRequest,
  call: QueryCall,
  operation: Operation,
  rules: VerifyRules,
  identities: Pick<Identities, 'find' | 'fromToken'>,
): Promise<AuthenticatedCall> {
  const read = readAuthentication(request, { ...rules, service: operation.service ?? 'iam', sigv2: false });
  if (read.kind === 'refused') throw refused(read.refusal);
  if (read.kind === 'anonymous') {
    // Who brings an issuer's token has no access key yet.
    const token = operation.authenticatedBy === 'web-identity' ? call.parameters.get('WebIdentityToken') : undefined;
    if (token !== undefined) return { principal: await identities.fromToken(token, rules.now.getTime()), signature: undefined };
    throw new S3Error('MissingAuthenticationToken');
  }
  if (read.kind === 'v2-query') throw new S3Error('MissingAuthenticationToken');
  const { accessKeyId, sessionToken } = read;
  const found = await identities.find(accessKeyId);
  if (found === undefined) throw refused({ kind: 'unknown-access-key', accessKeyId });
  const wrongToken = refuseToken(accessKeyId, sessionToken, found, rules.now);
  if (wrongToken !== undefined) throw refused(wrongToken);
  const authentication = withBodyHash(read, typeof call.bodyHash === 'string' ? call.bodyHash : await call.bodyHash());
  const checked = checkSignature(authentication, request, found.secretAccessKey);
  if (!checked.ok) throw refused(checked.refusal);
  return { principal: found.principal, signature: signatureFacts(authentication, found.secretAccessKey) };
}
