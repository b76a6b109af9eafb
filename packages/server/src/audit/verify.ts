/** Checks the trail: every line against the one before, every head against its lines, and chains against what other chains say about them. */
import type { TrailChain, TrailStore } from '@latchkey/storage/trail-store';
import { isSealed } from './chain.ts';
import { type CheckedChain, checkChain, type SaidHead } from './check-chain.ts';
import { type Findings, findings } from './findings.ts';
import { headToken, parseHeadToken } from './head-token.ts';
import { segmentBegins, segmentLines } from './segment-lines.ts';
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
  const expected = (expectedHead === undefined ? [] : parseHeadToken(expectedHead)).map((head) => ({
    ...head,
    by: 'the head that was given',
  }));
  const chains = await store.chains();
  const asked = await askedOf(store, chains, expected);
  const report = findings();
  const checked = new Map<string, CheckedChain>();
  for (const chain of chains) {
    checked.set(chain.chain, await checkChain(store, chain, keys, asked.get(chain.chain) ?? new Set(), report));
  }
  const all = [...checked.values()];
  const says = all.flatMap((chain) => chain.says);
  const removedUpTo = Math.max(0, ...all.map((chain) => chain.removedUpTo));
  for (const chain of chains) checkHead(chain, says, keys, report);
  for (const said of [...says, ...expected]) checkSaid(said, chains, checked.get(said.chain), removedUpTo, report);
  for (const { before } of all) if (before !== undefined && before.recordedAt > removedUpTo) before.tell();
  if (removedUpTo > 0) report.notice(`What was recorded up to ${new Date(removedUpTo).toISOString()} has been removed by retention.`);
  const lines = all.reduce((sum, chain) => sum + chain.lines, 0);
  const head = headToken(chains, says);
  return { isWhole: report.all.length === 0, chains: chains.length, lines, findings: report.all, notices: report.notices, head };
}

/**
 * Which lines anybody says anything about: what first lines of segments name. Whether those are genuine shows only later, so that this is no more
 * than a list of what to remember.
 */
async function askedOf(
  store: Pick<TrailStore, 'read'>,
  chains: readonly TrailChain[],
  expected: readonly SaidHead[],
): Promise<Map<string, Set<number>>> {
  const asked = new Map<string, Set<number>>();
  const ask = ({ chain, sequence }: Pick<SaidHead, 'chain' | 'sequence'>) =>
    asked.set(chain, (asked.get(chain) ?? new Set<number>()).add(sequence));
  expected.forEach(ask);
  for (const segment of chains.flatMap((chain) => chain.segments)) {
    for await (const { bytes } of segmentLines(store.read(segment))) {
      segmentBegins(bytes)?.covers.forEach(ask);
      break;
    }
  }
  return asked;
}

/** What somebody says about a chain, against what the chain is. */
function checkSaid(
  { chain: id, sequence, hash, recordedAt, by }: SaidHead,
  chains: readonly TrailChain[],
  checked: CheckedChain | undefined,
  removedUpTo: number,
  report: Findings,
): void {
  const chain = chains.find((one) => one.chain === id);
  if (chain === undefined) {
    if (recordedAt <= removedUpTo) return;
    const detail = `The chain ${id} is not there, of which ${by} says that it had ${sequence} lines.`;
    report.find({ what: 'missing', segment: id, detail });
    return;
  }
  if (sequence > chain.count) {
    const detail = `The chain has ${chain.count} lines, and ${by} says that it had ${sequence}.`;
    report.find({ what: 'cut-off', segment: chain.segments.at(-1)?.name ?? id, sequence: chain.count, detail });
    return;
  }
  const line = checked?.hashes.get(sequence);
  if (line === undefined || line.hash === hash) return;
  const { segment, line: number } = line;
  report.find({ what: 'altered', segment, line: number, sequence, detail: `The line is another than ${by} says it was.` });
}

function checkHead(chain: TrailChain, says: readonly SaidHead[], keys: Pick<TrailKeys, 'all'>, report: Findings): void {
  if (isSealed(keys.all, chain.chain, chain)) return;
  const segment = chain.segments.at(-1)?.name ?? chain.chain;
  const isTaken = says.some(
    (said) => !said.wasSealed && said.chain === chain.chain && said.sequence === chain.count && said.hash === chain.hash,
  );
  if (isTaken) {
    report.notice(`The index was made anew from the files: whether anything had followed line ${chain.count} of ${segment} is not known.`);
    return;
  }
  const detail =
    chain.seal === ''
      ? 'The index was made anew from the files, and no server has been started since: whether lines are missing at the end is not known.'
      : `The head of the chain, which says that it has ${chain.count} lines, is not what a server wrote.`;
  report.find({ what: 'cut-off', segment, sequence: chain.count, detail });
}
