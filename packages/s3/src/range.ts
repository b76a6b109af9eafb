/** A byte range, both ends inclusive. */
export type ByteRange = { readonly start: number; readonly end: number };

/**
 * What a Range header asks of an object of `sizeBytes`. As S3 does, anything malformed (another unit, ends before it starts, no numbers)
 * and any request for several ranges is ignored and gets the whole object. `unsatisfiable` is S3's InvalidRange.
 *
 * @example
 * parseRange('bytes=-5', 100) // { start: 95, end: 99 }
 */
export function parseRange(header: string | undefined, sizeBytes: number): ByteRange | 'whole' | 'unsatisfiable' {
  const match = header === undefined ? null : RANGE.exec(header);
  if (match === null) return 'whole';
  const [first, last] = [match[1] ?? '', match[2] ?? ''];
  if (first === '') return suffixRange(last, sizeBytes);
  const start = Number(first);
  const end = last === '' ? Number.POSITIVE_INFINITY : Number(last);
  if (end < start) return 'whole';
  if (start >= sizeBytes) return 'unsatisfiable';
  return { start, end: Math.min(end, sizeBytes - 1) };
}

const RANGE = /^\s*bytes=(\d*)-(\d*)\s*$/i;

function suffixRange(length: string, sizeBytes: number): ByteRange | 'whole' | 'unsatisfiable' {
  if (length === '') return 'whole';
  if (Number(length) === 0 || sizeBytes === 0) return 'unsatisfiable';
  return { start: Math.max(0, sizeBytes - Number(length)), end: sizeBytes - 1 };
}

/** The value of Content-Range for a range of an object. */
export function contentRange(range: ByteRange, sizeBytes: number): string {
  return `bytes ${range.start}-${range.end}/${sizeBytes}`;
}
