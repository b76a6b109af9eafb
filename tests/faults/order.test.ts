import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect } from 'vitest';
import { needs } from '../support/programs.ts';
import { type StoreProcess, startStoreProcess } from './store-process.ts';

const test = needs('strace');
const SMALL = 1000;
const LARGE = 300_000;
let directory: string;
let trace: string;
let store: StoreProcess;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'latchkey-order-'));
  trace = join(directory, 'trace');
  const calls = 'openat,fdatasync,fsync,link,pwrite64,pwritev,writev,write,unlink';
  store = await startStoreProcess(join(directory, 'store'), {}, ['strace', '-f', '-y', '-s', '200', '-o', trace, '-e', `trace=${calls}`]);
});
afterEach(() => rm(directory, { recursive: true }));

describe('before an operation is acknowledged, and in this order', () => {
  const index = [/^(writev|pwrite64|pwritev)\(\d+<.*index\/data\.mdb>/, /^fdatasync\(\d+<.*index\/data\.mdb>/, /^pwrite64\(META</];

  test('a small object is in the index and the index is on the disk', async () => {
    expect(await stepsOf({ put: 'small', name: 'small', sizeBytes: SMALL }, index)).toEqual(index.map(String));
  });

  test('a large object is on the disk, then its name, then the index', async () => {
    const steps = [
      /^fdatasync\(\d+<.*tmp\/.*>/,
      /^link\(".*\/tmp\/.*", ".*\/blobs\/..\/[0-9a-f]{32}"/,
      /^fsync\(\d+<.*blobs\/..>/,
      ...index,
      /^unlink\(".*\/tmp\//,
    ];
    expect(await stepsOf({ put: 'large', name: 'large', sizeBytes: LARGE }, steps)).toEqual(steps.map(String));
  });

  test('a delete is in the index and the index is on the disk', async () => {
    await store.tell({ put: 'doomed', name: 'doomed', sizeBytes: SMALL });
    expect(await stepsOf({ delete: 'doomed' }, index)).toEqual(index.map(String));
  });
});

/** Which of the expected system calls were done, in the order in which they first were, between the command and its acknowledgement. */
async function stepsOf(command: Record<string, unknown>, expected: readonly RegExp[]): Promise<string[]> {
  expect(await store.tell(command)).toHaveProperty('returned');
  await store.tell({ close: true });
  const calls = doneCalls();
  const answers = calls.flatMap((call, index) => (/^write\(1<.*(returned|ready)/.test(call) ? [index] : []));
  const between = calls.slice(answers.at(-2), answers.at(-1));
  const places = expected.map((step) => ({ step: String(step), at: between.findIndex((call) => step.test(call)) }));
  return places
    .filter(({ at }) => at >= 0)
    .sort((left, right) => left.at - right.at)
    .map(({ step }) => step);
}

/**
 * System calls that have succeeded, in the order of their ends. A call of one thread that others interrupt is told in two lines. The file
 * that LMDB writes its root pages through, each write being on the disk before it returns, is called META.
 */
function doneCalls(): string[] {
  const begun = new Map<string, string>();
  const done: string[] = [];
  for (const line of readFileSync(trace, 'utf8').split('\n')) {
    const [, thread = '', call = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(call);
    if (call.endsWith('<unfinished ...>')) begun.set(thread, call.slice(0, -'<unfinished ...>'.length));
    else if (resumed) done.push(`${begun.get(thread) ?? ''}${resumed[1] ?? ''}`);
    else done.push(call);
  }
  const succeeded = done.filter((call) => / = \d+(<.*>)?$/.test(call));
  const [, meta = 'none'] =
    succeeded.map((call) => /data\.mdb", O_WRONLY\|O_DSYNC.* = (\d+)</.exec(call)).find((found) => found !== null) ?? [];
  return succeeded.map((call) => call.replace(`(${meta}<`, '(META<'));
}
