import { hash } from 'node:crypto';
import type { TrailBatch, TrailTerm } from '@latchkey/storage/trail-store';

/** Lines and entries as columns, the way one statement takes them. */
export type PackedLines = {
  readonly lines: readonly string[];
  /** The number of the block of each line, from 1. */
  readonly lineBlocks: readonly number[];
  readonly terms: readonly string[];
  readonly termBlocks: readonly number[];
  /** A bit for each line of the block. */
  readonly masks: readonly number[];
  /** With the line ends that `read` gives. */
  readonly sizeBytes: number;
};

/** As many as the bits of an integer of PostgreSQL. */
export const LINES_A_BLOCK = 32;
/** What a term's entry leads to is fetched whole: of long lines, fewer stand together. */
const BLOCK_BYTES = 64 * 1024;

export function packLines(batch: Pick<TrailBatch, 'lines'>): PackedLines {
  const [lines, lineBlocks, terms, termBlocks, masks]: [string[], number[], string[], number[], number[]] = [[], [], [], [], []];
  let [block, blockBytes, inBlock, sizeBytes] = [0, Number.POSITIVE_INFINITY, 0, 0];
  let entries = new Map<string, number>();
  const endBlock = (): void => {
    for (const [term, mask] of entries) {
      terms.push(term);
      termBlocks.push(block);
      masks.push(mask);
    }
    entries = new Map();
  };
  for (const line of batch.lines) {
    if (inBlock === LINES_A_BLOCK || blockBytes + line.bytes.byteLength > BLOCK_BYTES) {
      endBlock();
      [block, blockBytes, inBlock] = [block + 1, 0, 0];
    }
    for (const term of line.terms.map(termText)) entries.set(term, (entries.get(term) ?? 0) | (1 << inBlock));
    lines.push(line.bytes.toString('utf8'));
    lineBlocks.push(block);
    inBlock += 1;
    blockBytes += line.bytes.byteLength;
    sizeBytes += line.bytes.byteLength + 1;
  }
  endBlock();
  return { lines, lineBlocks, terms, termBlocks, masks, sizeBytes };
}

/** As it stands in the index. A long term, and one with a character that PostgreSQL has not, goes by its hash. */
export function termText(term: TrailTerm): string {
  if (Buffer.byteLength(term) <= LONG_TERM_BYTES && !term.includes('\0')) return term;
  // No dimension begins like this.
  return `#${hash('sha256', term, 'base64url')}`;
}

const LONG_TERM_BYTES = 100;
