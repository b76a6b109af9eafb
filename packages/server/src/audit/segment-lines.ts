/** The bytes of a segment as lines. */
import { CLOSING_LENGTH } from './chain.ts';
import { BEGIN_SEGMENT, type SegmentBegins } from './service-event.ts';

/** A line without its end, and where it begins; `isWhole` is false for bytes at the end that no line end follows. */
export type SegmentLine = { readonly bytes: Buffer; readonly offset: number; readonly isWhole: boolean };

/** Longer than any line of ours: what is longer is cut, and is no line. */
const MAX_LINE_BYTES = 1024 * 1024;

export async function* segmentLines(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<SegmentLine> {
  let rest: Buffer = Buffer.alloc(0);
  let offset = 0;
  for await (const piece of pieces) {
    const next = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    let bytes = rest.byteLength === 0 ? next : Buffer.concat([rest, next]);
    for (let end = bytes.indexOf(LINE_END); end !== -1; end = bytes.indexOf(LINE_END)) {
      yield { bytes: bytes.subarray(0, end), offset, isWhole: true };
      offset += end + 1;
      bytes = bytes.subarray(end + 1);
    }
    for (; bytes.byteLength > MAX_LINE_BYTES; bytes = bytes.subarray(MAX_LINE_BYTES)) {
      yield { bytes: bytes.subarray(0, MAX_LINE_BYTES), offset, isWhole: true };
      offset += MAX_LINE_BYTES;
    }
    rest = Buffer.from(bytes);
  }
  if (rest.byteLength > 0) yield { bytes: rest, offset, isWhole: false };
}

const LINE_END = 10;

/** What the chain has written at the end of a line; `undefined` where there is no such end. `covered` is what the hash goes over. */
export type LineEnd = { readonly covered: Buffer; readonly recordedAt: number; readonly sequence: number; readonly hash: string };

export function lineEnd(bytes: Buffer): LineEnd | undefined {
  const tail = bytes.toString('latin1', Math.max(0, bytes.byteLength - TAIL_BYTES));
  const match = /,"recordedAt":(\d{1,15}),"sequence":(\d{1,15}),"hash":"([\w-]{43})"\}$/.exec(tail);
  if (match === null) return undefined;
  const hash = match[3] ?? '';
  const covered = bytes.subarray(0, bytes.byteLength - CLOSING_LENGTH);
  return { covered, recordedAt: Number(match[1]), sequence: Number(match[2]), hash };
}

const TAIL_BYTES = 150;

/** What the first line of a segment says; `undefined` for any other line, and for one that was damaged so that it says nothing. */
export function segmentBegins(bytes: Buffer): SegmentBegins | undefined {
  if (lineEnd(bytes) === undefined) return undefined;
  try {
    const { eventName, serviceEventDetails } = JSON.parse(bytes.toString('utf8')) as Record<string, unknown>;
    return eventName === BEGIN_SEGMENT && isSegmentBegins(serviceEventDetails) ? serviceEventDetails : undefined;
  } catch {
    return undefined;
  }
}

function isSegmentBegins(value: unknown): value is SegmentBegins {
  const { chain, segment, key, previous, covers } = (value ?? {}) as Record<string, unknown>;
  if (typeof chain !== 'string' || typeof segment !== 'number' || typeof key !== 'string') return false;
  return (previous === null || isPlace(previous)) && Array.isArray(covers) && covers.every(isCover);
}

function isPlace(value: unknown): boolean {
  const { sequence, hash, recordedAt } = (value ?? {}) as Record<string, unknown>;
  return typeof sequence === 'number' && typeof hash === 'string' && typeof recordedAt === 'number';
}

function isCover(value: unknown): boolean {
  const { chain, wasSealed } = (value ?? {}) as Record<string, unknown>;
  return isPlace(value) && typeof chain === 'string' && typeof wasSealed === 'boolean';
}
