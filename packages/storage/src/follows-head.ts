import type { TrailBatch } from './trail-store.ts';

/** Where a chain stands: as far as it is kept. */
export type ChainEnd = { readonly count: number; readonly lastSegment: number | undefined };

/**
 * Throws unless the batch goes on where its chain ended, in the chain's last segment or in the one after it. Where nothing is left of the chain,
 * or never was, only a new segment may follow.
 */
export function requireFollows({ chain, segment, lines, head }: TrailBatch, end: ChainEnd | undefined): void {
  const before = head.count - lines.length;
  const follows =
    end?.lastSegment === undefined
      ? (before === 0) === (segment === 1)
      : before === end.count && (segment === end.lastSegment || segment === end.lastSegment + 1);
  if (!follows || before < 0 || segment < 1 || lines.length === 0)
    throw new Error(`The batch that ends with line ${head.count} does not follow the head of chain ${chain}.`);
}
