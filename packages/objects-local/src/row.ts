import type { ChecksumAlgorithm, ObjectProperties, StoredChecksums } from '@latchkey/storage/object-store';
import { ID_BYTES } from './keys.ts';

/** Where the bytes of an object or part lie. */
export type Body =
  | { readonly kind: 'none' }
  /** In the index; `crc32` is checked when they are read. */
  | { readonly kind: 'inline'; readonly id: Buffer; readonly crc32: number }
  /** In a file under blobs/, which carries its own checksums. */
  | { readonly kind: 'file'; readonly id: Buffer }
  /** In the bodies of parts, which the manifest of this id lists. */
  | { readonly kind: 'parts'; readonly id: Buffer };

/** What the index holds of an object, or of a part (which has no properties of its own). */
export type Row = {
  readonly sizeBytes: number;
  readonly lastModified: number;
  readonly etag: string;
  /** 0 where the object was put whole. */
  readonly partCount: number;
  readonly body: Body;
  readonly checksums: StoredChecksums | undefined;
  readonly properties: ObjectProperties;
};

/** The part of a row that listings show. */
export type RowHead = Omit<Row, 'properties'>;

/*
 * A row is decoded on every request, and a thousand of them for a page of a listing, so it is bytes at fixed places:
 *   0  u8 version      1  u8 kind of body   2  u16 parts       4  f64 size        12 f64 last modified
 *  20  16 bytes MD5   36  16 bytes body id  52 u32 crc32       56 u8 type of checksums, u8 how many, each: u8 algorithm, u8 length, text
 * and then the properties, or nothing: headers, metadata and, where there are any, tags, each as u16 how many, then names and values, each
 * as u16 length and UTF-8.
 */
export function encodeRow(row: Row): Buffer {
  const checksums = encodeChecksums(row.checksums);
  const properties = encodeProperties(row.properties);
  const bytes = Buffer.alloc(CHECKSUMS_AT + checksums.length + properties.length);
  bytes[0] = VERSION;
  bytes[1] = KINDS.indexOf(row.body.kind);
  bytes.writeUInt16LE(row.partCount, 2);
  bytes.writeDoubleLE(row.sizeBytes, 4);
  bytes.writeDoubleLE(row.lastModified, 12);
  bytes.write(row.etag.slice(0, 32), MD5_AT, 'hex');
  if (row.body.kind !== 'none') row.body.id.copy(bytes, ID_AT);
  if (row.body.kind === 'inline') bytes.writeUInt32LE(row.body.crc32, CRC_AT);
  checksums.copy(bytes, CHECKSUMS_AT);
  properties.copy(bytes, CHECKSUMS_AT + checksums.length);
  return bytes;
}

/** `bytes` may be the index's own memory: nothing of it is kept. */
export function decodeRow(bytes: Buffer): Row {
  requireVersion(bytes);
  const checksums = decodeChecksums(bytes);
  return rowOf(bytes, checksums.values, decodeProperties(bytes, checksums.end));
}

/** What listings show; the properties, which take longest, are passed over. */
export function decodeRowHead(bytes: Buffer): RowHead {
  requireVersion(bytes);
  return rowOf(bytes, decodeChecksums(bytes).values, PASSED_OVER);
}

const VERSION = 1;
const KINDS = ['none', 'inline', 'file', 'parts'] as const;
const MD5_AT = 20;
/** Where the id of a row's body begins, if it has one. */
export const ID_AT = MD5_AT + 16;
const CRC_AT = ID_AT + ID_BYTES;
const CHECKSUMS_AT = CRC_AT + 4;
const PASSED_OVER: ObjectProperties = { headers: {}, metadata: {} };
const ALGORITHMS: readonly ChecksumAlgorithm[] = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'];

function requireVersion(bytes: Buffer): void {
  if (bytes[0] !== VERSION) throw new Error(`The index holds a row of version ${bytes[0]}, which this program does not know.`);
}

// One literal: copying the head of a row into another object, by a spread, takes three times as long as all of the decoding.
function rowOf(bytes: Buffer, checksums: StoredChecksums | undefined, properties: ObjectProperties): Row {
  const partCount = bytes.readUInt16LE(2);
  const md5 = bytes.toString('hex', MD5_AT, MD5_AT + 16);
  return {
    sizeBytes: bytes.readDoubleLE(4),
    lastModified: bytes.readDoubleLE(12),
    etag: partCount === 0 ? md5 : `${md5}-${partCount}`,
    partCount,
    body: decodeBody(bytes),
    checksums,
    properties,
  };
}

function decodeBody(bytes: Buffer): Body {
  const kind = KINDS[bytes[1] ?? 0] ?? 'none';
  if (kind === 'none') return { kind };
  const id = Buffer.allocUnsafe(ID_BYTES);
  bytes.copy(id, 0, ID_AT, ID_AT + ID_BYTES);
  return kind === 'inline' ? { kind, id, crc32: bytes.readUInt32LE(CRC_AT) } : { kind, id };
}

function encodeChecksums(checksums: StoredChecksums | undefined): Buffer {
  if (checksums === undefined) return Buffer.alloc(2);
  const entries = Object.entries(checksums.values).filter((entry): entry is [ChecksumAlgorithm, string] => entry[1] !== undefined);
  const values = entries.map(([algorithm, value]) =>
    Buffer.concat([Buffer.of(ALGORITHMS.indexOf(algorithm), value.length), Buffer.from(value, 'latin1')]),
  );
  return Buffer.concat([Buffer.of(checksums.type === 'COMPOSITE' ? 2 : 1, entries.length), ...values]);
}

function decodeChecksums(bytes: Buffer): { readonly values: StoredChecksums | undefined; readonly end: number } {
  const type = bytes[CHECKSUMS_AT] ?? 0;
  if (type === 0) return { values: undefined, end: CHECKSUMS_AT + 2 };
  const values: Partial<Record<ChecksumAlgorithm, string>> = {};
  let at = CHECKSUMS_AT + 2;
  for (let left = bytes[CHECKSUMS_AT + 1] ?? 0; left > 0; left--) {
    const algorithm = ALGORITHMS[bytes[at] ?? 0];
    const end = at + 2 + (bytes[at + 1] ?? 0);
    if (algorithm !== undefined) values[algorithm] = bytes.toString('latin1', at + 2, end);
    at = end;
  }
  return { values: { type: type === 2 ? 'COMPOSITE' : 'FULL_OBJECT', values }, end: at };
}

type Texts = Readonly<Record<string, string>>;

function encodeProperties({ headers, metadata, tags }: ObjectProperties): Buffer {
  const isPlain = tags === undefined && Object.keys(headers).length === 0 && Object.keys(metadata).length === 0;
  if (isPlain) return Buffer.alloc(0);
  return Buffer.concat([headers, metadata, ...(tags === undefined ? [] : [tags])].flatMap(encodeTexts));
}

function decodeProperties(bytes: Buffer, start: number): ObjectProperties {
  if (start === bytes.length) return { headers: {}, metadata: {} };
  const place = { at: start };
  const headers = decodeTexts(bytes, place);
  const metadata = decodeTexts(bytes, place);
  return place.at === bytes.length ? { headers, metadata } : { headers, metadata, tags: decodeTexts(bytes, place) };
}

function encodeTexts(texts: Texts): readonly Buffer[] {
  const all = Object.entries(texts).flat();
  return [uint16(all.length / 2), ...all.flatMap((text) => [uint16(Buffer.byteLength(text)), Buffer.from(text)])];
}

function decodeTexts(bytes: Buffer, place: { at: number }): Texts {
  const texts: Record<string, string> = {};
  let left = bytes.readUInt16LE(place.at);
  place.at += 2;
  for (; left > 0; left--) {
    const name = decodeText(bytes, place);
    const value = decodeText(bytes, place);
    // Metadata may be called anything; an assignment would make this one the prototype.
    if (name === '__proto__') Object.defineProperty(texts, name, { value, enumerable: true, configurable: true, writable: true });
    else texts[name] = value;
  }
  return texts;
}

function decodeText(bytes: Buffer, place: { at: number }): string {
  const start = place.at + 2;
  place.at = start + bytes.readUInt16LE(place.at);
  return bytes.toString('utf8', start, place.at);
}

function uint16(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(2);
  bytes.writeUInt16LE(value);
  return bytes;
}
