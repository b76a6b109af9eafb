import { cp, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TrailBatch, TrailStore, TrailTerm } from '@latchkey/storage/trail-store';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openLocalTrailStore } from '../local-trail-store.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'latchkey-trail-files-'));
});
afterEach(() => rm(directory, { recursive: true }));

const chainOf = (number: number): string => number.toString(16).padStart(32, '0');

/** Lines as a server writes them, as far as a store looks at them. */
function writer(store: TrailStore, number = 1) {
  const chain = chainOf(number);
  let count = 0;
  return async (sizes: readonly number[], segment = 1, recordedAt = 1000 + count): Promise<void> => {
    const lines = sizes.map((size, i) => {
      const text = `{"who":"w${number}","text":"${'x'.repeat(size)}","recordedAt":${recordedAt},"sequence":${count + i + 1},"hash":"${'h'.repeat(43)}"}`;
      return { bytes: Buffer.from(text), terms: termsOf(text) };
    });
    count += lines.length;
    const batch: TrailBatch = { chain, segment, recordedAt, lines, head: { count, hash: 'h'.repeat(43), seal: 'sealed' } };
    await store.append(batch);
  };
}

function termsOf(text: string): TrailTerm[] {
  return [`principal:${/"who":"(\w+)"/.exec(text)?.[1]}`, `result:${text.length > 500 ? 'long' : 'short'}`];
}

async function everything(store: TrailStore): Promise<unknown> {
  const find = async (terms: readonly TrailTerm[]) => (await store.find({ terms, limit: 10_000 })).lines;
  const [all, first, long] = await Promise.all([find([]), find(['principal:w1']), find(['principal:w2', 'result:long'])]);
  const chains = (await store.chains()).map(({ seal: _, coveredCount: __, ...chain }) => chain);
  return { all, first, long, chains };
}

/** Some chains with segments and batches of all sizes. */
async function fill(store: TrailStore): Promise<void> {
  const [one, two] = [writer(store, 1), writer(store, 2)];
  for (let i = 0; i < 10; i++) {
    await one(
      Array.from({ length: 1 + i * 7 }, (_, j) => j * 20),
      1 + Math.floor(i / 4),
      1000 + i * 10,
    );
    await two([5, 600], 1, 1005 + i * 10);
  }
}

describe('the files of the trail', () => {
  test('are lines of JSON named after chain and segment, for their owner only', async () => {
    const store = await openLocalTrailStore({ directory });
    await fill(store);
    await store.close();
    const names = (await readdir(directory)).filter((name) => name.endsWith('.jsonl'));
    expect(names.sort()).toEqual([1, 2, 3].map((n) => `${chainOf(1)}-00000${n}.jsonl`).concat(`${chainOf(2)}-000001.jsonl`));
    for (const name of names) expect((await stat(join(directory, name))).mode & 0o777).toBe(0o600);
    for (const name of names) for (const line of (await readFile(join(directory, name), 'utf8')).split('\n').slice(0, -1)) JSON.parse(line);
  });

  test('get back what a power cut took from them, since the index has it until they are synced', async () => {
    const store = await openLocalTrailStore({ directory });
    const write = writer(store);
    await write([10, 20]);
    await write([30]);
    const before = await everything(store);
    // As the disk was at this moment: the commits, and nothing of the file.
    const cut = `${directory}.cut`;
    await cp(directory, cut, { recursive: true });
    await truncate(join(cut, `${chainOf(1)}-000001.jsonl`), 0);
    const again = await openLocalTrailStore({ directory: cut });
    expect(await everything(again)).toEqual(before);
    await again.close();
    await rm(cut, { recursive: true });
    await store.close();
  });
  test('and also where the file itself had not got its name yet', async () => {
    const store = await openLocalTrailStore({ directory });
    await writer(store)([10]);
    const before = await everything(store);
    const cut = `${directory}.cut`;
    await cp(directory, cut, { recursive: true });
    await rm(join(cut, `${chainOf(1)}-000001.jsonl`));
    const again = await openLocalTrailStore({ directory: cut });
    expect(await everything(again)).toEqual(before);
    await again.close();
    await rm(cut, { recursive: true });
    await store.close();
  });
  test('a second process that opens the directory takes nothing away from the first', async () => {
    const first = await openLocalTrailStore({ directory });
    const write = writer(first);
    await write([10]);
    const second = await openLocalTrailStore({ directory });
    await write([20]);
    expect(await everything(second)).toEqual(await everything(first));
    await writer(second, 2)([30]);
    await write([40], 2);
    expect(await everything(first)).toEqual(await everything(second));
    await second.close();
    await write([50], 2);
    await first.close();
  });

  test('without their index are not served, and nobody makes an empty one beside them', async () => {
    const store = await openLocalTrailStore({ directory });
    await fill(store);
    await store.close();
    await rm(join(directory, 'index'), { recursive: true });
    await expect(openLocalTrailStore({ directory })).rejects.toThrow('latchkey verify-audit --rebuild-index');
  });
  test('that nobody got to tell their index of are no reason not to start', async () => {
    const store = await openLocalTrailStore({ directory });
    await store.close();
    // A process that ended between its first write and its first commit.
    await writeFile(join(directory, `${chainOf(1)}-000001.jsonl`), '{"torn');
    const again = await openLocalTrailStore({ directory });
    await writer(again, 2)([10]);
    expect(await again.chains()).toHaveLength(1);
    await again.close();
  });
  test('give the index back as it was, but for the seals', async () => {
    const store = await openLocalTrailStore({ directory });
    await fill(store);
    const before = await everything(store);
    await store.close();
    await rm(join(directory, 'index'), { recursive: true });
    const again = await openLocalTrailStore({ directory, rebuildWith: termsOf });
    expect(await everything(again)).toEqual(before);
    expect((await again.chains()).map(({ seal }) => seal)).toEqual(['', '']);
    await again.close();
  });
  test('are read over once more when the index is made anew while it is there', async () => {
    const store = await openLocalTrailStore({ directory });
    await fill(store);
    const before = await everything(store);
    await store.close();
    for (let i = 0; i < 2; i++) {
      const again = await openLocalTrailStore({ directory, rebuildWith: termsOf });
      expect(await everything(again)).toEqual(before);
      await again.close();
    }
  });
  test('a torn line at their end is left out of an index made anew', async () => {
    const store = await openLocalTrailStore({ directory });
    await writer(store)([10, 20, 30]);
    await store.close();
    const path = join(directory, `${chainOf(1)}-000001.jsonl`);
    await truncate(path, (await readFile(path)).byteLength - 5);
    await rm(join(directory, 'index'), { recursive: true });
    const again = await openLocalTrailStore({ directory, rebuildWith: termsOf });
    expect((await again.chains())[0]).toMatchObject({ count: 2 });
    expect((await again.find({ terms: [], limit: 10 })).lines).toHaveLength(2);
    await again.close();
  });
});
