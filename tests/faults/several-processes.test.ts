import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { contentOf, md5 } from './content.mjs';
import { type StoreProcess, startStoreProcess } from './store-process.ts';

const COUNT = 3;
let directory: string;
let processes: readonly StoreProcess[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'latchkey-processes-'));
  processes = await Promise.all(Array.from({ length: COUNT }, () => startStoreProcess(directory)));
});
afterEach(async () => {
  await Promise.all(processes.map((process) => process.tell({ close: true })));
  await rm(directory, { recursive: true });
});

describe('several processes on one directory', () => {
  test('may all begin at the same moment, on nothing', async () => {
    for (let round = 0; round < 8; round++) {
      const fresh = join(directory, `fresh-${round}`);
      const begun = await Promise.all(Array.from({ length: 4 }, () => startStoreProcess(fresh)));
      await begun[0]?.tell({ put: 'k', name: 'k', sizeBytes: 10 });
      for (const process of begun) expect(await process.tell({ get: 'k' })).toHaveProperty('returned.md5');
      await Promise.all(begun.map((process) => process.tell({ close: true })));
    }
  });

  test('each sees what another has written as soon as that is acknowledged', async () => {
    for (let round = 0; round < 100; round++) {
      const sizeBytes = round % 5 === 0 ? 100_000 : 100;
      const name = `round ${round}`;
      await at(round).tell({ put: 'k', name, sizeBytes });
      const expected = md5(contentOf(name, sizeBytes));
      const seen = await Promise.all(processes.map((process) => process.tell({ get: 'k' })));
      for (const { returned } of seen) expect(returned).toEqual({ etag: expected, md5: expected });
      await at(round + 1).tell({ delete: 'k' });
      const gone = await Promise.all(processes.map((process) => process.tell({ get: 'k' })));
      for (const { returned } of gone) expect(returned).toBeNull();
    }
  });

  test("of concurrent writes with `ifNoneMatch: '*'` exactly one succeeds", async () => {
    for (let round = 0; round < 30; round++) {
      const attempts = Array.from({ length: 4 * COUNT }, (_, index) =>
        at(index).tell({
          put: `once-${round}`,
          name: `${index}`,
          sizeBytes: round % 3 === 0 ? 50_000 : 50,
          condition: { ifNoneMatch: '*' },
        }),
      );
      const answers = await Promise.all(attempts);
      expect(answers.filter(({ returned }) => returned !== undefined)).toHaveLength(1);
      expect(answers.filter(({ code }) => code === 'PreconditionFailed')).toHaveLength(4 * COUNT - 1);
    }
  });

  test('the index grows under all of them', async () => {
    // About 60 MB of small objects, in turns: every process meets an index that another has made larger.
    const keys = Array.from({ length: 4000 }, (_, index) => `k${index}`);
    for (let start = 0; start < keys.length; start += 400) {
      const batch = keys.slice(start, start + 400);
      const answers = await Promise.all(batch.map((key, index) => at(index).tell({ put: key, name: key, sizeBytes: 15_000 })));
      for (const answer of answers) expect(answer).toHaveProperty('returned');
      const read = await Promise.all(batch.map((key, index) => at(index + 1).tell({ get: key })));
      for (const [index, { returned }] of read.entries()) {
        const expected = md5(contentOf(batch[index] ?? '', 15_000));
        expect(returned).toEqual({ etag: expected, md5: expected });
      }
    }
  });

  test('one that is killed takes nothing of the others with it', async () => {
    const [doomed, survivor] = [await startStoreProcess(directory), at(0)];
    const writes = Array.from({ length: 20 }, (_, index) => doomed.tell({ put: `doomed-${index}`, name: 'x', sizeBytes: 2_000_000 }));
    const others = Array.from({ length: 20 }, (_, index) =>
      survivor.tell({ put: `kept-${index}`, name: `kept-${index}`, sizeBytes: 200_000 }),
    );
    await Promise.race(writes);
    await doomed.kill();
    const next = await startStoreProcess(directory);
    for (const answer of await Promise.all(others)) expect(answer).toHaveProperty('returned');
    for (const [index, answer] of (await Promise.all(writes)).entries()) {
      const { returned } = await next.tell({ get: `doomed-${index}` });
      const expected = md5(contentOf('x', 2_000_000));
      if (answer.returned !== undefined) expect(returned).toEqual({ etag: expected, md5: expected });
    }
    for (let index = 0; index < 20; index++) expect(await next.tell({ get: `kept-${index}` })).toHaveProperty('returned.md5');
    // The next start has cleaned up after the one that is gone: each of the living has its own, empty directory.
    const instances = await readdir(join(directory, 'tmp'));
    expect(instances).toHaveLength(COUNT + 1);
    for (const instance of instances) expect(await readdir(join(directory, 'tmp', instance))).toEqual([]);
    await next.tell({ close: true });
  });
});

function at(index: number): StoreProcess {
  const process = processes[index % COUNT];
  if (process === undefined) throw new Error('there is no such process');
  return process;
}
