import type { PartRecord, UploadChecksum } from '@latchkey/storage/object-store';
import { expect, test } from 'vitest';
import type { Admitted } from './pipeline.ts';
import { completedChecksums } from './upload-checksums.ts';

const request = { headers: [], target: { query: [] }, signature: undefined, terms: undefined } as unknown as Admitted;

test.each([
  ['SHA256', 'uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek='],
  ['SHA1', 'qvTGHdzF6KLavt4PO0gs2a6pQ00='],
  ['CRC32', 'NhCmhg=='],
  ['CRC32C', 'yZRlqg=='],
] as const)('a store that looks at the parts again has the same composite %s sealed', async (algorithm, value) => {
  const checksums = { [algorithm]: value };
  const begun: UploadChecksum = { algorithm, type: 'COMPOSITE' };
  const parts: PartRecord[] = [1, 2].map((partNumber) => ({
    partNumber,
    sizeBytes: 5,
    etag: '5d41402abc4b2a76b9719d911017c592',
    lastModified: 0,
    checksums: { type: 'FULL_OBJECT', values: checksums },
  }));
  const named = parts.map(({ partNumber, etag }) => ({ partNumber, etag, checksums }));
  const seal = await completedChecksums(request, begun, named);
  const first = seal(parts);
  expect(first).toEqual({ type: 'COMPOSITE', values: { [algorithm]: expect.stringMatching(/-2$/) } });
  expect(seal(parts)).toEqual(first);
});
