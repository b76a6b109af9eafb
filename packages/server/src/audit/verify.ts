/** Checks the trail: every line against the one before, every head against its lines, and chains against what other chains say about them. */
import type { TrailChain, TrailStore } from '@latchkey/storage/trail-store';
import { isSealed } from './chain.ts';
import { checkChain, type SaidHead } from './check-chain.ts';
import { type Findings, findings } from './findings.ts';
import { headToken, parseHeadToken } from './head-token.ts';
import { segmentBegins, segmentLines } from './segment-lines.ts';
import type { SegmentBegins } from './service-event.ts';
import type { TrailKeys } from './trail-keys.ts';
import type { TrailVerdict } from './verdict.ts';

/**
 * Reads all of the trail that is acknowledged by now; other processes may go on writing. `expectedHead` is the `head` of an earlier verdict.
 * Throws InvalidArgument where that is none.
 */
export async function verifyTrail(
  store: Pick<TrailStore, 'chains' | 'read'>,
  keys: Pick<TrailKeys, 'all'>,
  { expectedHead }: { readonly expectedHead?: string | undefined } = {},
): Promise<TrailVerdict> {
  const expected = expectedHead === undefined ? [] : parseHeadToken(expectedHead);
  const chains = await store.chains();
  const covers = await coversOf(store, chains);
  const said = [...covers, ...expected.map((cover) => ({ ...cover, by: 'the head that was given' }))];
  const report = findings();
  let lines = 0;
  let removedUpTo = 0;
  /** What retention has to account for. */
  const gone: { readonly recordedAt: number; readonly tell: () => void }[] = [];

  for (const chain of chains) {
    const about = said.filter((cover) => cover.chain === chain.chain);
    checkSeal(chain, about, keys, report);
    const checked = await checkChain(store, chain, keys, about, report);
    lines += checked.lines;
    removedUpTo = Math.max(removedUpTo, checked.removedUpTo);
    if (checked.before !== undefined) gone.push(checked.before);
  }
  const known = new Set(chains.map(({ chain }) => chain));
  for (const { chain, sequence, recordedAt, by } of said) {
    if (known.has(chain)) continue;
    const detail = `The chain ${chain} is not there, of which ${by} says that it had ${sequence} lines.`;
    gone.push({ recordedAt, tell: () => report.find({ what: 'missing', segment: chain, detail }) });
  }
  for (const { recordedAt, tell } of gone) if (recordedAt > removedUpTo) tell();
  if (removedUpTo > 0) report.notice(`What was recorded up to ${new Date(removedUpTo).toISOString()} has been removed by retention.`);
  return {
    isWhole: report.all.length === 0,
    chains: chains.length,
    lines,
    findings: report.all,
    notices: report.notices,
    head: headToken(chains, covers),
  };
}

/** The first line of every segment names heads of other chains. That it is genuine shows when its own chain is checked. */
async function coversOf(store: Pick<TrailStore, 'read'>, chains: readonly TrailChain[]): Promise<SaidHead[]> {
  const found: SaidHead[] = [];
  for (const segment of chains.flatMap((chain) => chain.segments)) {
    for (const { chain, sequence, hash, recordedAt, wasSealed } of (await firstLine(store, segment))?.covers ?? []) {
      found.push({ chain, sequence, hash, recordedAt, wasSealed, by: `the first line of ${segment.name}` });
    }
  }
  return found;
}

async function firstLine(store: Pick<TrailStore, 'read'>, segment: TrailChain['segments'][number]): Promise<SegmentBegins | undefined> {
  for await (const { bytes } of segmentLines(store.read(segment))) return segmentBegins(bytes);
  return undefined;
}

function checkSeal(chain: TrailChain, about: readonly SaidHead[], keys: Pick<TrailKeys, 'all'>, report: Findings): void {
  if (isSealed(keys.all, chain.chain, chain)) return;
  const segment = chain.segments.at(-1)?.name ?? chain.chain;
  const taken = about.find(({ sequence, hash, wasSealed }) => !wasSealed && sequence === chain.count && hash === chain.hash);
  if (taken !== undefined) {
    const at = `line ${chain.count} of ${segment}`;
    report.notice(`The index was made anew from the files: whether anything had followed ${at} is not known.`);
    return;
  }
  const detail =
    chain.seal === ''
      ? 'The index was made anew from the files, and no server has been started since: whether lines are missing at the end is not known.'
      : `The head of the chain, which says that it has ${chain.count} lines, is not what a server wrote.`;
  report.find({ what: 'cut-off', segment, sequence: chain.count, detail });
}
