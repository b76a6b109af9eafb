import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openLmdbRecordStore } from '@latchkey/records-lmdb/lmdb-record-store';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { randomFrom } from './content.mjs';

const ROUNDS = process.env.FULL === '1' ? 50 : 8;
const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
const PROGRAM = fileURLToPath(new URL('counters.mjs', import.meta.url));
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'latchkey-records-'));
});
afterEach(() => rm(directory, { recursive: true }));

describe('several processes on one record store', () => {
  test('lose no increment, and see each other at once', async () => {
    const counters = await Promise.all([startCounter(300), startCounter(300), startCounter(300)]);
    const store = await openLmdbRecordStore({ directory });
    const generations = new Set<number>();
    while (counters.some(({ child }) => child.exitCode === null)) {
      store.latest();
      generations.add(store.generation('counter'));
      await sleep(10);
    }
    await Promise.all(counters.map(({ ended }) => ended));
    const values = counters.flatMap(({ lines }) => lines());
    expect(new Set(values).size).toBe(900);
    expect(await store.get('counter', 'shared')).toEqual({ id: 'shared', version: 900, value: 900 });
    expect(generations.size).toBeGreaterThan(3);
    store.latest();
    expect(store.generation('counter')).toBe(900);
    await store.close();
  });

  test(`that are killed lose nothing acknowledged and leave nothing half done (${ROUNDS} rounds, SEED=${seed})`, async () => {
    const random = randomFrom(seed);
    for (let round = 0; round < ROUNDS; round++) {
      const counters = await Promise.all([startCounter(1_000_000), startCounter(1_000_000)]);
      await Promise.all(counters.map(({ first }) => first));
      await sleep(random() * 150);
      for (const { child } of counters) child.kill('SIGKILL');
      await Promise.all(counters.map(({ ended }) => ended));
      const store = await openLmdbRecordStore({ directory });
      const value = Number((await store.get('counter', 'shared'))?.value);
      const acknowledged = Math.max(...counters.flatMap(({ lines }) => lines()));
      // At most one increment of each process was under way.
      expect(value, `round ${round} of SEED=${seed}`).toBeGreaterThanOrEqual(acknowledged);
      expect(value, `round ${round} of SEED=${seed}`).toBeLessThanOrEqual(acknowledged + 2);
      expect((await store.get('copy', 'shared'))?.value).toEqual({ value, padding: 'x'.repeat(value % 5000) });
      await store.close();
    }
  });
});

type Counter = {
  readonly child: ChildProcess;
  readonly lines: () => number[];
  readonly first: Promise<void>;
  readonly ended: Promise<void>;
};

async function startCounter(limit: number): Promise<Counter> {
  const child = spawn(process.execPath, [PROGRAM, directory, String(limit)], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  const first = new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      resolve();
    });
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const lines = (): number[] => output.split('\n').slice(0, -1).map(Number);
  return { child, lines, first: Promise.race([first, ended]), ended };
}
