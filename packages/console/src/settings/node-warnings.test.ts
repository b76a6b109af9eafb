import { expect, test } from 'vitest';
import { nodeWarnings } from './node-warnings.ts';
import type { NodeState } from './server.ts';

const node = (more: Partial<NodeState>): NodeState => ({
  id: 'a',
  host: 'a',
  pid: 1,
  version: '1.0.0',
  startedAt: '2027-01-01T00:00:00Z',
  seenAt: '2027-01-01T00:00:00Z',
  s3: 'http://a',
  clockAheadMs: 0,
  isSilent: false,
  isHere: false,
  ...more,
});

test('nodeWarnings has nothing to say of nodes that go together', () => {
  expect(nodeWarnings([])).toEqual({ versions: [], clocksOff: [] });
  expect(nodeWarnings([node({}), node({ clockAheadMs: -5000 }), node({ clockAheadMs: 5000 })])).toEqual({ versions: [], clocksOff: [] });
});

test('nodeWarnings names the versions where they differ, each once', () => {
  expect(nodeWarnings([node({ version: '1.1.0' }), node({}), node({})]).versions).toEqual(['1.0.0', '1.1.0']);
});

test.each([5001, -5001, 3_600_000])('nodeWarnings names a node whose clock is %i ms ahead', (clockAheadMs) => {
  const off = node({ host: 'off', clockAheadMs });
  expect(nodeWarnings([node({}), off]).clocksOff).toEqual([off]);
});

test('nodeWarnings leaves out nodes that do not serve any more', () => {
  const gone = node({ isSilent: true, version: '0.9.0', clockAheadMs: 60_000 });
  expect(nodeWarnings([node({}), gone])).toEqual({ versions: [], clocksOff: [] });
});
