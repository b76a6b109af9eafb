/** What later steps may know about the signature: never the secret, never the signature itself. */
import type { V2Authentication, V4Authentication } from '@latchkey/sigv4/authentication';
import type { SignatureFacts } from '../pipeline.ts';

export function signatureFacts(authentication: V4Authentication | V2Authentication, _secretAccessKey: string): SignatureFacts {
  return {
    authType: authentication.kind === 'v4-header' ? 'REST-HEADER' : 'REST-QUERY-STRING',
    version: authentication.kind === 'v2-query' ? 'AWS' : 'AWS4-HMAC-SHA256',
    signedAt: authentication.signedAt?.getTime(),
    payloadHash: authentication.payloadHash,
  };
}
