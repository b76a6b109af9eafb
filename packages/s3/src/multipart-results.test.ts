import { expect, test } from 'vitest';
import { completeMultipartUploadXml, initiateMultipartUploadXml, listPartsXml, listUploadsXml } from './multipart-results.ts';
import { childText, parseXml } from './xml.ts';

const owner = { id: 'f'.repeat(64), displayName: 'root' };
const who = `<ID>${owner.id}</ID><DisplayName>root</DisplayName>`;
const XMLNS = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';
const at = Date.UTC(2026, 0, 1);
const parameters = {
  prefix: '',
  delimiter: undefined,
  encodingType: undefined,
  maxUploads: 2,
  keyMarker: '',
  uploadIdMarker: '',
  after: undefined,
};
const upload = (key: string, uploadId: string) => ({ kind: 'upload', upload: { key, uploadId, initiatedAt: at } }) as const;

test('initiateMultipartUploadXml names the upload', () => {
  expect(initiateMultipartUploadXml({ bucket: 'b', key: 'k&', uploadId: 'u' })).toContain(
    `<InitiateMultipartUploadResult ${XMLNS}><Bucket>b</Bucket><Key>k&amp;</Key><UploadId>u</UploadId></InitiateMultipartUploadResult>`,
  );
});

test('completeMultipartUploadXml shows the ETag in quotes and the checksum', () => {
  const checksums = { type: 'COMPOSITE', values: { SHA256: 'x-2' } } as const;
  expect(completeMultipartUploadXml({ location: 'http://h/b/k', bucket: 'b', key: 'k', etag: 'e-2', checksums })).toContain(
    '<Location>http://h/b/k</Location><Bucket>b</Bucket><Key>k</Key><ETag>&quot;e-2&quot;</ETag><ChecksumSHA256>x-2</ChecksumSHA256><ChecksumType>COMPOSITE</ChecksumType>',
  );
});

test('listUploadsXml names the last upload as the next marker, also on the last page', () => {
  const xml = listUploadsXml('b', parameters, { entries: [upload('k', 'u1'), upload('k', 'u2')] }, owner);
  expect(xml).toContain(
    `<ListMultipartUploadsResult ${XMLNS}><Bucket>b</Bucket><KeyMarker/><UploadIdMarker/><NextKeyMarker>k</NextKeyMarker><NextUploadIdMarker>u2</NextUploadIdMarker>` +
      `<Prefix/><MaxUploads>2</MaxUploads><IsTruncated>false</IsTruncated><Upload><Key>k</Key><UploadId>u1</UploadId><Initiator>${who}</Initiator>` +
      `<Owner>${who}</Owner><StorageClass>STANDARD</StorageClass><Initiated>2026-01-01T00:00:00.000Z</Initiated></Upload>`,
  );
});

test('listUploadsXml goes on behind a common prefix', () => {
  const page = { entries: [{ kind: 'prefix', prefix: 'a b/' } as const], next: { key: 'a b/' } };
  const root = parseXml(listUploadsXml('b', { ...parameters, delimiter: '/', encodingType: 'url' }, page, owner));
  expect([childText(root, 'NextKeyMarker'), childText(root, 'NextUploadIdMarker'), childText(root, 'IsTruncated')]).toEqual([
    'a+b/',
    '',
    'true',
  ]);
});

test('listPartsXml shows parts with their checksums and where the next page begins', () => {
  const part = {
    partNumber: 3,
    sizeBytes: 5,
    etag: 'e',
    lastModified: at,
    checksums: { type: 'FULL_OBJECT', values: { CRC32: 'AAAAAA==' } },
  } as const;
  const listed = { key: 'k', uploadId: 'u', checksum: { algorithm: 'CRC32', type: 'COMPOSITE' } } as const;
  const xml = listPartsXml('b', listed, { maxParts: 1, partNumberMarker: 2 }, { parts: [part], next: 3 }, owner);
  expect(xml).toContain('<ChecksumAlgorithm>CRC32</ChecksumAlgorithm><ChecksumType>COMPOSITE</ChecksumType>');
  expect(xml).toContain(
    '<PartNumberMarker>2</PartNumberMarker><NextPartNumberMarker>3</NextPartNumberMarker><MaxParts>1</MaxParts><IsTruncated>true</IsTruncated>' +
      '<Part><PartNumber>3</PartNumber><LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>&quot;e&quot;</ETag><Size>5</Size><ChecksumCRC32>AAAAAA==</ChecksumCRC32></Part>',
  );
});

test('listPartsXml without parts says 0', () => {
  const xml = listPartsXml('b', { key: 'k', uploadId: 'u' }, { maxParts: 1000, partNumberMarker: 10 }, { parts: [] }, owner);
  expect(xml).toContain('<NextPartNumberMarker>0</NextPartNumberMarker>');
});
