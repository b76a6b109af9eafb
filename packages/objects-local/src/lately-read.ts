import { ID_AT, type Row } from './row.ts';

/** A small object that is asked for again and again: what was made of its row, and its bytes. */
export type LatelyRead = { readonly row: Row; readonly content: Buffer };

export type LatelyReadMemory = {
  /** What is known of these very bytes of a row, which may be the index's own memory. */
  get(bytes: Buffer): LatelyRead | undefined;
  /** To be called before `bytes` are gone. How to remember what will have been made of them, if it is worth it. */
  wants(bytes: Buffer): ((row: Row, content: Buffer) => void) | undefined;
};

/**
 * The row itself is read for every request, so that whatever any process has changed is seen at once; and a body never changes under its id. What is
 * spared is decoding, a second look-up, a copy and a checksum: a sixth of what a small GET costs besides node:http. Up to 512 objects of up to
 * 16 KiB, each from the third time on: what is asked for once leaves nothing behind but a number.
 */
export function latelyRead(): LatelyReadMemory {
  const known: ({ readonly bytes: Buffer } & LatelyRead)[] = [];
  const askedFor = new Uint32Array(SLOTS);
  return {
    get(bytes) {
      const found = known[slotOf(bytes)];
      // Not `equals`, which takes the index's own memory for as long as it could be.
      return found?.bytes.compare(bytes, 0, bytes.length) === 0 ? found : undefined;
    },
    wants(bytes) {
      const slot = slotOf(bytes);
      const id = bytes.readUInt32LE(ID_AT + 10);
      if (askedFor[slot] !== id) {
        askedFor[slot] = id;
        return undefined;
      }
      const kept = Buffer.from(bytes.subarray(0, bytes.length));
      return (row, content) => {
        if (content.length <= MOST_BYTES) known[slot] = { bytes: kept, row, content };
      };
    },
  };
}

const SLOTS = 512;
const MOST_BYTES = 16 * 1024;

/** By the end of the body's id, which is random; an object without bytes has none. */
const slotOf = (bytes: Buffer): number => bytes.readUInt16LE(ID_AT + 14) % SLOTS;
