import { chunkVerifier } from '@latchkey/sigv4/chunks';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { base64Digest, openHasher } from './checksum-hasher.ts';
import { type ChunkedBodyOptions, type ChunkSignatures, chunkedBody, chunkedForm, decodedLength } from './chunked-body.ts';
import { S3Error } from './errors.ts';

const UNSIGNED = { isSigned: false, hasTrailer: true };
const SIGNED = { isSigned: true, hasTrailer: false };
const SIGNED_TRAILER = { isSigned: true, hasTrailer: true };

async function* pieces(...bytes: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const piece of bytes) yield piece;
}

/** Cuts the bytes at the given places, which are taken modulo what there is. */
function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const sorted = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...sorted].map((start, index) => bytes.subarray(start, sorted[index] ?? bytes.length));
}

type Decoded = { readonly bytes: string; readonly trailer: string | undefined };

async function decode(wire: Uint8Array | string, options: ChunkedBodyOptions, places: readonly number[] = []): Promise<Decoded> {
  const body = chunkedBody(pieces(...cut(Buffer.from(wire as string, 'latin1'), places)), options);
  const decoded: Uint8Array[] = [];
  for await (const bytes of body.bytes) decoded.push(bytes);
  return { bytes: Buffer.concat(decoded).toString('latin1'), trailer: body.trailerChecksum() };
}

async function refusal(wire: string, options: ChunkedBodyOptions): Promise<S3Error> {
  const error: unknown = await decode(wire, options).catch((thrown: unknown) => thrown);
  if (error instanceof S3Error) return error;
  throw new Error('nothing was refused');
}

const hello = { form: UNSIGNED, decodedLength: 5 };

test.each([
  ['STREAMING-UNSIGNED-PAYLOAD-TRAILER', UNSIGNED],
  ['STREAMING-AWS4-HMAC-SHA256-PAYLOAD', SIGNED],
  ['STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER', SIGNED_TRAILER],
  ['STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD', undefined],
  ['UNSIGNED-PAYLOAD', undefined],
])('chunkedForm reads %s', (word, form) => {
  expect(chunkedForm(word)).toEqual(form);
});

test('decodedLength is required and a number', () => {
  expect(decodedLength('12')).toBe(12);
  for (const header of [undefined, '', 'many', '-1', '1.5']) expect(() => decodedLength(header)).toThrow(S3Error);
});

test('an unsigned stream is the same however it is cut into pieces', async () => {
  const crc32 = await openHasher('CRC32');
  crc32.update(Buffer.from('hello, world'));
  const checksum = base64Digest(crc32);
  const wire = `5\r\nhello\r\n7\r\n, world\r\n0\r\nx-amz-checksum-crc32:${checksum}\r\n\r\n`;
  const options = { form: UNSIGNED, decodedLength: 12, trailer: 'CRC32' } as const;
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(200), { maxLength: 40 }), async (places) => {
      expect(await decode(wire, options, places)).toEqual({ bytes: 'hello, world', trailer: checksum });
    }),
    { numRuns: 60 },
  );
});

test('any bytes in chunks of any size come out as they went in', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ minLength: 1, maxLength: 60 }), { maxLength: 6 }),
      fc.array(fc.nat(400), { maxLength: 10 }),
      async (chunks, places) => {
        const body = Buffer.concat(chunks).toString('latin1');
        const framed = chunks.map((chunk) => `${chunk.length.toString(16)}\r\n${Buffer.from(chunk).toString('latin1')}\r\n`);
        const options = { form: UNSIGNED, decodedLength: body.length };
        expect((await decode(`${framed.join('')}0\r\n\r\n`, options, places)).bytes).toBe(body);
      },
    ),
    { numRuns: 60 },
  );
});

// What S3 was seen to accept.
test.each([
  ['without the blank line', '5\r\nhello\r\n0\r\n'],
  ['with blank lines and junk behind it', '5\r\nhello\r\n0\r\n\r\n\r\njunk'],
  ['with spaces behind the size', '5 \r\nhello\r\n0\r\n\r\n'],
])('an unsigned stream ends %s', async (_, wire) => {
  expect((await decode(wire, hello)).bytes).toBe('hello');
});

test('of a repeated trailer the last counts', async () => {
  const wire = '5\r\nhello\r\n0\r\nx-amz-checksum-crc32: AAAAAA==\r\nX-Amz-Checksum-Crc32: NhCmhg==\r\n';
  expect((await decode(wire, { ...hello, trailer: 'CRC32' })).trailer).toBe('NhCmhg==');
});

test.each([
  ['cut off in a chunk', '5\r\nhel'],
  ['cut off behind a chunk', '5\r\nhello\r\n'],
  ['cut off in its last line', '5\r\nhello\r\n0\r\n\r'],
  ['with line feeds alone', '5\nhello\n0\n\n'],
  ['without sizes', 'hello'],
  ['with a negative size', '-5\r\nhello\r\n0\r\n\r\n'],
  ['with an endless size line', `5${' '.repeat(5000)}\r\nhello\r\n0\r\n\r\n`],
  ['with extensions', '5;a=b\r\nhello\r\n0\r\n\r\n'],
  ['without the line end behind a chunk', '5\r\nhelloX\r\n0\r\n\r\n'],
])('an unsigned stream %s is refused with IncompleteBody', async (_, wire) => {
  expect(await refusal(wire, hello)).toMatchObject({
    code: 'IncompleteBody',
    message: 'The request body terminated unexpectedly',
    status: 400,
  });
});

test.each([
  ['too many', '6\r\nhello!\r\n0\r\n\r\n', '6'],
  ['too few', '4\r\nhell\r\n0\r\n\r\n', '4'],
])('%s bytes are refused with both numbers', async (_, wire, provided) => {
  expect(await refusal(wire, hello)).toMatchObject({
    code: 'IncompleteBody',
    message: 'You did not provide the number of bytes specified by the Content-Length HTTP header',
    fields: { NumberBytesExpected: '5', NumberBytesProvided: provided },
  });
});

test.each([
  ['that was not announced', undefined, 'x-amz-checksum-crc32:NhCmhg==\r\n'],
  ['that is not the announced one', 'CRC32C', 'x-amz-checksum-crc32:NhCmhg==\r\n'],
  ['beside the announced one', 'CRC32', 'x-amz-checksum-crc32:NhCmhg==\r\nbonus:trailer\r\n'],
  ['that is missing', 'CRC32', ''],
  ['behind a blank line', 'CRC32', '\r\nx-amz-checksum-crc32:NhCmhg==\r\n'],
  ['that is no field', 'CRC32', 'NhCmhg==\r\n'],
] as const)('a trailer %s is refused with MalformedTrailerError', async (_, trailer, lines) => {
  const error = await refusal(`5\r\nhello\r\n0\r\n${lines}\r\n`, { ...hello, trailer });
  expect(error).toMatchObject({ code: 'MalformedTrailerError', status: 400 });
});

test('a trailer that is no checksum is refused with its name', async () => {
  const error = await refusal('5\r\nhello\r\n0\r\nx-amz-checksum-crc32: no\r\n', { ...hello, trailer: 'CRC32' });
  expect(error).toMatchObject({ code: 'InvalidRequest', message: 'Value for x-amz-checksum-crc32 trailing header is invalid.' });
});

/** The documentation's example: 66560 times `a`, in chunks of 65536 and 1024. */
function documented(trailer: boolean): { readonly wire: string; readonly options: ChunkedBodyOptions } {
  const signatures = trailer
    ? [
        'b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2',
        '1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7',
        '2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992',
      ]
    : [
        'ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648',
        '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497',
        'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9',
      ];
  const chunks = [65536, 1024, 0].map((size, index) => `${size.toString(16)};chunk-signature=${signatures[index]}\r\n${'a'.repeat(size)}`);
  const trailerLines =
    'x-amz-checksum-crc32c:sOO8/Q==\n\r\nx-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n';
  const verifier = chunkVerifier({
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    scope: { date: '20130524', region: 'us-east-1', service: 's3' },
    amzDate: '20130524T000000Z',
    seedSignature: trailer
      ? '106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e'
      : '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9',
  });
  const demand = (check: { readonly ok: boolean }) => {
    if (!check.ok) throw new S3Error('SignatureDoesNotMatch');
  };
  const checks: ChunkSignatures = {
    chunk: (hash, signature) => demand(verifier.chunk(hash, signature)),
    trailer: (lines, signature) => demand(verifier.trailer(lines, signature)),
  };
  const form = trailer ? SIGNED_TRAILER : SIGNED;
  return {
    wire: trailer ? `${chunks.join('\r\n')}${trailerLines}` : `${chunks.join('\r\n')}\r\n`,
    options: { form, decodedLength: 66560, signatures: checks, ...(trailer ? { trailer: 'CRC32C' } : {}) },
  };
}

test('the documented signed stream is read, its signatures verified', async () => {
  const { wire, options } = documented(false);
  expect(wire.length).toBe(66824);
  expect((await decode(wire, options, [1000, 65620, 65630])).bytes).toBe('a'.repeat(66560));
});

test('the documented signed stream with a trailer is read, its signatures verified', async () => {
  const { wire, options } = documented(true);
  expect(await decode(wire, options, [66700, 66800, 66801])).toEqual({ bytes: 'a'.repeat(66560), trailer: 'sOO8/Q==' });
});

test.each([
  ['a changed byte', (wire: string) => wire.replace('aaa', 'aab')],
  ['a changed signature', (wire: string) => wire.replace('ad80c7', 'ad80c8')],
  ['a signature of another form', (wire: string) => wire.replace(/=ad80c7\w+/, '=invalid')],
  ['another parameter before the signature', (wire: string) => wire.replace(';chunk', ';extra=param;chunk')],
])('a signed stream with %s does not match its signature', async (_, change) => {
  const { wire, options } = documented(false);
  const error = await refusal(change(wire), options);
  expect(error.code).toBe('SignatureDoesNotMatch');
});

test.each([
  ['no signature', (wire: string) => wire.replace(/;chunk-signature=ad80c7\w+/, '')],
  ['a blank signature', (wire: string) => wire.replace(/=ad80c7\w+/, '=')],
  ['something behind the signature', (wire: string) => wire.replace(/(=ad80c7\w+)/, '$1;extra=param')],
  ['no last chunk', (wire: string) => wire.slice(0, wire.lastIndexOf('0;chunk'))],
])('a signed stream with %s is refused with IncompleteBody', async (_, change) => {
  const { wire, options } = documented(false);
  expect((await refusal(change(wire), options)).code).toBe('IncompleteBody');
});

test('a signed stream with a changed trailer does not match its signature', async () => {
  const { wire, options } = documented(true);
  expect((await refusal(wire.replace('sOO8/Q==', 'sOO8/g=='), options)).code).toBe('SignatureDoesNotMatch');
});

test('a signed stream that should end in a signed trailer and does not is refused with IncompleteBody', async () => {
  const { wire, options } = documented(true);
  expect((await refusal(wire.replace(/x-amz-trailer-signature.*\r\n\r\n/, ''), options)).code).toBe('IncompleteBody');
});

test('a signed chunk under 8192 bytes may only be the last', async () => {
  const signature = '0'.repeat(64);
  const wire = [1024, 4096, 0].map((size) => `${size.toString(16)};chunk-signature=${signature}\r\n${'a'.repeat(size)}\r\n`).join('');
  const signatures = { chunk: () => undefined, trailer: () => undefined };
  const error = await refusal(wire, { form: SIGNED, decodedLength: 5120, signatures });
  expect(error).toMatchObject({ code: 'InvalidChunkSizeError', fields: { Chunk: '2', BadChunkSize: '1024' } });
});

test('a stream that is given up lets go of its source', async () => {
  let isClosed = false;
  async function* source(): AsyncGenerator<Uint8Array> {
    try {
      yield Buffer.from('5\r\nhello\r\n');
      yield Buffer.from('0\r\n\r\n');
    } finally {
      isClosed = true;
    }
  }
  for await (const _ of chunkedBody(source(), hello).bytes) break;
  expect(isClosed).toBe(true);
});

test('a signed stream is not read without somebody to check its signatures', () => {
  expect(() => chunkedBody(pieces(), { form: SIGNED, decodedLength: 0 })).toThrow(S3Error);
});

test('whatever comes, it is read to its end or refused with an S3Error', async () => {
  const token = fc.constantFrom(
    '0',
    '5',
    'ff',
    '\r\n',
    '\n',
    ';',
    'chunk-signature=',
    'a'.repeat(64),
    'hello',
    'x-amz-checksum-crc32:NhCmhg==',
    ':',
    '\0',
  );
  await fc.assert(
    fc.asyncProperty(fc.array(token, { maxLength: 20 }), fc.constantFrom(UNSIGNED, SIGNED, SIGNED_TRAILER), async (tokens, form) => {
      const signatures = { chunk: () => undefined, trailer: () => undefined };
      const outcome: unknown = await decode(tokens.join(''), { form, decodedLength: 5, signatures }).catch((error: unknown) => error);
      expect(outcome instanceof S3Error || (outcome as Decoded).bytes.length === 5).toBe(true);
    }),
    { numRuns: 300 },
  );
});
