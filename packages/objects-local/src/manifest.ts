import type { ByteRange } from '@latchkey/storage/object-store';
import type { Catalogue } from './catalogue.ts';
import { behindAllOf, ID_BYTES, manifestKey, manifestOffset } from './keys.ts';
import type { Body } from './row.ts';

/** A part of an object made of parts: where it lies in the object, and where its bytes are. */
export type Piece = { readonly partNumber: number; readonly start: number; readonly sizeBytes: number; readonly body: PieceBody };
export type PieceBody = Exclude<Body, { readonly kind: 'parts' }>;

/**
 * The pieces of an object as rows of the index: up to 64 pieces a row, a row's key ending in the offset of its first. An object of 10,000
 * parts is written in 157 rows, and any byte of it is found with one of them.
 */
export function manifestRows(id: Buffer, pieces: readonly Piece[]): readonly (readonly [key: Buffer, value: Buffer])[] {
  const rows: (readonly [Buffer, Buffer])[] = [];
  for (let at = 0; at < pieces.length; at += PIECES_PER_ROW) {
    const inRow = pieces.slice(at, at + PIECES_PER_ROW);
    // Empty pieces have no offset of their own; the last part may be one, and it may be the only one.
    rows.push([manifestKey(id, inRow[0]?.start ?? 0), Buffer.concat(inRow.map(encodePiece))]);
  }
  return rows;
}

/** The pieces that hold bytes of the range, in order, read as they are needed. */
export function* piecesOf(catalogue: Catalogue, id: Buffer, range: ByteRange): Generator<Piece> {
  let start = startOfRowWith(catalogue, id, range.start);
  while (start !== undefined) {
    const pieces = rowAt(catalogue, id, start);
    for (const piece of pieces) {
      if (piece.start > range.end) return;
      if (piece.start + piece.sizeBytes > range.start && piece.sizeBytes > 0) yield piece;
    }
    const last = pieces.at(-1);
    const next = last && last.start + last.sizeBytes;
    start = next === undefined || next === start || next > range.end ? undefined : next;
  }
}

/** Every piece, in order. For what must not be read bit by bit: the rows of one moment. */
export function allPieces(catalogue: Pick<Catalogue, 'manifests'>, id: Buffer): readonly Piece[] {
  return [...piecesAfter(catalogue, id, 0)];
}

/** The pieces with greater part numbers, in order, a row at a time. */
export function* piecesAfter(catalogue: Pick<Catalogue, 'manifests'>, id: Buffer, partNumber: number): Generator<Piece> {
  for (const { key, value } of catalogue.manifests.getRange({ start: id, end: behindAllOf(id) })) {
    for (const piece of decodePieces(value, manifestOffset(key))) if (piece.partNumber > partNumber) yield piece;
  }
}

export function decodePieces(bytes: Buffer, start: number): readonly Piece[] {
  const pieces: Piece[] = [];
  let offset = start;
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    const sizeBytes = bytes.readDoubleLE(at + 3);
    pieces.push({ partNumber: bytes.readUInt16LE(at), start: offset, sizeBytes, body: decodeBody(bytes, at) });
    offset += sizeBytes;
  }
  return pieces;
}

/** A row of 64 pieces still fits a page of the index with a neighbour. */
const PIECES_PER_ROW = 64;
// u16 part number, u8 kind, f64 size, id, u32 crc32
const PIECE_BYTES = 2 + 1 + 8 + ID_BYTES + 4;
const KINDS = ['none', 'inline', 'file'] as const;

function encodePiece({ partNumber, sizeBytes, body }: Piece): Buffer {
  const bytes = Buffer.alloc(PIECE_BYTES);
  bytes.writeUInt16LE(partNumber, 0);
  bytes[2] = KINDS.indexOf(body.kind);
  bytes.writeDoubleLE(sizeBytes, 3);
  if (body.kind !== 'none') body.id.copy(bytes, 11);
  if (body.kind === 'inline') bytes.writeUInt32LE(body.crc32, 11 + ID_BYTES);
  return bytes;
}

function decodeBody(bytes: Buffer, at: number): PieceBody {
  const kind = KINDS[bytes[at + 2] ?? 0] ?? 'none';
  if (kind === 'none') return { kind };
  const id = Buffer.from(bytes.subarray(at + 11, at + 11 + ID_BYTES));
  return kind === 'inline' ? { kind, id, crc32: bytes.readUInt32LE(at + 11 + ID_BYTES) } : { kind, id };
}

function startOfRowWith(catalogue: Catalogue, id: Buffer, offset: number): number | undefined {
  const before = { start: manifestKey(id, offset), end: id, reverse: true, limit: 1 };
  for (const key of catalogue.manifests.getKeys(before)) return manifestOffset(key);
  return undefined;
}

function rowAt(catalogue: Catalogue, id: Buffer, start: number): readonly Piece[] {
  const value = catalogue.manifests.getBinary(manifestKey(id, start));
  return value === undefined ? [] : decodePieces(value, start);
}
