/**
 * Bodies in `aws-chunked`: the three forms in which SDKs stream an upload whose length or checksum they do not know beforehand.
 * Source: the S3 API reference, "Signature calculations: transferring payload in multiple chunks", and "… including trailing headers".
 */
import { type ByteReader, byteReader } from './byte-reader.ts';
import { hexFromBytes } from './bytes.ts';
import { type ChecksumAlgorithm, checksumHeader } from './checksum-algorithm.ts';
import { type Hasher, openHasher } from './checksum-hasher.ts';
import { S3Error } from './errors.ts';
import { trailerChecksum } from './request-checksums.ts';

export type ChunkedForm = { readonly isSigned: boolean; readonly hasTrailer: boolean };

/** The form that a value of `x-amz-content-sha256` announces; `undefined` where the body is not chunked (or signed with SigV4A, which is not read). */
export function chunkedForm(contentSha256: string): ChunkedForm | undefined {
  return FORMS[contentSha256];
}

const FORMS: Readonly<Record<string, ChunkedForm>> = {
  'STREAMING-UNSIGNED-PAYLOAD-TRAILER': { isSigned: false, hasTrailer: true },
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD': { isSigned: true, hasTrailer: false },
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER': { isSigned: true, hasTrailer: true },
};

/** Checks signatures, each of which continues the one before. Both throw SignatureDoesNotMatch. */
export type ChunkSignatures = {
  /** Of a chunk whose bytes hash to `sha256Hex`; the last chunk has no bytes. */
  chunk(sha256Hex: string, signature: string): void;
  /** Of the trailers: `name:value\n` for each. */
  trailer(lines: string, signature: string): void;
};

export type ChunkedBodyOptions = {
  readonly form: ChunkedForm;
  /** How many bytes there are without the framing: `decodedLength` reads it. */
  readonly decodedLength: number;
  /** The checksum that `x-amz-trailer` announces. */
  readonly trailer?: ChecksumAlgorithm | undefined;
  /** Needed where the form is signed. */
  readonly signatures?: ChunkSignatures | undefined;
};

export type ChunkedBody = {
  /**
   * The bytes without the framing. Throws IncompleteBody, InvalidChunkSizeError, MalformedTrailerError, InvalidRequest,
   * SignatureDoesNotMatch. A chunk's bytes come before its signature is checked: whoever stores them waits for the end.
   */
  readonly bytes: AsyncIterable<Uint8Array>;
  /** The value of the announced trailer, well formed; to be asked for after the last byte. */
  trailerChecksum(): string | undefined;
};

/** `x-amz-decoded-content-length`. Throws MissingContentLength. */
export function decodedLength(header: string | undefined): number {
  if (header !== undefined && /^\d{1,15}$/.test(header)) return Number(header);
  throw new S3Error('MissingContentLength');
}

/** Holds a piece of the source and a line at a time, whatever the sizes of the chunks. */
export function chunkedBody(source: AsyncIterable<Uint8Array>, options: ChunkedBodyOptions): ChunkedBody {
  if (options.form.isSigned && options.signatures === undefined)
    throw new S3Error('InternalError', { cause: 'a signed body nobody checks' });
  let checksum: string | undefined;

  async function* decode(): AsyncGenerator<Uint8Array, void, undefined> {
    const reader = byteReader(source);
    try {
      const decoded = yield* readChunks(reader, options);
      const trailers = await readTrailers(reader, options.form);
      checkTrailerSignature(trailers, options);
      if (decoded !== options.decodedLength) throw wrongLength(decoded, options.decodedLength);
      checksum = announcedChecksum(trailers.fields, options.trailer);
      await skipRest(reader);
    } finally {
      await reader.close();
    }
  }

  return { bytes: decode(), trailerChecksum: () => checksum };
}

/** Returns how many bytes there were. */
async function* readChunks(reader: ByteReader, options: ChunkedBodyOptions): AsyncGenerator<Uint8Array, number, undefined> {
  let decoded = 0;
  let previousSize = SMALLEST_CHUNK;
  for (let number = 1; ; number++) {
    const chunk = chunkHead(await readLine(reader), options.form.isSigned);
    decoded += chunk.size;
    if (decoded > options.decodedLength) throw wrongLength(decoded, options.decodedLength);
    if (chunk.size > 0 && options.form.isSigned) checkPreviousSize(previousSize, number);
    const hasher = options.form.isSigned ? await openHasher('SHA256') : undefined;
    yield* readData(reader, chunk.size, hasher);
    if (hasher) options.signatures?.chunk(hexFromBytes(hasher.digest()), chunk.signature);
    if (chunk.size === 0) return decoded;
    if ((await readLine(reader)) !== '') throw incomplete();
    previousSize = chunk.size;
  }
}

async function* readData(reader: ByteReader, size: number, hasher: Hasher | undefined): AsyncGenerator<Uint8Array, void, undefined> {
  for (let rest = size; rest > 0; ) {
    const bytes = await reader.read(rest);
    if (bytes === undefined) throw incomplete();
    rest -= bytes.length;
    hasher?.update(bytes);
    yield bytes;
  }
}

/** Long enough for any size and signature. */
const MAX_LINE_BYTES = 1024;

async function readLine(reader: ByteReader): Promise<string> {
  const line = await reader.readLine(MAX_LINE_BYTES);
  if (typeof line !== 'string') throw incomplete();
  return line;
}

type ChunkHead = { readonly size: number; readonly signature: string };

function chunkHead(line: string, isSigned: boolean): ChunkHead {
  const match = (isSigned ? SIGNED_HEAD : UNSIGNED_HEAD).exec(line);
  if (match === null) throw incomplete();
  const [, size = '', name, signature = ''] = match;
  // Another parameter in its place is no signature: nothing matches it.
  if (name !== 'chunk-signature') return { size: Number.parseInt(size, 16), signature: '' };
  if (signature.includes(';')) throw incomplete();
  return { size: Number.parseInt(size, 16), signature };
}

/** Twelve digits are 256 TiB: more than any object. */
const SIGNED_HEAD = /^([0-9a-f]{1,12}) *; *([^=; ]+) *= *(\S+) *$/i;
const UNSIGNED_HEAD = /^([0-9a-f]{1,12}) *$/i;

const SMALLEST_CHUNK = 8192;

/** S3 holds only signed chunks to this, notices with the next chunk, and names that one. SDKs send unsigned ones of any size. */
function checkPreviousSize(previousSize: number, number: number): void {
  if (previousSize >= SMALLEST_CHUNK) return;
  throw new S3Error('InvalidChunkSizeError', { fields: { Chunk: String(number), BadChunkSize: String(previousSize) } });
}

type Trailers = { readonly fields: ReadonlyMap<string, string>; readonly signature: string | undefined };

/** The lines behind the last chunk, up to a blank one or the end of the body. Of a repeated trailer the last counts. */
async function readTrailers(reader: ByteReader, form: ChunkedForm): Promise<Trailers> {
  const fields = new Map<string, string>();
  let signature: string | undefined;
  for (let lines = 0; lines <= MAX_TRAILER_LINES; lines++) {
    const line = await reader.readLine(MAX_LINE_BYTES);
    if (line === undefined || line === '') return { fields, signature };
    if (typeof line !== 'string' || !form.hasTrailer) throw incomplete();
    const [name, value] = trailerField(line);
    if (signature !== undefined) throw malformed();
    if (form.isSigned && name === 'x-amz-trailer-signature') signature = value;
    else fields.set(name, value);
  }
  throw malformed();
}

const MAX_TRAILER_LINES = 16;

/** Trimmed: by the documentation a trailer's line ends in a line feed of its own before the `\r\n`. */
function trailerField(line: string): readonly [name: string, value: string] {
  const colon = line.indexOf(':');
  if (colon <= 0) throw malformed();
  return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
}

function checkTrailerSignature({ fields, signature }: Trailers, { form, signatures }: ChunkedBodyOptions): void {
  if (!form.isSigned || !form.hasTrailer) return;
  if (signature === undefined || fields.size === 0) throw incomplete();
  signatures?.trailer([...fields].map(([name, value]) => `${name}:${value}\n`).join(''), signature);
}

/** Exactly what was announced has to come. */
function announcedChecksum(fields: ReadonlyMap<string, string>, trailer: ChecksumAlgorithm | undefined): string | undefined {
  const name = trailer === undefined ? undefined : checksumHeader(trailer);
  if (fields.size !== (name === undefined ? 0 : 1)) throw malformed();
  if (trailer === undefined || name === undefined) return undefined;
  const value = fields.get(name);
  if (value === undefined) throw malformed();
  return trailerChecksum(trailer, name, value);
}

/** S3 takes no notice of what follows the blank line; neither do we, of a little of it. */
async function skipRest(reader: ByteReader): Promise<void> {
  let skipped = 0;
  for (let bytes = await reader.read(MAX_REST_BYTES); bytes !== undefined; bytes = await reader.read(MAX_REST_BYTES)) {
    skipped += bytes.length;
    if (skipped > MAX_REST_BYTES) throw incomplete();
  }
}

const MAX_REST_BYTES = 8192;

function incomplete(): S3Error {
  return new S3Error('IncompleteBody', { message: 'The request body terminated unexpectedly' });
}

function wrongLength(provided: number, expected: number): S3Error {
  return new S3Error('IncompleteBody', {
    fields: { NumberBytesExpected: String(expected), NumberBytesProvided: String(provided) },
  });
}

function malformed(): S3Error {
  return new S3Error('MalformedTrailerError');
}
