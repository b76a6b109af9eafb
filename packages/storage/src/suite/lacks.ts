import { expect, test } from 'vitest';

/**
 * Promises that not every store can keep: one that has its objects in somebody else's hands can do what they do. `times`: objects, uploads and
 * buckets are from when the caller says. `anyChecksums`: checksums are kept as they are given, whatever the
 * bytes are, and no others. `listedChecksums`: listings have their values.
 * `whatWasThere`: a delete tells whether there was something, and announces nothing where there was not. `uploadProperties`: an upload shows
 * what it was begun with. `announcedOnce`: a completion that is repeated is not announced again.
 */
export type Promised = keyof typeof SENTENCES;

/** What a store does not promise, each with the reason. */
export type Lacks = Readonly<Partial<Record<Promised, string>>>;

const SENTENCES = {
  times: 'objects, uploads and buckets are from when the caller says',
  anyChecksums: 'checksums are kept as they are given, and no others',
  listedChecksums: 'listings have the values of checksums',
  whatWasThere: 'a delete tells whether there was something',
  uploadProperties: 'an upload shows what it was begun with',
  announcedOnce: 'a completion that is repeated is not announced again',
} as const;

/** Names in the report what this store is not held to. */
export function describeLacks(lacks: Lacks): void {
  for (const [name, reason] of Object.entries(lacks))
    test.skip(`${SENTENCES[name as Promised]} (not promised: ${reason})`, () => undefined);
}

/** What to expect where a store says the time itself. */
export function timeOf(lacks: Lacks, milliseconds: number): number {
  return lacks.times === undefined ? milliseconds : (expect.any(Number) as number);
}
