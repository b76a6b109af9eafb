import { expect, test } from 'vitest';
import { copyObjectXml, copyPartXml } from './copy-results.ts';

const copied = {
  etag: 'e',
  lastModified: Date.UTC(2026, 0, 1),
  checksums: { type: 'FULL_OBJECT', values: { CRC64NVME: 'AAAAAAAAAAA=' } },
} as const;
const body =
  '<LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>&quot;e&quot;</ETag><ChecksumCRC64NVME>AAAAAAAAAAA=</ChecksumCRC64NVME>';

test('a copied object shows the type of its checksum, a copied part does not', () => {
  expect(copyObjectXml(copied)).toContain(`${body}<ChecksumType>FULL_OBJECT</ChecksumType></CopyObjectResult>`);
  expect(copyPartXml(copied)).toContain(`${body}</CopyPartResult>`);
});
