/** Where CopyObject and UploadPartCopy take their bytes from. */
import { invalidArgument } from './errors.ts';
import { type BucketName, isBucketName, type ObjectKey, objectKey } from './names.ts';
import type { ByteRange } from './range.ts';

export type CopySource = { readonly bucket: BucketName; readonly key: ObjectKey; readonly versionId: string | undefined };

/**
 * `x-amz-copy-source`: `bucket/key`, with or without a leading slash, percent-encoded, perhaps followed by `?versionId=…`.
 * Decoded exactly once, and a plus is a plus. Throws InvalidArgument in S3's words.
 */
export function parseCopySource(header: string): CopySource {
  const [path, versionId] = splitVersion(header);
  const decoded = decode(path).replace(/^\//, '');
  const slash = decoded.indexOf('/');
  const bucket = slash < 0 ? decoded : decoded.slice(0, slash);
  if (!isBucketName(bucket)) throw invalidArgument('Invalid copy source bucket name', 'x-amz-copy-source', header);
  if (slash < 0 || slash === decoded.length - 1) throw invalidArgument('Invalid copy source object key', 'x-amz-copy-source', header);
  return { bucket, key: objectKey(decoded.slice(slash + 1)), versionId };
}

/**
 * `x-amz-copy-source-range`: exactly `bytes=first-last`, inside the source. Unlike a Range header it is never ignored: throws InvalidArgument.
 */
export function parseCopySourceRange(header: string, sourceSizeBytes: number): ByteRange {
  const match = /^bytes=(\d+)-(\d+)$/.exec(header);
  const [start, end] = [Number(match?.[1]), Number(match?.[2])];
  if (match === null || end < start) {
    throw invalidArgument(
      'The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy',
      'x-amz-copy-source-range',
      header,
    );
  }
  if (end >= sourceSizeBytes) {
    throw invalidArgument(`Range specified is not valid for source object of size: ${sourceSizeBytes}`, 'x-amz-copy-source-range', header);
  }
  return { start, end };
}

/** A question mark of the key itself is encoded; one that is not begins the version. */
function splitVersion(header: string): readonly [path: string, versionId: string | undefined] {
  const mark = header.lastIndexOf('?versionId=');
  return mark < 0 ? [header, undefined] : [header.slice(0, mark), decode(header.slice(mark + '?versionId='.length))];
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalidArgument('Invalid copy source encoding', 'x-amz-copy-source', text);
  }
}
