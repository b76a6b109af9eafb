import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openLocalTrailStore } from '@latchkey/records-lmdb/local-trail-store';
import { queryTrail } from '@latchkey/server/audit/query';
import { verifyTrail } from '@latchkey/server/audit/verify';
import type { TrailStore } from '@latchkey/storage/trail-store';
import { expect, test } from 'vitest';
import { KEYS, openTestTrail } from '../support/trail.ts';
import { randomFrom } from './content.mjs';

const PROGRAM = fileURLToPath(new URL('trail-writer.mjs', import.meta.url));
const ROUNDS = process.env.FULL === '1' ? 60 : 8;
const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));

test(`kill -9 of processes on one directory loses no acknowledged change, and the trail is whole after it (${ROUNDS} rounds, SEED=${seed})`, async () => {
  const directory = await mkdtemp(join(tmpdir(), 'latchkey-trail-kill-'));
  const random = randomFrom(seed);
  const acknowledged: string[] = [];
  let head: string | undefined;
  for (let round = 0; round < ROUNDS; round++) {
    const when = `round ${round} of SEED=${seed}`;
    const writers = [0, 1].map((number) => startWriter(directory, `${round}.${number}`));
    await Promise.all(writers.map(({ first }) => first));
    await sleep(random() * 400);
    // Now and then one of them goes on.
    const survives = random() < 0.3;
    for (const { child } of survives ? writers.slice(1) : writers) child.kill('SIGKILL');
    if (survives) await sleep(random() * 200);
    const open = await openLocalTrailStore({ directory: join(directory, 'audit') });
    const verdict = await verifyTrail(open, KEYS, { expectedHead: head });
    expect(verdict, when).toMatchObject({ isWhole: true, findings: [] });
    head = verdict.head;
    await open.close();
    for (const { child } of writers) child.kill('SIGKILL');
    await Promise.all(writers.map(({ ended }) => ended));
    acknowledged.push(...writers.flatMap(({ lines }) => lines()));
    const store = await openLocalTrailStore({ directory: join(directory, 'audit') });
    const there = new Set(await keysIn(store, 'PutObject'));
    expect(
      acknowledged.filter((key) => !there.has(key)),
      when,
    ).toEqual([]);
    await store.close();
  }
  // Otherwise the rounds would show nothing.
  expect(acknowledged.length).toBeGreaterThan(ROUNDS * 50);
  process.stderr.write(`kill -9: ${acknowledged.length} acknowledged changes were in the trail\n`);
  const store = await openLocalTrailStore({ directory: join(directory, 'audit') });
  const trail = await openTestTrail(store);
  await trail.close();
  // The chain of today vouches for all that were cut short.
  const verdict = await verifyTrail(store, KEYS, { expectedHead: head });
  expect(verdict).toMatchObject({ isWhole: true });
  expect(verdict.head.split(',')).toHaveLength(1);
  await store.close();
  await rm(directory, { recursive: true });
});

test('processes on one directory each write a chain of their own, and all are found together', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'latchkey-trail-several-'));
  const writers = ['a', 'b', 'c', 'd'].map((name) => startWriter(directory, name, 300));
  await Promise.all(writers.map(({ ended }) => ended));
  const store = await openLocalTrailStore({ directory: join(directory, 'audit') });
  const keys = writers.flatMap(({ lines }) => lines());
  expect(keys).toHaveLength(4 * 300);
  expect((await keysIn(store, 'PutObject')).sort()).toEqual(keys.sort());
  // Reads are recorded before a clean stop.
  expect(await keysIn(store, 'GetObject')).toHaveLength(4 * 300);
  const verdict = await verifyTrail(store, KEYS);
  expect(verdict).toMatchObject({ isWhole: true, findings: [], notices: [], chains: 4 });
  await store.close();
  await rm(directory, { recursive: true });
});

/** Mounting a disk of one's own takes a namespace of one's own, which takes rights that not everybody has. */
const canMount = spawnSync('unshare', ['-m', 'true']).status === 0;
const fullDisk = 'a full disk refuses changes, loses none that was acknowledged or done, and recovers when there is room';

test.skipIf(!canMount)(canMount ? fullDisk : `${fullDisk} (skipped: needs the right to mount)`, async () => {
  const mountPoint = await mkdtemp(join(tmpdir(), 'latchkey-trail-full-'));
  const MIB = 1024 * 1024;
  const onDisk = ['unshare', '-m', 'sh', '-c', 'mount -t tmpfs -o size=12m tmpfs "$0" && "$@"; cp -r "$0/audit" "$0.after"', mountPoint];
  const writer = startWriter(mountPoint, 'w', undefined, onDisk);
  await writer.first;
  writer.child.stdin?.write(`${10 * MIB}\n`);
  await until(() => writer.lines('!').length > 20);
  const before = writer.lines().length;
  writer.child.stdin?.write('0\n');
  await until(() => writer.lines().length > before + 200);
  writer.child.stdin?.end();
  // Ends the program, and the shell that waits for it copies what is on its disk.
  process.kill(await childOf(writer.child), 'SIGKILL');
  await writer.ended;
  const store = await openLocalTrailStore({ directory: `${mountPoint}.after` });
  expect(await verifyTrail(store, KEYS)).toMatchObject({ isWhole: true, findings: [] });
  const there = new Set(await keysIn(store, 'PutObject'));
  expect(writer.lines().filter((key) => !there.has(key))).toEqual([]);
  await store.close();
  await rm(mountPoint, { recursive: true });
  await rm(`${mountPoint}.after`, { recursive: true });
});

type Writer = {
  readonly child: ChildProcess;
  /** Keys of the changes that were acknowledged; or, with `!`, of those that were refused. */
  readonly lines: (mark?: '!') => string[];
  readonly first: Promise<void>;
  readonly ended: Promise<void>;
};

function startWriter(directory: string, name: string, limit?: number, around: readonly string[] = []): Writer {
  const command = [...around, process.execPath, PROGRAM, directory, name, ...(limit === undefined ? [] : [String(limit)])];
  const child = spawn(command[0] ?? '', command.slice(1), { stdio: ['pipe', 'pipe', 'inherit'] });
  let output = '';
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const first = new Promise<void>((resolve) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      resolve();
    });
  });
  const lines = (mark?: '!'): string[] => {
    const all = output.split('\n').slice(0, -1);
    return all.filter((line) => line.startsWith('!') === (mark === '!'));
  };
  return { child, lines, first: Promise.race([first, ended]), ended };
}

async function keysIn(store: TrailStore, operation: string): Promise<string[]> {
  const keys: string[] = [];
  for (let after: string | undefined; ; ) {
    const { events, next } = await queryTrail(store, { operation }, { after, limit: 1000 });
    keys.push(...events.map(({ requestParameters }) => String(requestParameters?.key)));
    after = next;
    if (after === undefined) return keys;
  }
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(20);
}

/** The process that a shell runs. */
async function childOf({ pid }: ChildProcess): Promise<number> {
  const { stdout } = spawnSync('cat', [`/proc/${pid}/task/${pid}/children`]);
  return Number(stdout.toString().trim().split(' ')[0]);
}
