import { openMemoryRecordStore } from '@latchkey/storage/memory-record-store';
import { expect, test } from 'vitest';
import type { Authenticated, Site, Stores } from '../pipeline.ts';
import { untilCut } from './cut.ts';
import { LINK, REVOCATION } from './model.ts';
import { RULES, revocations } from './revocations.ts';

const ID = 'LKLN234567ABCDEFGHIJ';

/** A transfer of a link, chunk by chunk, at moments that the test sets. */
async function running() {
  const records = openMemoryRecordStore();
  const put = (status: string, isCut: boolean) => records.commit([{ put: { kind: LINK, id: ID, value: { status, isCut } } }]);
  await put('active', false);
  let lists = 0;
  const counting = {
    ...records,
    list: (...asked: Parameters<typeof records.list>) => {
      lists++;
      return records.list(...asked);
    },
  };
  let now = 1_000_000;
  const request = {
    principal: { kind: 'root', accessKeyId: ID, link: { id: ID, createdWith: 'x', signedAt: 0 } },
    signature: { authType: 'REST-QUERY-STRING', version: 'AWS4-HMAC-SHA256', signedAt: 0 },
    target: { query: [] },
  } as unknown as Authenticated;
  let closed = false;
  async function* source() {
    try {
      for (;;) yield Buffer.alloc(10);
    } finally {
      closed = true;
    }
  }
  const later = (ms: number) => {
    now += ms;
  };
  const stores = { records: counting, revocations: revocations(counting) } as unknown as Stores;
  const bytes = untilCut(source(), request, stores, { now: () => now } as Site)[Symbol.asyncIterator]();
  return { records, put, bytes, lists: () => lists, closed: () => closed, later };
}

const CUT = { code: 'AccessDenied' };
const rule = (isCut: boolean) => ({ put: { kind: REVOCATION, id: `${RULES}1`, value: { by: 'all', signedBefore: 1, isCut } } });

test('untilCut ends a transfer whose link is revoked with its transfers, at the next chunk after a quarter of a second', async () => {
  const { put, bytes, later, closed } = await running();
  await bytes.next();
  await put('revoked', true);
  later(249);
  expect((await bytes.next()).done).toBe(false);
  later(1);
  await expect(bytes.next()).rejects.toMatchObject(CUT);
  expect(closed()).toBe(true);
});

test('untilCut lets a transfer end whose link is revoked for those to come, or paused', async () => {
  const { put, bytes, later } = await running();
  for (const status of ['revoked', 'paused', 'active']) {
    await put(status, false);
    later(1000);
    expect((await bytes.next()).done).toBe(false);
  }
});

test('untilCut ends a transfer by a rule that ends transfers, and by no other', async () => {
  const { records, bytes, later } = await running();
  await records.commit([rule(false)]);
  later(1000);
  expect((await bytes.next()).done).toBe(false);
  await records.commit([rule(true)]);
  later(1000);
  await expect(bytes.next()).rejects.toMatchObject(CUT);
});

test('untilCut notices what was revoked before its first look', async () => {
  const { put, bytes, later } = await running();
  await put('revoked', true);
  later(250);
  await expect(bytes.next()).rejects.toMatchObject(CUT);
});

test('untilCut looks at nothing but the clock as long as nothing is revoked', async () => {
  const { bytes, later, lists } = await running();
  later(1000);
  await bytes.next();
  const before = lists();
  for (let i = 0; i < 100; i++) {
    later(1000);
    await bytes.next();
  }
  expect(lists()).toBe(before);
});

test('untilCut notices also where the clock was set back', async () => {
  const { put, bytes, later } = await running();
  await put('revoked', true);
  later(-500_000);
  await expect(bytes.next()).rejects.toMatchObject(CUT);
});

test('untilCut lets go of what it reads when nobody wants more', async () => {
  const { bytes, closed } = await running();
  await bytes.next();
  await bytes.return?.();
  expect(closed()).toBe(true);
});
