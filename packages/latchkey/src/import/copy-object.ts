import { checkedBody } from '@latchkey/s3/body-integrity';
import { base64FromBytes, bytesFromHex } from '@latchkey/s3/bytes';
import { S3Error } from '@latchkey/s3/errors';
import { partSizeFor } from '@latchkey/s3/upload';
import type { ObjectProperties, ObjectRecord, ObjectStore, OpenObject, Written } from '@latchkey/storage/object-store';
import { type CopyOptions, copyInParts, type PartRange } from './copy-in-parts.ts';
import type { ImportSource } from './import-source.ts';

export type Copied = {
  readonly sizeBytes: number;
  readonly etag: string;
  /** Whether the object has another ETag now than the source says; of a file nothing is said. */
  readonly hasOtherEtag: boolean;
};

/**
 * Copies one object with what belongs to it, in constant memory. It appears whole and checked, or not at all: by the checksum that the source
 * has of it, else by its ETag if that is known to be of the bytes. Undefined where the source does not have it any more. Throws S3Error.
 */
export async function copyObject(source: ImportSource, to: ObjectStore, options: CopyOptions): Promise<Copied | undefined> {
  const open = await source.open(options.bucket, options.key);
  if (open === undefined) return undefined;
  try {
    const { record } = open;
    const ranges = await partsOf(open);
    const written =
      ranges === undefined
        ? await copyWhole(open, to, { ...options, claimsMd5: source.hasMd5Etags })
        : await copyInParts(source, to, { ...options, record, properties: propertiesOf(record), ranges });
    const hasOtherEtag = record.etag !== '' && written.etag !== record.etag;
    return { sizeBytes: record.sizeBytes, etag: written.etag, hasOtherEtag };
  } finally {
    await open.close();
  }
}

async function copyWhole(
  open: OpenObject,
  to: ObjectStore,
  { bucket, key, signal, now, claimsMd5 }: CopyOptions & { readonly claimsMd5: boolean },
): Promise<Written> {
  const { record } = open;
  const [algorithm, checksum] = checksumOf(record);
  const { bytes, checksums } = await checkedBody(open.read(), {
    algorithm,
    checksum,
    contentMd5: checksum === undefined && claimsMd5 ? md5Of(record) : undefined,
    sizeBytes: record.sizeBytes,
  });
  const body = { bytes, sizeBytes: record.sizeBytes, algorithm, seal: () => ({ checksums: checksums() }) };
  return to.putObject(bucket, key, body, propertiesOf(record), { signal, now });
}

/** The checksum that the source has, or else the one that S3 makes where nobody asks for another. */
function checksumOf({ checksums }: ObjectRecord) {
  const values = checksums?.type === 'FULL_OBJECT' ? checksums.values : {};
  return (Object.entries(values)[0] ?? ['CRC64NVME', undefined]) as [keyof typeof values, string | undefined];
}

/** The MD5 that an ETag is, in base64. */
function md5Of({ etag }: ObjectRecord): string | undefined {
  return /^[0-9a-f]{32}$/.test(etag) ? base64FromBytes(bytesFromHex(etag)) : undefined;
}

/** Undefined for what goes as one: what was uploaded so and is not too large for it. */
async function partsOf(open: OpenObject): Promise<readonly PartRange[] | undefined> {
  const { sizeBytes, partCount } = open.record;
  if (partCount !== undefined) return (await knownParts(open, partCount)) ?? rangesOf(sizeBytes, likelyPartBytes(sizeBytes, partCount));
  return sizeBytes > MAX_WHOLE_BYTES ? rangesOf(sizeBytes, partSizeFor(sizeBytes)) : undefined;
}

const MAX_WHOLE_BYTES = 5 * 1024 ** 3;

/** As they were uploaded, so that the ETag is the same again. Undefined where the source does not know them any more. */
async function knownParts(open: OpenObject, partCount: number): Promise<readonly PartRange[] | undefined> {
  const ranges: PartRange[] = [];
  try {
    for (let partNumber = 1; partNumber <= partCount; partNumber++) {
      const part = await open.part(partNumber);
      if (part === undefined) return undefined;
      ranges.push(part.range);
    }
  } catch (error) {
    if (error instanceof S3Error && error.code === 'NotImplemented') return undefined;
    throw error;
  }
  return ranges;
}

/** What clients cut objects into; else equal parts. */
function likelyPartBytes(sizeBytes: number, partCount: number): number {
  const usual = [8, 16, 5, 10, 15, 32, 64, 128, 256, 512, 25, 50, 100].map((mebibytes) => mebibytes * MIB);
  const equal = Math.max(Math.ceil(sizeBytes / partCount / MIB), 5) * MIB;
  return usual.find((size) => Math.ceil(sizeBytes / size) === partCount) ?? equal;
}

const MIB = 1024 * 1024;

function rangesOf(sizeBytes: number, partBytes: number): readonly PartRange[] {
  const count = Math.max(Math.ceil(sizeBytes / partBytes), 1);
  return Array.from({ length: count }, (_, i) => ({ start: i * partBytes, end: Math.min((i + 1) * partBytes, sizeBytes) - 1 }));
}

/** The storage class is about the store it was in. */
function propertiesOf({ headers: { 'x-amz-storage-class': _, ...headers }, metadata, tags }: ObjectRecord): ObjectProperties {
  return { headers, metadata, tags };
}
