import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TrailBatch } from '@latchkey/storage/trail-store';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Environment, openEnvironment } from '../environment.ts';
import { type Committer, committer } from './commit-lines.ts';
import { openSegmentFiles, type SegmentFiles } from './segment-files.ts';
import { allChains, type TrailIndex, trailIndex } from './trail-index.ts';

let directory: string;
let environment: Environment;
let index: TrailIndex;
let files: SegmentFiles;
let commit: Committer['commit'];
/** What the next call of that name fails with. */
const problems = new Map<'write' | 'sync', NodeJS.ErrnoException>();

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'latchkey-trail-commit-'));
  environment = await openEnvironment({ directory: join(directory, 'index'), store: 'audit trail' });
  index = trailIndex(environment);
  const real = await openSegmentFiles(directory);
  const failing =
    <T extends unknown[]>(name: 'write' | 'sync', call: (...args: T) => Promise<void>) =>
    async (...args: T): Promise<void> => {
      const problem = problems.get(name);
      problems.delete(name);
      if (problem !== undefined) throw problem;
      return call(...args);
    };
  files = { ...real, write: failing('write', real.write), sync: failing('sync', real.sync) };
  commit = committer(index, files, environment).commit;
});
afterEach(async () => {
  await environment.close();
  await files.close();
  await rm(directory, { recursive: true });
});

const failure = (code: string): NodeJS.ErrnoException => Object.assign(new Error(`${code}: injected`), { code });

let count = 0;
beforeEach(() => {
  count = 0;
});
/** The next batch of a chain; it becomes the last one only when it is committed. */
function batch(lines: number, size = 10): TrailBatch {
  const bytes = Buffer.from(`{"text":"${'x'.repeat(size)}"}`);
  const head = { count: count + lines, hash: 'h', seal: 's' };
  return { chain: '0'.repeat(32), segment: 1, recordedAt: 1, lines: Array.from({ length: lines }, () => ({ bytes, terms: [] })), head };
}
async function committed(one: TrailBatch): Promise<void> {
  await commit(one);
  count = one.head.count;
}
const LARGE = 100_000;

describe('a batch', () => {
  test('that meets a full disk in its file is refused with 503, and the next one takes its place', async () => {
    await committed(batch(2));
    problems.set('write', failure('ENOSPC'));
    await expect(commit(batch(3))).rejects.toMatchObject({ code: 'ServiceUnavailable', status: 503 });
    environment.root.resetReadTxn();
    expect(allChains(index, files)[0]).toMatchObject({ count: 2 });
    await committed(batch(1));
    expect(allChains(index, files)[0]).toMatchObject({ count: 3, segments: [{ first: 1, last: 3 }] });
  });
  test('that is large and meets the full disk when it is synced is refused with 503 and no more', async () => {
    problems.set('sync', failure('ENOSPC'));
    await expect(commit(batch(1, LARGE))).rejects.toMatchObject({ code: 'ServiceUnavailable', status: 503 });
    environment.root.resetReadTxn();
    expect(allChains(index, files)).toEqual([]);
    await committed(batch(1, LARGE));
  });
  test('that may not have reached the disk is the last that was tried, and what was acknowledged before is still there', async () => {
    await committed(batch(2));
    problems.set('sync', failure('EIO'));
    await expect(commit(batch(1, LARGE))).rejects.toMatchObject({ code: 'InternalError' });
    await expect(commit(batch(1))).rejects.toMatchObject({ code: 'ServiceUnavailable' });
    expect(environment.health.readOnlyBecause).toContain('The audit trail is read-only');
    environment.root.resetReadTxn();
    expect(allChains(index, files)[0]).toMatchObject({ count: 2 });
  });
  test('that is small is acknowledged with its bytes in the index, and leaves it when its file is synced', async () => {
    const { commit: own, settle } = committer(index, files, environment);
    await own(batch(2));
    environment.root.resetReadTxn();
    expect([...index.pending.getKeys()]).toHaveLength(1);
    problems.set('sync', failure('ENOSPC'));
    await expect(settle()).rejects.toMatchObject({ code: 'ServiceUnavailable' });
    environment.root.resetReadTxn();
    expect([...index.pending.getKeys()]).toHaveLength(1);
    await settle();
    environment.root.resetReadTxn();
    expect([...index.pending.getKeys()]).toHaveLength(0);
  });
});
