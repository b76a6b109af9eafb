/** The head of the whole trail as a text to keep elsewhere: where each chain stood that no other one vouches for. */
import { invalidArgument } from '@latchkey/s3/errors';
import type { TrailChain } from '@latchkey/storage/trail-store';
import type { CoveredHead } from './service-event.ts';

/** `CHAIN:LINES:HASH:TIME`, with commas between them; `none` for a trail that has not begun. */
export function headToken(chains: readonly TrailChain[], covers: readonly CoveredHead[]): string {
  const tips = chains.filter(({ chain, count }) => !covers.some((cover) => cover.chain === chain && cover.sequence === count));
  if (tips.length === 0) return 'none';
  return tips.map(({ chain, count, hash, segments }) => `${chain}:${count}:${hash}:${segments.at(-1)?.lastRecordedAt ?? 0}`).join(',');
}

/** Throws InvalidArgument for a text that is no head. */
export function parseHeadToken(text: string): CoveredHead[] {
  if (text === 'none') return [];
  return text.split(',').map((part) => {
    const match = /^([0-9a-f]{32}):(\d{1,15}):([\w-]{43}):(\d{1,15})$/.exec(part.trim());
    if (match === null)
      throw invalidArgument('This is not the head of an audit trail, as a check of it printed it.', 'head', text.slice(0, 200));
    return { chain: match[1] ?? '', sequence: Number(match[2]), hash: match[3] ?? '', recordedAt: Number(match[4]), wasSealed: true };
  });
}
