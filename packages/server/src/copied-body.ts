/** Bytes on their way from one object of ours to another. */
import { checkedBody } from '@latchkey/s3/body-integrity';
import { type ChecksumAlgorithm, checksumAlgorithm } from '@latchkey/s3/checksum-algorithm';
import { S3Error } from '@latchkey/s3/errors';
import type { ByteRange, IncomingBody, ObjectRecord, OpenObject } from '@latchkey/storage/object-store';
import { amzValue } from './headers.ts';
import type { Authenticated } from './pipeline.ts';

export async function copiedBody(source: OpenObject, range: ByteRange | undefined, algorithm: ChecksumAlgorithm): Promise<IncomingBody> {
  const sizeBytes = range === undefined ? source.record.sizeBytes : range.end - range.start + 1;
  const body = await checkedBody(source.read(range), { algorithm, sizeBytes });
  return { bytes: body.bytes, sizeBytes, algorithm, seal: () => ({ checksums: body.checksums() }) };
}

/** The checksum a copy gets: the one asked for, else of the kind the source has. Throws InvalidRequest. */
export function copyChecksumAlgorithm(request: Authenticated, source: ObjectRecord): ChecksumAlgorithm {
  const asked = amzValue(request, 'x-amz-checksum-algorithm');
  const algorithm = asked === undefined ? undefined : checksumAlgorithm(asked);
  if (asked !== undefined && algorithm === undefined)
    throw new S3Error('InvalidRequest', {
      message:
        'Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]',
    });
  return algorithm ?? (Object.keys(source.checksums?.values ?? {})[0] as ChecksumAlgorithm | undefined) ?? 'CRC64NVME';
}
