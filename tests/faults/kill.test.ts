import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type LocalObjectStore, openLocalObjectStore } from '@latchkey/objects-local/local-object-store';
import { bucketName, objectKey } from '@latchkey/s3/names';
import { describe, expect, test } from 'vitest';
import { md5, randomFrom } from './content.mjs';

const ROUNDS = process.env.FULL === '1' ? 100 : 10;
const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
const bucket = bucketName('crash');

describe('kill -9 under 32 parallel writers', () => {
  test(`loses nothing acknowledged and leaves nothing behind (${ROUNDS} rounds, SEED=${seed})`, { timeout: ROUNDS * 60_000 }, async () => {
    process.stderr.write(`kill -9: ${ROUNDS} rounds with SEED=${seed}\n`);
    const directory = await mkdtemp(join(tmpdir(), 'latchkey-kill-'));
    const random = randomFrom(seed);
    let states: States = new Map();
    let acknowledged = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const log = join(directory, `round-${round}.log`);
      await runAndKill(join(directory, 'store'), seed + round, log, 20 + random() * 800);
      const possible = possibleStates(readFileSync(log, 'utf8'), states);
      acknowledged += possible.acknowledged;
      states = await checkAfterCrash(join(directory, 'store'), possible.states, `round ${round} of SEED=${seed}`);
      await rm(log);
    }
    // Otherwise the rounds would show nothing.
    expect(acknowledged).toBeGreaterThan(ROUNDS * 10);
    process.stderr.write(`kill -9: ${acknowledged} acknowledged operations were there\n`);
    await rm(directory, { recursive: true });
  });
});

/** What a key holds: an ETag, or nothing. */
type State = string | null;
type States = ReadonlyMap<string, State>;

/** Starts the writers and kills them some milliseconds after their first acknowledgement. */
async function runAndKill(directory: string, roundSeed: number, log: string, milliseconds: number): Promise<void> {
  const output = openSync(log, 'w');
  const writers = spawn(process.execPath, [fileURLToPath(new URL('writers.mjs', import.meta.url)), directory, String(roundSeed)], {
    stdio: ['ignore', output, 'inherit'],
  });
  closeSync(output);
  const ended = new Promise<NodeJS.Signals | null>((resolve) => writers.once('exit', (_, signal) => resolve(signal)));
  while (writers.exitCode === null && !readFileSync(log, 'utf8').includes('done')) await sleep(5);
  await sleep(milliseconds);
  writers.kill('SIGKILL');
  expect(await ended, 'the writers ended by themselves').toBe('SIGKILL');
}

/** What each key may hold after the crash: what was acknowledged last, or what was under way then. */
function possibleStates(
  log: string,
  before: States,
): { readonly states: ReadonlyMap<string, ReadonlySet<State>>; readonly acknowledged: number } {
  const lines = log
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as { begin?: number; done?: number; key: string; after: State });
  const done = new Set(lines.map((line) => line.done));
  const states = new Map([...before].map(([key, state]) => [key, new Set([state])]));
  for (const { begin, key, after } of lines) {
    if (begin === undefined) continue;
    const earlier = states.get(key) ?? new Set([null]);
    states.set(key, done.has(begin) ? new Set([after]) : new Set([...earlier, after]));
  }
  return { states, acknowledged: done.size - 1 };
}

async function checkAfterCrash(directory: string, possible: ReadonlyMap<string, ReadonlySet<State>>, when: string): Promise<States> {
  // An hour later, so that everything dropped is due.
  const store = await openLocalObjectStore({ directory, clock: () => Date.now() + 3_600_000 });
  const states = new Map<string, State>();
  for (const [key, allowed] of possible) {
    const state = await stateOf(store, key, when);
    expect(allowed, `${key} holds what nobody was told and nobody was writing, ${when}`).toContain(state);
    states.set(key, state);
  }
  const [own, ...others] = await readdir(join(directory, 'tmp'));
  expect(others, `processes that are gone left names, ${when}`).toEqual([]);
  expect(await readdir(join(directory, 'tmp', own ?? '')), when).toEqual([]);
  for await (const finding of store.scrub()) expect(finding, when).toBeUndefined();
  await store.collect();
  expect(await countFiles(join(directory, 'blobs')), `files that nothing refers to, ${when}`).toBe(await countReferred(store));
  await store.close();
  return states;
}

/** The ETag of what the key holds, all of whose bytes have been read and found to be those. */
async function stateOf(store: LocalObjectStore, text: string, when: string): Promise<State> {
  const open = await store.openObject(bucket, objectKey(text));
  if (open === undefined) return null;
  const { etag, sizeBytes, partCount } = open.record;
  const parts = partCount === undefined ? [{ start: 0, end: sizeBytes - 1 }] : await partRanges(open);
  const chunks: Uint8Array[] = [];
  for await (const chunk of open.read()) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  const digests = parts.map(({ start, end }) => md5(bytes.subarray(start, end + 1)));
  const found = partCount === undefined ? digests[0] : `${md5(Buffer.from(digests.join(''), 'hex'))}-${partCount}`;
  expect(found, `the bytes of ${text}, ${when}`).toBe(etag);
  return etag;
}

type Open = NonNullable<Awaited<ReturnType<LocalObjectStore['openObject']>>>;

async function partRanges(open: Open): Promise<{ readonly start: number; readonly end: number }[]> {
  const ranges = await Promise.all(Array.from({ length: open.record.partCount ?? 1 }, (_, index) => open.part(index + 1)));
  return ranges.map((part) => part?.range ?? { start: 0, end: -1 });
}

/** How many files the objects and the unfinished uploads need: one for each body that is too large for the index. */
async function countReferred(store: LocalObjectStore): Promise<number> {
  const isFile = (sizeBytes: number): boolean => sizeBytes > 16 * 1024;
  let files = 0;
  const { entries } = await store.listObjects(bucket, { limit: 1000 });
  for (const entry of entries) {
    if (entry.kind !== 'object') continue;
    const open = await store.openObject(bucket, entry.record.key);
    if (open === undefined) continue;
    const ranges = open.record.partCount === undefined ? [{ start: 0, end: open.record.sizeBytes - 1 }] : await partRanges(open);
    files += ranges.filter(({ start, end }) => isFile(end - start + 1)).length;
    await open.close();
  }
  for (let after: Awaited<ReturnType<LocalObjectStore['listUploads']>>['next'] | 'first' = 'first'; after !== undefined; ) {
    const page: Awaited<ReturnType<LocalObjectStore['listUploads']>> = await store.listUploads(bucket, {
      limit: 1000,
      after: after === 'first' ? undefined : after,
    });
    for (const entry of page.entries) {
      if (entry.kind !== 'upload') continue;
      const { parts } = await store.listParts(bucket, entry.upload.key, entry.upload.uploadId, { after: 0, limit: 1000 });
      files += parts.filter(({ sizeBytes }) => isFile(sizeBytes)).length;
    }
    after = page.next;
  }
  return files;
}

async function countFiles(path: string): Promise<number> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).length;
}
