import { openMemoryUseStore } from '@latchkey/storage/memory-use-store';
import type { UseStore } from '@latchkey/storage/use-store';
import { expect, test } from 'vitest';
import { forgetUses } from './forget-uses.ts';
import { jsonLog } from './log.ts';

const DAY_MS = 24 * 3_600_000;
const NOON = Date.UTC(2026, 10, 5, 12);

async function use(uses: UseStore, subject: string, forgetAfter: number): Promise<void> {
  const whole = { kind: 'download', client: '192.0.2.1', version: 'v1', sizeBytes: 10, wantedBytes: 10, isRange: false } as const;
  await uses.begin({ ...whole, subject, maxUses: 1, now: NOON, forgetAfter });
}

/** A store that tells when a sweep has found nothing more. */
function watched(uses: UseStore): UseStore & { readonly swept: Promise<void> } {
  let tell = (): void => {};
  const swept = new Promise<void>((resolve) => {
    tell = resolve;
  });
  return {
    ...uses,
    swept,
    async sweep(now) {
      const count = await uses.sweep(now);
      if (count === 0) tell();
      return count;
    },
  };
}

test('what ended long ago is forgotten, all of it, and what a clock that ran ahead may have ended is kept', async () => {
  const uses = watched(openMemoryUseStore());
  for (let index = 0; index < 1200; index++) await use(uses, `past ${index}`, NOON - 30 * DAY_MS);
  await use(uses, 'of last week', NOON - 8 * DAY_MS);
  const forgetting = forgetUses({ uses, now: () => NOON, log: jsonLog(() => {}), everyMs: 1 });
  await uses.swept;
  await forgetting.stop();
  for (let index = 0; index < 1200; index++) expect(await uses.used(`past ${index}`)).toBe(0);
  expect(await uses.used('of last week')).toBe(1);
});

test('a sweep that fails is told to the operator, and tried again', async () => {
  const logged: string[] = [];
  let attempts = 0;
  const uses = watched(openMemoryUseStore());
  const failing: UseStore = {
    ...uses,
    async sweep(now) {
      attempts += 1;
      if (attempts === 1) throw new Error('the disk is full');
      return uses.sweep(now);
    },
  };
  const forgetting = forgetUses({ uses: failing, now: () => NOON, log: jsonLog((line) => logged.push(line)), everyMs: 1 });
  await uses.swept;
  await forgetting.stop();
  expect(logged).toHaveLength(1);
  expect(logged[0]).toContain('the disk is full');
});

test('nothing is asked of the store once it has stopped', async () => {
  const uses = watched(openMemoryUseStore());
  let isStopped = false;
  let tooLate = 0;
  const guarded: UseStore = {
    ...uses,
    async sweep(now) {
      if (isStopped) tooLate += 1;
      await uses.sweep(now);
      // As if there were more, for ever.
      return 1;
    },
  };
  const forgetting = forgetUses({ uses: guarded, now: () => NOON, log: jsonLog(() => {}), everyMs: 1 });
  await uses.swept;
  await forgetting.stop();
  isStopped = true;
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect(tooLate).toBe(0);
});
