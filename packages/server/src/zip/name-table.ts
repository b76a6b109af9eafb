/** Which names were given out, for millions of them. */
import { hash } from 'node:crypto';

/** A name as the table knows it. */
export type NamePrint = readonly [high: number, low: number];

/** What is known of a name: a number of each kind, 0 where there is none. */
export type NameField = 0 | 1;

/**
 * Remembers two numbers for every name by 64 bits of its SHA-256, never the name: 16 bytes a place, a quarter to three quarters of the
 * places free, so 21 to 43 bytes a name whatever its length. Two names with one print (one chance in 37 million among a million names; and
 * nobody finds such names on purpose without 2³² attempts) are taken for the same one: the later is told that it is taken, and is numbered
 * although it need not be. Never the other way round.
 */
export class NameTable {
  #words = new Uint32Array(WORDS * FIRST_PLACES);
  #used = 0;

  get(print: NamePrint, field: NameField): number {
    return this.#words[this.#placeOf(print) + VALUES + field]!;
  }

  /** `value` is from 1 to 2³² − 1. */
  set(print: NamePrint, field: NameField, value: number): void {
    const at = this.#placeOf(print);
    if (this.#isFree(at)) this.#used += 1;
    this.#words.set(print, at);
    this.#words[at + VALUES + field] = value;
    if (this.#used * 4 > (this.#words.length / WORDS) * 3) this.#grow();
  }

  get heldBytes(): number {
    return this.#words.byteLength;
  }

  /** Where the print is, or the free place where it would be. */
  #placeOf([high, low]: NamePrint): number {
    const words = this.#words;
    const places = words.length / WORDS;
    let at = (low & (places - 1)) * WORDS;
    while (!this.#isFree(at) && (words[at] !== high || words[at + 1] !== low)) at = (at + WORDS) % words.length;
    return at;
  }

  #isFree(at: number): boolean {
    return this.#words[at + VALUES] === 0 && this.#words[at + VALUES + 1] === 0;
  }

  #grow(): void {
    const before = this.#words;
    this.#words = new Uint32Array(before.length * 2);
    for (let at = 0; at < before.length; at += WORDS) {
      const place = before.subarray(at, at + WORDS);
      if (place[VALUES] !== 0 || place[VALUES + 1] !== 0) this.#words.set(place, this.#placeOf([place[0]!, place[1]!]));
    }
  }
}

export function namePrint(name: string): NamePrint {
  // As hexadecimal digits it comes twice as fast as in a buffer.
  const digest = hash('sha256', name, 'hex');
  return [Number.parseInt(digest.slice(0, 8), 16), Number.parseInt(digest.slice(8, 16), 16)];
}

/** Print 2, values 2. */
const WORDS = 4;
const VALUES = 2;
/** A power of two. */
const FIRST_PLACES = 64;
