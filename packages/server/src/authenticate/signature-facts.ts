/** What later steps may know about the signature: never the secret, never the signature itself. */
import type { ChunkSignatures } from '@latchkey/s3/chunked-body';
import type { V2Authentication, V4Authentication } from '@latchkey/sigv4/authentication';
import { type ChunkCheck, chunkVerifier } from '@latchkey/sigv4/chunks';
import type { SignatureFacts } from '../pipeline.ts';
import { refused } from './refused.ts';

export function signatureFacts(authentication: V4Authentication | V2Authentication, secretAccessKey: string): SignatureFacts {
  const { kind, payloadHash } = authentication;
  return {
    authType: kind === 'v4-header' ? 'REST-HEADER' : 'REST-QUERY-STRING',
    version: kind === 'v2-query' ? 'AWS' : 'AWS4-HMAC-SHA256',
    signedAt: authentication.signedAt?.getTime(),
    payloadHash,
    signedHeaders: kind === 'v4-header' ? authentication.signedHeaders : undefined,
    chunks:
      kind === 'v4-header' && payloadHash.startsWith('STREAMING-AWS4-') ? chunkSignatures(authentication, secretAccessKey) : undefined,
  };
}

/** Checks the signatures of a chunked body against the one of its head. */
function chunkSignatures(authentication: V4Authentication, secretAccessKey: string): ChunkSignatures {
  const { accessKeyId, scope, amzDate, signature } = authentication;
  const verifier = chunkVerifier({ accessKeyId, secretAccessKey, scope, amzDate, seedSignature: signature });
  return {
    chunk: (sha256Hex, given) => insist(verifier.chunk(sha256Hex, given)),
    trailer: (lines, given) => insist(verifier.trailer(lines, given)),
  };
}

function insist(check: ChunkCheck): void {
  if (!check.ok) throw refused(check.refusal);
}
