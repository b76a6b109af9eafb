/** Bucket names and object keys: text becomes a name here, once, or is refused. */
import { invalidArgument, S3Error } from './errors.ts';

declare const brand: unique symbol;
export type BucketName = string & { readonly [brand]: 'BucketName' };
export type ObjectKey = string & { readonly [brand]: 'ObjectKey' };

/** Keys are at most this long, counted in bytes of UTF-8. */
export const MAX_KEY_BYTES = 1024;

/** Text as a bucket name. Throws InvalidBucketName. */
export function bucketName(text: string): BucketName {
  if (isBucketName(text)) return text;
  throw new S3Error('InvalidBucketName', { fields: { BucketName: text } });
}

/**
 * S3's rules for general purpose buckets: 3 to 63 lower-case letters, digits, dots and hyphens, labels that begin and end with a letter or
 * digit, no IPv4 address, none of the prefixes and endings S3 keeps for itself. `amzn-s3-demo-`, which AWS reserves for its own
 * documentation, is allowed: here the examples of that documentation are to work.
 */
export function isBucketName(text: string): text is BucketName {
  return text.length >= 3 && text.length <= 63 && LABELS.test(text) && !IPV4.test(text) && !RESERVED.test(text);
}

const LABELS = /^[a-z0-9]+(?:-+[a-z0-9]+)*(?:\.[a-z0-9]+(?:-+[a-z0-9]+)*)*$/;
const IPV4 = /^\d+\.\d+\.\d+\.\d+$/;
const RESERVED = /^(?:xn--|sthree-)|(?:-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/;

/**
 * Text as an object key: any Unicode, also control characters, dot segments and empty segments; it is never a path.
 * Throws KeyTooLongError over 1024 bytes of UTF-8, InvalidArgument for the empty key, InvalidURI for a lone surrogate (which UTF-8 cannot hold).
 */
export function objectKey(text: string): ObjectKey {
  if (text === '') throw invalidArgument('User key must have a length greater than 0.', 'key', '');
  if (LONE_SURROGATE.test(text)) throw new S3Error('InvalidURI');
  const sizeBytes = text.length * 3 <= MAX_KEY_BYTES ? 0 : new TextEncoder().encode(text).length;
  if (sizeBytes > MAX_KEY_BYTES) {
    throw new S3Error('KeyTooLongError', { fields: { Size: String(sizeBytes), MaxSizeAllowed: String(MAX_KEY_BYTES) } });
  }
  return text as ObjectKey;
}

const LONE_SURROGATE = /\p{Surrogate}/u;
