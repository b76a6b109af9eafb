import { wrongUsage } from './failure.ts';

/** `s3://BUCKET/KEY`, taken apart. The key stands as it is: nothing in it is an escape, not even `%` or `?`. */
export type S3Uri = { readonly bucket: string; readonly key: string };

/** Reads `s3://BUCKET/KEY`. Throws a `Failure` with status 2. */
export function parseS3Uri(text: string): S3Uri {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/([\s\S]+)$/.exec(text) ?? [];
  if (!bucket || !key) throw wrongUsage(`An object is s3://BUCKET/KEY, not "${text}".`);
  return { bucket, key };
}

export function isS3Uri(text: string): boolean {
  return text.startsWith('s3://');
}
