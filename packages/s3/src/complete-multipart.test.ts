import { expect, test } from 'vitest';
import { parseCompleteMultipartUpload, partNumberParameter } from './complete-multipart.ts';

const parse = (inner: string) => parseCompleteMultipartUpload(Buffer.from(`<CompleteMultipartUpload>${inner}</CompleteMultipartUpload>`));
const part = (number: number | string, more = '') =>
  `<Part><PartNumber>${number}</PartNumber><ETag>&quot;e${number}&quot;</ETag>${more}</Part>`;

test('parseCompleteMultipartUpload reads parts in the order sent, with their checksums', () => {
  expect(parse(part(2) + part(1, '<ChecksumCRC32>AAAAAA==</ChecksumCRC32>'))).toEqual([
    { partNumber: 2, etag: 'e2', checksums: {} },
    { partNumber: 1, etag: 'e1', checksums: { CRC32: 'AAAAAA==' } },
  ]);
});

test.each([
  ['no parts', '', 'MalformedXML', /well-formed/],
  ['part 0', part(0), 'InvalidArgument', 'PartNumber must be >= 1'],
  ['part -1', part(-1), 'InvalidArgument', 'PartNumber must be >= 1'],
  ['part 10001', part(10001), 'InvalidArgument', 'PartNumber must be <= 10000'],
  ['a part without a number', '<Part><ETag>e</ETag></Part>', 'MalformedXML', /well-formed/],
  ['a part without an ETag', '<Part><PartNumber>1</PartNumber></Part>', 'MalformedXML', /well-formed/],
  ['10,001 parts', part(1).repeat(10_001), 'MalformedXML', /well-formed/],
])('parseCompleteMultipartUpload refuses %s', (_, inner, code, message) => {
  expect(() => parse(inner)).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
});

test('10,000 parts with checksums are read', () => {
  expect(parse(part(1, '<ChecksumSHA256>47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=</ChecksumSHA256>').repeat(10_000)).length).toBe(
    10_000,
  );
});

test('partNumberParameter is a number from 1 to 10,000', () => {
  expect(partNumberParameter('1')).toBe(1);
  expect(partNumberParameter('10000')).toBe(10_000);
  for (const text of ['0', '10001', '-1', '', 'x', '1.5']) {
    expect(() => partNumberParameter(text)).toThrow(
      expect.objectContaining({
        code: 'InvalidArgument',
        message: 'Part number must be an integer between 1 and 10000, inclusive',
        fields: { ArgumentName: 'partNumber', ArgumentValue: text },
      }),
    );
  }
});
