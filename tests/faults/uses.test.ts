import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openLocalUseStore } from '@latchkey/records-lmdb/local-use-store';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { randomFrom } from './content.mjs';

const ROUNDS = process.env.FULL === '1' ? 300 : 12;
const timeout = ROUNDS * 10_000;
const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
const PROGRAM = fileURLToPath(new URL('uses-process.mjs', import.meta.url));
const LIMITS = [1, 3, 50];
let directory: string;
let processes: UsesProcess[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'latchkey-uses-'));
  processes = await Promise.all([start(), start(), start(), start()]);
});
afterEach(async () => {
  for (const { child, ended } of processes) {
    child.stdin?.end(`${JSON.stringify({ close: true })}\n`);
    await ended;
  }
  await rm(directory, { recursive: true });
});

describe('four processes that count the same uses', () => {
  test(`grant exactly as many as there may be to 200 who ask at once (${ROUNDS} rounds)`, { timeout }, async () => {
    for (let round = 0; round < ROUNDS; round++) {
      for (const maxUses of LIMITS) {
        const subject = `${round} of ${maxUses}`;
        const granted = await Promise.all(processes.map(({ tell }) => tell({ begin: subject, maxUses, count: 50 })));
        expect(count(granted.flat()), subject).toBe(maxUses);
      }
    }
  });

  for (const inTurn of [false, true]) {
    const how = inTurn ? 'one after another' : 'at once';
    test(`that ask ${how} grant no more where one of them is killed, and keep what it was granted (${ROUNDS} rounds, SEED=${seed})`, {
      timeout,
    }, async () => {
      const random = randomFrom(seed);
      let cutShort = 0;
      for (let round = 0; round < ROUNDS; round++) {
        const doomed = await start();
        const others = processes.slice(1);
        const maxUses = LIMITS[2 - (round % 3)] ?? 1;
        const subject = `round ${round} of ${maxUses}, ${how}`;
        const when = `${subject}, SEED=${seed}`;
        const command = { begin: subject, maxUses, count: 50, inTurn };
        const asked = [doomed, ...others].map(({ tell }) => tell(command));
        await Promise.race([sleep(random() * (inTurn ? 60 : 20)), asked[0]]);
        if (!doomed.isIdle()) cutShort += 1;
        doomed.child.kill('SIGKILL');
        await doomed.ended;
        const [byDoomed = [], ...byOthers] = await Promise.all(asked);
        const told = count([...byDoomed, ...byOthers.flat()]);
        expect(told, when).toBeLessThanOrEqual(maxUses);
        // The others ask often enough to take whatever was left; what the killed one was granted and could not say any more stays counted.
        expect(await usedNow(subject), when).toBe(maxUses);
        const again = await Promise.all(processes.map(({ tell }) => tell({ begin: subject, maxUses, count: 5 })));
        expect(again.flat(), when).toEqual([]);
      }
      // Otherwise the rounds would show nothing.
      expect(cutShort, `SEED=${seed}`).toBeGreaterThan(0);
    });
  }

  test('never let more be had at a time than there may be, while uses are given back', { timeout }, async () => {
    for (const maxUses of LIMITS) {
      const subject = `visits of ${maxUses}`;
      for (let round = 0; round < ROUNDS; round++) {
        const visits = (await Promise.all(processes.map(({ tell }) => tell({ visit: subject, maxUses, count: 50 })))).flat();
        expect(visits.length).toBeGreaterThanOrEqual(maxUses);
        expect(mostAtOnce(visits), subject).toBeLessThanOrEqual(maxUses);
        expect(await usedNow(subject)).toBe(0);
      }
    }
  });
});

type Told = { readonly granted?: { readonly useId: string; readonly isNewUse: boolean }; readonly from?: number; readonly to?: number };
type UsesProcess = {
  readonly child: ChildProcess;
  readonly ended: Promise<void>;
  /** Whether it has done all that it was told. */
  readonly isIdle: () => boolean;
  /** What it printed for the command; for a process that ends, what it still could. Commands are obeyed in turn. */
  tell(command: object): Promise<readonly Told[]>;
};

async function start(): Promise<UsesProcess> {
  const child = spawn(process.execPath, [PROGRAM, directory], { stdio: ['pipe', 'pipe', 'inherit'] });
  // A command to one that has been killed.
  child.stdin.on('error', () => {});
  const waiting: { readonly told: Told[]; readonly resolve: (told: readonly Told[]) => void }[] = [];
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const message = JSON.parse(line) as Told & { readonly ready?: true; readonly done?: true };
      if (message.ready) resolve();
      else if (message.done) waiting.splice(0, 1).map(({ told, resolve: done }) => done(told));
      else waiting[0]?.told.push(message);
    });
    void ended.then(() => reject(new Error('The process ended before it was ready.')));
  });
  void ended.then(() => {
    for (const { told, resolve } of waiting.splice(0)) resolve(told);
  });
  return {
    child,
    ended,
    isIdle: () => waiting.length === 0,
    tell: (command) =>
      new Promise((resolve) => {
        waiting.push({ told: [], resolve });
        child.stdin.write(`${JSON.stringify(command)}\n`);
      }),
  };
}

/** All of them are new: nobody asked for more of what he had. */
function count(told: readonly Told[]): number {
  const granted = told.flatMap((each) => (each.granted ? [each.granted] : []));
  expect(granted.every(({ isNewUse }) => isNewUse)).toBe(true);
  expect(new Set(granted.map(({ useId }) => useId)).size).toBe(granted.length);
  return granted.length;
}

async function usedNow(subject: string): Promise<number> {
  const store = await openLocalUseStore({ directory });
  const used = await store.used(subject);
  await store.close();
  return used;
}

/** How many of the times overlap, where most do. */
function mostAtOnce(visits: readonly Told[]): number {
  const changes = visits.flatMap(({ from = 0, to = 0 }) => [
    { at: from, by: 1 },
    { at: to, by: -1 },
  ]);
  let now = 0;
  let most = 0;
  for (const { by } of changes.sort((a, b) => a.at - b.at || a.by - b.by)) {
    now += by;
    most = Math.max(most, now);
  }
  return most;
}
