import { openMemoryRecordStore } from '@latchkey/storage/memory-record-store';
import type { RecordStore } from '@latchkey/storage/record-store';
import { describe, expect, it } from 'vitest';
import { announceNode, type Node, type Nodes } from './nodes.ts';

const START = 1_790_000_000_000;
const HOUR = 3_600_000;
const node = (host: string): Omit<Node, 'id'> => ({
  host,
  pid: 7,
  version: '1.0.0',
  startedAt: START,
  s3: 'http://10.0.0.1:9000',
  console: 'http://10.0.0.1:9001',
});

/** Nodes over one store, whose clock is set by hand. Each says that it is there once, when it starts. */
function installation() {
  const clock = { now: START };
  const records: RecordStore = { ...openMemoryRecordStore(), time: async () => clock.now };
  const start = async (host: string, aheadMs = 0, more: Partial<Node> = {}): Promise<Nodes> => {
    const nodes = announceNode({ records, self: { ...node(host), ...more }, now: () => clock.now + aheadMs, everyMs: 1_000_000 });
    await expect.poll(() => hostsOf(nodes)).toContain(host);
    return nodes;
  };
  return { clock, records, start };
}

const hostsOf = async (nodes: Nodes): Promise<string[]> => (await nodes.list()).map(({ host }) => host).sort();

describe('announceNode', () => {
  it('has each node know all that serve, and which of them it is', async () => {
    const { start } = installation();
    const a = await start('a', 0, { worker: 2 });
    const b = await start('b');
    expect(await hostsOf(a)).toEqual(['a', 'b']);
    expect((await a.list()).find(({ isHere }) => isHere)).toEqual({
      ...node('a'),
      id: expect.any(String),
      worker: 2,
      seenAt: START,
      clockAheadMs: 0,
      isSilent: false,
      isHere: true,
    });
    expect((await b.list()).filter(({ isHere }) => isHere).map(({ host }) => host)).toEqual(['b']);
    await Promise.all([a.stop(), b.stop()]);
  });
  it('says how far a clock is from that of the store', async () => {
    const { start } = installation();
    const [ahead, behind] = [await start('ahead', 90_000), await start('behind', -2500)];
    const off = (await ahead.list()).map(({ host, clockAheadMs }) => [host, clockAheadMs]).sort();
    expect(off).toEqual([
      ['ahead', 90_000],
      ['behind', -2500],
    ]);
    await Promise.all([ahead.stop(), behind.stop()]);
  });
  it('tells one that was stopped from one that says nothing any more', async () => {
    const { clock, start } = installation();
    const [stays, stopped, killed] = [await start('stays'), await start('stopped'), await start('killed')];
    await stopped.stop();
    expect(await hostsOf(stays)).toEqual(['killed', 'stays']);
    clock.now += 3_000_001;
    expect((await stays.list()).map(({ isSilent }) => isSilent)).toEqual([true, true]);
    const later = await start('later');
    expect((await later.list()).filter(({ isSilent }) => !isSilent).map(({ host }) => host)).toEqual(['later']);
    await Promise.all([stays.stop(), killed.stop(), later.stop()]);
  });
  it('forgets what has said nothing for an hour', async () => {
    const { clock, start, records } = installation();
    for (let i = 0; i < 300; i++)
      await records.commit([{ put: { kind: 'node', id: `old-${i}`, value: { id: `old-${i}`, seenAt: START } } }]);
    clock.now += HOUR + 1;
    const nodes = await start('new');
    await expect.poll(() => hostsOf(nodes)).toEqual(['new']);
    await nodes.stop();
  });
  it('lists a thousand at most', async () => {
    const { start, records } = installation();
    for (let i = 0; i < 1100; i++)
      await records.commit([{ put: { kind: 'node', id: `${i}`, value: { id: `${i}`, host: 'x', seenAt: START } } }]);
    const nodes = announceNode({ records, self: node('one more'), now: () => START });
    expect(await nodes.list()).toHaveLength(1000);
    await nodes.stop();
    await (await start('x')).stop();
  });
  it('does without a store that is away, also when it is stopped', async () => {
    const away = async () => {
      throw new Error('away');
    };
    const nodes = announceNode({ records: { ...openMemoryRecordStore(), time: away, commit: away }, self: node('a'), now: () => START });
    await nodes.stop();
  });
});
