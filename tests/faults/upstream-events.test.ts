/** With the objects in another S3, a process that is killed between the change there and what is told of it loses no event, and makes none up. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openS3ObjectStore } from '@latchkey/objects-s3/s3-object-store';
import { openLmdbRecordStore } from '@latchkey/records-lmdb/lmdb-record-store';
import { bucketName } from '@latchkey/s3/names';
import type { OutboxEntry } from '@latchkey/storage/outbox';
import { recordOutbox } from '@latchkey/storage/record-outbox';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ServerProcess, serverProcess } from '../support/several-servers.ts';
import { ROOT } from '../support/test-server.ts';
import { send, signed } from '../support/wire-client.ts';
import { randomFrom } from './content.mjs';

const ROUNDS = process.env.FULL === '1' ? 40 : 4;
const HOUR_MS = 3_600_000;
const BOX = bucketName('box');
const PROGRAM = fileURLToPath(new URL('announcing-writer.mjs', import.meta.url));

describe('events over an upstream', () => {
  let directory: string;
  let upstream: ServerProcess;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'latchkey-upstream-events-'));
    upstream = await serverProcess(join(directory, 'upstream'));
    expect((await send(upstream, signed(upstream, 'PUT', '/box'))).status).toBe(200);
  });
  afterEach(async () => {
    await upstream?.close();
    await rm(directory, { recursive: true, force: true });
  });

  /** Kills a writer `afterMs` after its fifth acknowledgement, or where it stands still; resolves to what was acknowledged. */
  async function killed(round: string, stops: 'made' | 'meant' | 'nowhere', afterMs = 0): Promise<readonly string[]> {
    const parameters = [PROGRAM, join(directory, 'records'), upstream.s3.replace(/\/$/, ''), round, stops];
    const env = { PATH: process.env.PATH, UPSTREAM_ID: ROOT.accessKeyId, UPSTREAM_SECRET: ROOT.secretAccessKey };
    const writer = spawn(process.execPath, parameters, { stdio: ['ignore', 'pipe', 'inherit'], env });
    const ended = once(writer, 'close');
    const lines: string[] = [];
    for await (const line of createInterface({ input: writer.stdout })) {
      lines.push(line);
      if (line !== 'stands still' && (stops !== 'nowhere' || lines.length < 5)) continue;
      if (lines.length === 5) void sleep(afterMs).then(() => writer.kill('SIGKILL'));
      if (line === 'stands still') writer.kill('SIGKILL');
    }
    await ended;
    return lines.filter((line) => line !== 'stands still');
  }

  /** What another process finds once it is sure that nothing is under way any more. */
  async function found(): Promise<{ readonly told: readonly OutboxEntry[]; readonly keys: ReadonlySet<string>; readonly left: number }> {
    const records = await openLmdbRecordStore({ directory: join(directory, 'records') });
    const outbox = recordOutbox(records, () => Date.now() + HOUR_MS);
    const endpoint = upstream.s3.replace(/\/$/, '');
    const store = openS3ObjectStore({ endpoint, region: 'us-east-1', credentials: ROOT, outbox });
    try {
      await store.outbox.settle?.();
      const { entries } = await store.listObjects(BOX, { limit: 1000 });
      const keys = new Set(entries.flatMap((entry) => (entry.kind === 'object' ? [entry.record.key] : [])));
      return { told: await store.outbox.read('hook', { limit: 1000 }), keys, left: (await outbox.overdue(10)).length };
    } finally {
      await store.close();
      await records.close();
    }
  }

  const namesOf = (told: readonly OutboxEntry[]) => told.map(({ what }) => what).toSorted();

  test('are told later of what was made and not told, with size and ETag', async () => {
    const acknowledged = await killed('made', 'made');
    const { told, keys, left } = await found();
    const [unsaid, ...others] = namesOf(told).filter((what) => !acknowledged.includes(what));
    expect([unsaid, others, left]).toEqual(['put made-4', [], 0]);
    expect(keys).toContain('made-4');
    expect(told.find(({ what }) => what === unsaid)?.object).toEqual({ sizeBytes: 10, etag: expect.stringMatching(/^[0-9a-f]{32}$/) });
  });

  test('are not told of what was meant and never made', async () => {
    const acknowledged = await killed('meant', 'meant');
    const { told, keys, left } = await found();
    expect([namesOf(told), left]).toEqual([acknowledged.toSorted(), 0]);
    expect(keys).not.toContain('meant-4');
  });

  test('are told once each of what is there, wherever the process is killed', { timeout: 60_000 + ROUNDS * 5000 }, async () => {
    const random = randomFrom(Number(process.env.SEED ?? Date.now() % 2 ** 31));
    const acknowledged: string[] = [];
    for (let round = 0; round < ROUNDS; round++) acknowledged.push(...(await killed(`r${round}`, 'nowhere', random() * 200)));
    const { told, keys, left } = await found();
    const names = namesOf(told);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(expect.arrayContaining(acknowledged));
    expect(left).toBe(0);
    for (const key of keys) expect(names).toContain(`put ${key}`);
    // A key is there that was put and is not gone, and no other.
    const there = names.flatMap((what) => (what.startsWith('put ') ? [what.slice(4)] : [])).filter((key) => !names.includes(`gone ${key}`));
    expect(there).toEqual([...keys].toSorted());
  });
});
