/** Bytes no faster than a link may have them. */
import type { LinkRates } from './link-rates.ts';

export type PacerOptions = {
  readonly rates: LinkRates;
  readonly pause: (ms: number) => Promise<void>;
};

export type Pacer = {
  /** The same bytes, in smaller pieces where they have to be, each when it is due. `id` names whose rate they count against. */
  paced(bytes: AsyncIterable<Uint8Array>, id: string, bytesPerSecond: number): AsyncIterable<Uint8Array>;
};

/** No piece is more than this share of a second's bytes, so that what is slow is slow and steady. */
const PIECES_A_SECOND = 8;

export function createPacer({ rates, pause }: PacerOptions): Pacer {
  return {
    async *paced(bytes, id, bytesPerSecond) {
      const pieceBytes = Math.max(1, Math.floor(bytesPerSecond / PIECES_A_SECOND));
      for await (const chunk of bytes) {
        for (let start = 0; start < chunk.byteLength; start += pieceBytes) {
          // A copy: a part of a chunk may still be on its way when the next chunk is asked for, and chunks may be lent.
          const piece = Uint8Array.prototype.slice.call(chunk, start, start + pieceBytes);
          // Taken before the wait, so that whoever asks meanwhile queues up behind.
          const taken = rates.take(id, piece.byteLength, bytesPerSecond);
          const waitMs = typeof taken === 'number' ? taken : await taken;
          if (waitMs > 0) await pause(waitMs);
          yield piece;
        }
      }
    },
  };
}
