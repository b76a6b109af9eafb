import { openMemoryTrailStore } from '@latchkey/storage/memory-trail-store';
import { expect, test } from 'vitest';
import { eventOf, openTestTrail, verifyWith } from '../../../../tests/support/trail.ts';
import type { AuditEvent } from './event.ts';
import { refusalLimit } from './refusal-limit.ts';

const MINUTE = 60_000;
const START = 1_790_000_000_000 - (1_790_000_000_000 % MINUTE);

function refused(address: string, endedAt: number, more: Partial<AuditEvent> = {}): AuditEvent {
  const event = eventOf('x', { status: 403, endedAt, ...more });
  return { ...event, incoming: { ...event.incoming, peer: { address, secure: false } } };
}

const admitted = (limit: ReturnType<typeof refusalLimit>, count: number, address: string | ((i: number) => string), at = START): number => {
  let some = 0;
  for (let i = 0; i < count; i++) if (limit.admits(refused(typeof address === 'string' ? address : address(i), at))) some++;
  return some;
};

test('refusals of one stranger have events of their own up to 3,000 a minute, and are counted beyond', () => {
  const limit = refusalLimit();
  expect(admitted(limit, 5000, '192.0.2.1')).toBe(3000);
  expect(admitted(limit, 10, '192.0.2.2')).toBe(10);
  expect(limit.take()).toEqual({ from: START, to: START, requests: 2000, addresses: [{ address: '192.0.2.1', requests: 2000 }] });
  expect(limit.take()).toBeUndefined();
  expect(admitted(limit, 10, '192.0.2.1', START + MINUTE)).toBe(10);
});
test('refusals of all strangers together have 10,000 a minute, from however many addresses they come', () => {
  const limit = refusalLimit();
  expect(admitted(limit, 30_000, (i) => `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`)).toBe(10_000);
  const taken = limit.take();
  expect(taken).toMatchObject({ requests: 20_000 });
  expect(taken?.addresses).toHaveLength(20);
});
test('addresses of one IPv6 network are one stranger', () => {
  const limit = refusalLimit();
  expect(admitted(limit, 5000, (i) => `2001:db8:1:2:${i.toString(16)}::1`)).toBe(3000);
});
test('what is done, and what is refused to somebody who is known, is always recorded', () => {
  const limit = refusalLimit();
  const principal = { kind: 'root' as const, accessKeyId: 'LKROOT' };
  for (let i = 0; i < 20_000; i++) {
    expect(limit.admits(refused('192.0.2.1', START, { status: 200 }))).toBe(true);
    expect(limit.admits(refused('192.0.2.1', START, { principal }))).toBe(true);
    expect(limit.admits(refused('192.0.2.1', START, { status: 500, principal: undefined }))).toBe(true);
  }
  expect(limit.take()).toBeUndefined();
});
test('the trail says how many it has not recorded one by one', async () => {
  const store = openMemoryTrailStore();
  const trail = await openTestTrail(store, { now: () => START });
  for (let i = 0; i < 4000; i++) trail.record(refused('192.0.2.1', START, { principal: undefined }), 'soon');
  await trail.close();
  const { lines } = await store.find({ terms: ['operation:GetObject'], limit: 10_000 });
  expect(lines).toHaveLength(3000);
  const counted = await store.find({ terms: ['operation:CountRefusedRequests'], limit: 10 });
  expect(counted.lines.map((line) => JSON.parse(line).serviceEventDetails)).toEqual([
    { from: START, to: START, requests: 1000, addresses: [{ address: '192.0.2.1', requests: 1000 }] },
  ]);
  expect(await verifyWith(store, new Map())).toMatchObject({ isWhole: true });
});
