import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { UseRequest, UseStore } from '../use-store.ts';
import { NOON, nextSubject } from './use-requests.ts';

/** Any requests, touches and ends in any order are answered as a model answers them that keeps no state but all that ever happened. */
export function describeUseModel(store: () => UseStore): void {
  test('any begins, touches and ends are answered as a model answers them', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        const subject = nextSubject();
        const history: Turn[] = [];
        const ids: { readonly useId: string; readonly turnId: string }[] = [];
        let now = NOON;
        for (const { afterMs, ...action } of steps) {
          now += afterMs;
          if (action.does === 'begin') {
            const request: UseRequest = { ...action.request, subject, now, forgetAfter: now };
            const expected = answerTo(history, request);
            const answer = await store().begin(request);
            expect(answer).toMatchObject(expected.answer);
            if (answer.granted && answer.isNewUse) expect(answer.used).toBeLessThanOrEqual(request.maxUses);
            if (!answer.granted || expected.turn === undefined) continue;
            // Two turns are of one use to the store if they are to the model.
            expect(history.map((turn) => turn.use === expected.turn?.use)).toEqual(ids.map(({ useId }) => useId === answer.useId));
            history.push(expected.turn);
            ids.push(answer);
          } else {
            const index = action.pick % Math.max(1, history.length);
            const [turn, id] = [history[index], ids[index]];
            if (turn === undefined || id === undefined) continue;
            const already = turn.ended;
            if (already === undefined) turn.heardOf.push(now);
            if (action.does === 'end') {
              const deliveredBytes = Math.floor(turn.request.wantedBytes * action.share);
              turn.ended ??= { deliveredBytes, completed: action.completed };
              await store().end({ subject, ...id, now, deliveredBytes, completed: action.completed });
            } else await store().touch({ subject, ...id, now });
          }
          expect(await store().used(subject)).toBe(usesOf(history).length);
        }
      }),
      { numRuns: 100 },
    );
  });
}

/** What happened: a turn, when it was heard of, and how it ended. A use is the number of the turn that began it. */
type Turn = {
  readonly use: number;
  readonly request: UseRequest;
  readonly heardOf: number[];
  ended?: { readonly deliveredBytes: number; readonly completed: boolean };
};

const TEN_MINUTES = 600_000;

/** The turns of each use that still counts, the first one first. */
function usesOf(history: readonly Turn[]): readonly (readonly Turn[])[] {
  const uses = [...new Set(history.map(({ use }) => use))].map((use) => history.filter((turn) => turn.use === use));
  return uses.filter((turns) => turns.some((turn) => turn.ended === undefined || wasOfUse(turn)));
}

function wasOfUse({ request, ended }: Turn): boolean {
  return ended?.completed === true || (request.kind === 'download' && (ended?.deliveredBytes ?? 0) > 0);
}

function answerTo(history: readonly Turn[], request: UseRequest): { readonly answer: object; readonly turn?: Turn } {
  const { now, kind, client, version, sizeBytes, wantedBytes, isRange, maxUses, prefersNewUse } = request;
  const used = usesOf(history).length;
  const isRecent = (times: readonly number[]): boolean => times.some((time) => time >= now - TEN_MINUTES);
  const open = usesOf(history).filter(
    ([first, ...others]) =>
      kind === 'download' &&
      first?.request.kind === 'download' &&
      first.request.client === client &&
      first.request.version === version &&
      isRecent([first, ...others].flatMap(({ heardOf }) => heardOf)),
  );
  const underWay = (turns: readonly Turn[]): readonly Turn[] => turns.filter(({ ended, heardOf }) => !ended && isRecent(heardOf));
  /** Of eleven tenths of the object; what ended has taken what was delivered, all else what was asked for, save for those named. */
  const left = (turns: readonly Turn[], except: readonly Turn[] = []): number => {
    const taken = turns.map((turn) => (except.includes(turn) ? 0 : (turn.ended?.deliveredBytes ?? turn.request.wantedBytes)));
    return Math.floor((sizeBytes * 11) / 10) - taken.reduce((sum, bytes) => sum + bytes, 0);
  };
  const grant = (use: number) => ({
    answer: { granted: true, isNewUse: use === history.length, used: use === history.length ? used + 1 : used },
    turn: { use, request, heardOf: [now] },
  });
  const refuse = (reason: string) => ({ answer: { granted: false, reason, used } });

  const fitting = open.find((turns) =>
    isRange
      ? left(turns) >= wantedBytes
      : left(turns) >= sizeBytes && underWay(turns).length === 0 && turns.every(({ ended }) => ended?.completed !== true),
  );
  if (fitting?.[0] !== undefined) return grant(fitting[0].use);
  const isWorthWaiting = isRange && open.some((turns) => underWay(turns).length > 0 && left(turns, underWay(turns)) >= wantedBytes);
  if (used < maxUses) return isWorthWaiting && !prefersNewUse ? refuse('busy') : grant(history.length);
  if (isWorthWaiting) return refuse('busy');
  return refuse(isRange && open.length > 0 ? 'budget-spent' : 'no-uses-left');
}

const afterMs = fc.constantFrom(0, 0, 0, 1000, 200_000, TEN_MINUTES, TEN_MINUTES + 1);
/** The version says the size, as an ETag does. */
const SIZES = new Map([
  ['a', 1000],
  ['b', 7],
  ['empty', 0],
]);
const download = fc
  .record({
    maxUses: fc.constantFrom(1, 2, 3, 3, 3),
    client: fc.constantFrom('x', 'x', 'y'),
    version: fc.constantFrom('a', 'a', 'a', 'b', 'empty'),
    share: fc.constantFrom(0.01, 0.1, 0.5, 0.9, 1, 1),
    isRange: fc.boolean(),
    prefersNewUse: fc.constantFrom(undefined, false, true),
  })
  .map(({ share, ...others }) => {
    const sizeBytes = SIZES.get(others.version) ?? 0;
    const wantedBytes = others.isRange ? Math.ceil(sizeBytes * share) : sizeBytes;
    return { ...others, kind: 'download' as const, sizeBytes, wantedBytes };
  });
const upload = fc.record({ maxUses: fc.constantFrom(1, 3, 4), client: fc.constantFrom('x', 'y') }).map((others) => ({
  ...others,
  kind: 'upload' as const,
  version: '',
  sizeBytes: 0,
  wantedBytes: 0,
  isRange: false,
}));
const beginning = fc.record({
  does: fc.constant('begin' as const),
  afterMs,
  request: fc.oneof({ weight: 6, arbitrary: download }, upload),
});
const touching = fc.record({ does: fc.constant('touch' as const), afterMs, pick: fc.nat(40) });
const ending = fc.record({
  does: fc.constant('end' as const),
  afterMs,
  pick: fc.nat(40),
  share: fc.constantFrom(0, 0, 0, 0.05, 0.5, 1),
  completed: fc.boolean(),
});
const step = fc.oneof({ weight: 5, arbitrary: beginning }, touching, { weight: 4, arbitrary: ending });
