/** Why a request is refused: one member per rule, with what S3 shows of it. */
export type Refusal =
  | { readonly kind: 'two-mechanisms'; readonly argumentName: string; readonly argumentValue: string }
  | { readonly kind: 'repeated-header'; readonly name: string }
  | { readonly kind: 'repeated-parameter'; readonly name: string }
  | QueryRefusal
  | ScopeRefusal
  | HeaderRefusal
  | SigV2Refusal
  | PostRefusal
  | TimeRefusal
  | CredentialRefusal
  | SignatureRefusal;

/** A signature that stands in the query and cannot be read. */
export type QueryRefusal =
  | { readonly kind: 'query-parameters-missing' }
  | { readonly kind: 'algorithm-unsupported'; readonly algorithm: string }
  | { readonly kind: 'date-malformed' }
  | { readonly kind: 'expires-not-a-number' }
  | { readonly kind: 'expires-negative' }
  | { readonly kind: 'expires-too-big' };

/** A credential whose scope is not ours; `place` decides the words. */
export type ScopeRefusal = { readonly place: CredentialPlace } & (
  | { readonly kind: 'credential-malformed' }
  | { readonly kind: 'scope-date-malformed'; readonly date: string }
  | { readonly kind: 'scope-date-differs'; readonly date: string; readonly requestDate: string }
  | { readonly kind: 'wrong-region'; readonly region: string; readonly expected: string }
  | { readonly kind: 'wrong-service'; readonly service: string; readonly expected: string }
  | { readonly kind: 'wrong-terminator'; readonly terminator: string }
);

/** Where a credential was found. */
export type CredentialPlace = 'query' | 'header' | 'form';

/** An Authorization header, or what must come with it, that cannot be read. */
export type HeaderRefusal =
  | { readonly kind: 'authorization-without-space'; readonly authorization: string }
  | { readonly kind: 'authorization-unsupported'; readonly authorization: string }
  | { readonly kind: 'authorization-components' }
  | { readonly kind: 'request-date-missing' }
  | { readonly kind: 'payload-hash-missing' }
  | { readonly kind: 'payload-hash-malformed'; readonly payloadHash: string };

/** Signature version 2, where it is off, incomplete or does not sign what matters. */
export type SigV2Refusal =
  | { readonly kind: 'v2-off' }
  | { readonly kind: 'v2-header' }
  | { readonly kind: 'v2-parameters-missing' }
  | { readonly kind: 'v2-expires-malformed'; readonly expires: string }
  | { readonly kind: 'v2-expires-too-far'; readonly expiresAt: Date; readonly now: Date }
  | { readonly kind: 'v2-unsigned-parameter'; readonly name: string };

/** An HTML form whose signature cannot be read. */
export type PostRefusal =
  | { readonly kind: 'post-field-missing'; readonly name: string }
  | { readonly kind: 'post-algorithm-unsupported'; readonly algorithm: string }
  | { readonly kind: 'post-date-malformed'; readonly date: string };

/** The right request at the wrong time. `expiresInSeconds` is the text sent; SigV2 has none. */
export type TimeRefusal =
  | { readonly kind: 'expired'; readonly expiresInSeconds?: string; readonly expiresAt: Date; readonly now: Date }
  | { readonly kind: 'not-yet-valid'; readonly signedAt: Date; readonly now: Date }
  | { readonly kind: 'clock-skewed'; readonly requestTime: string; readonly now: Date };

/** An access key or session token that nobody here issued, or no longer. */
export type CredentialRefusal =
  | { readonly kind: 'unknown-access-key'; readonly accessKeyId: string }
  | { readonly kind: 'token-expired'; readonly token: string }
  | { readonly kind: 'token-invalid'; readonly token: string };

/** What was signed is not what was sent. The signature that would have been right is never in here. */
export type SignatureRefusal =
  | { readonly kind: 'headers-not-signed'; readonly names: readonly string[] }
  | {
      readonly kind: 'signature-mismatch';
      readonly accessKeyId: string;
      readonly signatureProvided: string;
      readonly stringToSign: string;
      /** Absent for SigV2, forms and chunks, which have none. */
      readonly canonicalRequest?: string;
    }
  | { readonly kind: 'payload-mismatch'; readonly claimed: string; readonly computed: string };
