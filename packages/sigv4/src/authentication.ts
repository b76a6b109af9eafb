import type { Refusal } from './refusal.ts';
import type { Scope } from './scope.ts';

/** What a request says about who sent it, read before any secret is known. */
export type Authentication = { readonly kind: 'anonymous' } | Refused | V4Authentication | V2Authentication;

/** A "no", with its reason. */
export type Refused = { readonly kind: 'refused'; readonly refusal: Refusal };

/** Signature version 4, in the query of a pre-signed URL or in the Authorization header. */
export type V4Authentication = {
  readonly kind: 'v4-query' | 'v4-header';
  readonly accessKeyId: string;
  readonly sessionToken?: string | undefined;
  readonly signedAt: Date;
  /** Of a pre-signed URL: the last moment at which it is good. */
  readonly expiresAt?: Date | undefined;
  /** How many seconds a pre-signed URL asked for. */
  readonly expiresInSeconds?: number | undefined;
  /**
   * What the body must hash to, in lower-case hex; or `UNSIGNED-PAYLOAD`; or, with 'v4-header' only, a `STREAMING-…` word that names the
   * form of an aws-chunked body. With 'v4-query' any other word is to be compared with the body's hash like a hash, and so fails.
   */
  readonly payloadHash: string;
  readonly scope: Scope;
  /** `yyyyMMddTHHmmssZ`. */
  readonly amzDate: string;
  /** Lower-case names, in the order listed. */
  readonly signedHeaders: readonly string[];
  /** The same as sent, joined with `;`. */
  readonly signedHeaderList: string;
  readonly signature: string;
  /** The last line of the canonical request. */
  readonly payloadHashLine: string;
};

/** Signature version 2 in the query. */
export type V2Authentication = {
  readonly kind: 'v2-query';
  readonly accessKeyId: string;
  readonly sessionToken?: string | undefined;
  /** SigV2 does not say when it was signed. */
  readonly signedAt?: undefined;
  readonly expiresAt: Date;
  /** As {@link V4Authentication.payloadHash}. */
  readonly payloadHash: string;
  /** Seconds since 1970, as sent. */
  readonly expires: string;
  readonly signature: string;
  /** The bucket that the Host header names, if it names one. */
  readonly virtualHostBucket?: string | undefined;
};

/** A "no" as a value. */
export const refused = (refusal: Refusal): Refused => ({ kind: 'refused', refusal });

/**
 * The authentication of a request that did not say what its body hashes to, completed by whoever hashed the body: IAM and STS clients
 * sign the hash without sending it, so their `payloadHash` is empty at first. `hash` is lower-case hex.
 */
export const withBodyHash = (authentication: V4Authentication, hash: string): V4Authentication => ({
  ...authentication,
  payloadHash: hash,
  payloadHashLine: hash,
});
