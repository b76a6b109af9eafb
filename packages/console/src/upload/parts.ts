/** How a file is cut into parts. */

export type SentPart = { readonly number: number; readonly etag: string };

const MIB = 1024 * 1024;
const MAX_PARTS = 10_000;

/** 16 MiB, or as much more as 10,000 parts of whole MiB need. */
export function partSizeFor(sizeBytes: number): number {
  return Math.max(16 * MIB, Math.ceil(sizeBytes / MAX_PARTS / MIB) * MIB);
}

export type Part = { readonly number: number; readonly start: number; readonly end: number };

/** The parts that were not sent yet, in order. */
export function partsLeft(sizeBytes: number, partSizeBytes: number, sent: readonly SentPart[]): readonly Part[] {
  const done = new Set(sent.map(({ number }) => number));
  const count = Math.ceil(sizeBytes / partSizeBytes);
  return Array.from({ length: count }, (_, index) => ({
    number: index + 1,
    start: index * partSizeBytes,
    end: Math.min(sizeBytes, (index + 1) * partSizeBytes),
  })).filter(({ number }) => !done.has(number));
}

/** How many bytes are in the parts that were sent. */
export function sizeOfParts(sent: readonly SentPart[], partSizeBytes: number, sizeBytes: number): number {
  return sent.reduce((sum, { number }) => sum + Math.min(partSizeBytes, sizeBytes - (number - 1) * partSizeBytes), 0);
}
