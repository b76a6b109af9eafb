import { expect, test } from 'vitest';

/** Promises that not every store can keep: one whose objects are in somebody else's hands can do what they do. */
export type Promised = keyof typeof SENTENCES;

/** What a store does not promise, each with the reason. */
export type Lacks = Readonly<Partial<Record<Promised, string>>>;

const SENTENCES = {
  times: 'objects, uploads and buckets are from when the caller says',
  timeOfTagged: 'setting tags leaves the time of the object as it was',
  checksums: 'checksums are kept',
  anyChecksums: 'checksums are kept as they are given, whatever the bytes are, and no others',
  listedChecksums: 'listings have the values of checksums',
  whatWasThere: 'a delete tells whether there was something',
  deleteConditions: 'a delete happens only if the object is as said',
  completionConditions: 'a completion happens only if the key is as said',
  completedAgain: 'a completion with other part numbers is not taken for the one that was',
  someParts: 'a completion may leave parts out',
  uploadTags: 'an object has the tags its upload was begun with',
  uploadOrder: 'uploads are listed in the order of their keys, however they are rolled up',
  partRanges: 'where the parts of an object lie is known',
  uploadProperties: 'an upload shows what it was begun with',
  zeroBytes: 'keys, prefixes and delimiters may hold U+0000',
  announcedWith: 'what a change is announced with is kept in the same step: once, and in the order of the changes',
} as const;

/** Names in the report what this store is not held to. Not as skipped tests: where nothing may be skipped, these are no omissions. */
export function describeLacks(lacks: Lacks): void {
  for (const [name, reason] of Object.entries(lacks)) {
    const sentence = SENTENCES[name as Promised];
    test(`does not promise that ${sentence}: ${reason}`, () => {
      expect(sentence).toBeDefined();
      expect(reason.length).toBeGreaterThan(10);
    });
  }
}

/** `test`, for a test of one of these. Without the promise there is none: `describeLacks` names it. */
export function testOf(lacks: Lacks, ...promised: readonly Promised[]): typeof test {
  const never = ((_name: string, _run: unknown) => undefined) as unknown as typeof test;
  return promised.some((each) => lacks[each] !== undefined) ? never : test;
}

/** What to expect where a store says the time itself. */
export function timeOf(lacks: Lacks, milliseconds: number): number {
  return lacks.times === undefined ? milliseconds : (expect.any(Number) as number);
}
