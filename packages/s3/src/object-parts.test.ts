import { expect, test } from 'vitest';
import { type ObjectPartPage, objectPartsElement } from './object-parts.ts';
import { xmlDocument } from './xml-writer.ts';

const parameters = { maxParts: 2, partNumberMarker: 1 };
const written = (page: ObjectPartPage | undefined) =>
  xmlDocument('Root', [objectPartsElement(5, parameters, page)]).replace(/^.*?<ObjectParts>|<\/Root>$/gs, '');

test('objectPartsElement counts the parts, by the name on the wire, and says nothing of a page where there is none', () => {
  expect(written(undefined)).toBe('<PartsCount>5</PartsCount></ObjectParts>');
});

test('objectPartsElement lists a page, and where the next one begins', () => {
  const parts = [
    { partNumber: 2, sizeBytes: 0, checksums: { SHA256: 'two' } },
    { partNumber: 4, sizeBytes: 7 },
  ];
  expect(written({ parts, next: 4 })).toBe(
    '<PartsCount>5</PartsCount><PartNumberMarker>1</PartNumberMarker><NextPartNumberMarker>4</NextPartNumberMarker>' +
      '<MaxParts>2</MaxParts><IsTruncated>true</IsTruncated>' +
      '<Part><PartNumber>2</PartNumber><Size>0</Size><ChecksumSHA256>two</ChecksumSHA256></Part>' +
      '<Part><PartNumber>4</PartNumber><Size>7</Size></Part></ObjectParts>',
  );
});

test('objectPartsElement of a page behind the last part has no part and is not truncated', () => {
  expect(written({ parts: [] })).toContain(
    '<NextPartNumberMarker>0</NextPartNumberMarker><MaxParts>2</MaxParts><IsTruncated>false</IsTruncated></',
  );
});
