import { checkChecksum, checkedBody } from '@latchkey/s3/body-integrity';
import { openHasher } from '@latchkey/s3/checksum-hasher';
import { S3Error } from '@latchkey/s3/errors';
import { compositeChecksum, fullObjectChecksum, isCrc } from '@latchkey/s3/multipart-checksums';
import type { BucketName, ObjectKey } from '@latchkey/s3/names';
import type {
  ByteRange,
  ObjectProperties,
  ObjectRecord,
  ObjectStore,
  PartRecord,
  UploadChecksum,
  Written,
} from '@latchkey/storage/object-store';
import type { ImportSource } from './import-source.ts';

export type CopyOptions = {
  readonly bucket: BucketName;
  readonly key: ObjectKey;
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch. */
  readonly now: number;
};

export type PartRange = ByteRange;

type Parts = CopyOptions & {
  readonly record: ObjectRecord;
  readonly properties: ObjectProperties;
  readonly ranges: readonly PartRange[];
};

/** Copies an object as a multipart upload with these parts. What fails leaves no upload behind, if that can be said at all. */
export async function copyInParts(source: ImportSource, to: ObjectStore, copy: Parts): Promise<Written> {
  const { bucket, key, record, properties, ranges, signal, now } = copy;
  const checksum = uploadChecksumOf(record);
  const begun = await begin(to, copy, checksum);
  try {
    const parts: PartRecord[] = [];
    for (const [index, range] of ranges.entries()) {
      signal.throwIfAborted();
      const sizeBytes = range.end - range.start + 1;
      const { algorithm } = checksum;
      const { bytes, checksums } = await checkedBody(readPart(source, copy, range), { algorithm, sizeBytes });
      const body = { bytes, sizeBytes, algorithm, seal: () => ({ checksums: checksums() }) };
      const part = await to.uploadPart(bucket, key, begun.uploadId, index + 1, body, { now, signal });
      parts.push({ ...part, checksums: checksums() });
    }
    checkChecksum(checksum.algorithm, record.checksums?.values[checksum.algorithm], await joined(checksum, parts));
    const named = parts.map(({ partNumber, etag }) => ({ partNumber, etag }));
    const written = await to.completeUpload(bucket, key, begun.uploadId, named, { now, signal });
    if (begun.isWithoutTags) await to.setTags(bucket, key, properties.tags);
    return written;
  } catch (error) {
    await to.abortUpload(bucket, key, begun.uploadId).catch(() => undefined);
    throw error;
  }
}

/** Some stores take the tags of such an object only when it is there. */
async function begin(to: ObjectStore, { bucket, key, properties, now }: Parts, checksum: UploadChecksum) {
  try {
    return { ...(await to.createUpload(bucket, key, properties, { now, checksum })), isWithoutTags: false };
  } catch (error) {
    if (!(error instanceof S3Error) || error.code !== 'NotImplemented' || properties.tags === undefined) throw error;
    const { tags: _, ...untagged } = properties;
    return { ...(await to.createUpload(bucket, key, untagged, { now, checksum })), isWithoutTags: true };
  }
}

/** Opened for each part: of an open object only one range can be read. */
async function* readPart(
  source: ImportSource,
  { bucket, key, record }: Parts,
  range: PartRange,
): AsyncGenerator<Uint8Array, void, undefined> {
  const open = await source.open(bucket, key, { range: `bytes=${range.start}-${range.end}` });
  try {
    const isSame = open !== undefined && open.record.etag === record.etag && open.record.lastModified === record.lastModified;
    if (!isSame) throw new S3Error('PreconditionFailed', { message: 'The object was replaced while it was being copied.' });
    yield* open.read(range);
  } finally {
    await open?.close();
  }
}

function uploadChecksumOf({ checksums }: ObjectRecord): UploadChecksum {
  const [algorithm] = Object.keys(checksums?.values ?? {}) as UploadChecksum['algorithm'][];
  if (checksums === undefined || algorithm === undefined) return { algorithm: 'CRC64NVME', type: 'FULL_OBJECT' };
  return { algorithm, type: checksums.type };
}

async function joined({ algorithm, type }: UploadChecksum, parts: readonly PartRecord[]): Promise<string> {
  const values = parts.map(({ sizeBytes, checksums }) => ({ sizeBytes, value: checksums?.values[algorithm] ?? '' }));
  if (type === 'FULL_OBJECT' && isCrc(algorithm)) return fullObjectChecksum(algorithm, values);
  return compositeChecksum(
    await openHasher(algorithm),
    values.map(({ value }) => value),
  );
}
