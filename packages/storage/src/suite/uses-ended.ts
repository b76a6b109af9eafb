import { expect, test } from 'vitest';
import { LEASE_MS, type UseStore } from '../use-store.ts';
import { end, granted, NOON, nextSubject, range, reasonOf, upload, whole } from './use-requests.ts';

export function describeEndedTurns(store: () => UseStore, reopen: () => Promise<boolean>): void {
  test('bytes that were not delivered are given back to the use', async () => {
    const subject = nextSubject();
    const maxUses = 1;
    const first = await granted(store(), range(subject, 1000, { maxUses }));
    await end(store(), first, 300);
    expect(await reasonOf(store().begin(range(subject, 801, { maxUses })))).toBe('budget-spent');
    expect(await reasonOf(store().begin(range(subject, 800, { maxUses })))).toBe('same use');
  });

  test('more than was wanted takes no more than that from the use', async () => {
    const subject = nextSubject();
    await end(store(), await granted(store(), range(subject, 1000, { maxUses: 1 })), 1100, true);
    expect(await reasonOf(store().begin(range(subject, 100, { maxUses: 1 })))).toBe('same use');
  });

  test('a use is given back once nothing of it was delivered', async () => {
    const subject = nextSubject();
    const turn = await granted(store(), whole(subject, { maxUses: 1 }));
    expect(await reasonOf(store().begin(whole(subject, { maxUses: 1 })))).toBe('no-uses-left');
    await end(store(), turn, 0);
    expect(await store().used(subject)).toBe(0);
    expect(await reasonOf(store().begin(whole(subject, { maxUses: 1, client: 'another' })))).toBe('new use');
  });

  test('a use is given back only once all its turns have ended', async () => {
    const subject = nextSubject();
    const [first, second] = [await granted(store(), range(subject, 100)), await granted(store(), range(subject, 100))];
    await end(store(), first, 0);
    expect(await store().used(subject)).toBe(1);
    await end(store(), second, 0);
    expect(await store().used(subject)).toBe(0);
  });

  test('a use is not given back where any of its turns has delivered a byte', async () => {
    const subject = nextSubject();
    const [first, second] = [await granted(store(), range(subject, 100)), await granted(store(), range(subject, 100))];
    await end(store(), first, 1);
    await end(store(), second, 0);
    expect(await store().used(subject)).toBe(1);
  });

  test('an object of no bytes is used by having been delivered to the end', async () => {
    const subject = nextSubject();
    const empty = whole(subject, { maxUses: 1, sizeBytes: 0, wantedBytes: 0 });
    await end(store(), await granted(store(), empty), 0, false);
    expect(await store().used(subject)).toBe(0);
    await end(store(), await granted(store(), empty), 0, true);
    expect(await reasonOf(store().begin(empty))).toBe('no-uses-left');
  });

  test('an upload is given back once it has ended without being stored, however much was read of it and however late', async () => {
    const subject = nextSubject();
    const turn = await granted(store(), upload(subject, { maxUses: 2 }));
    await end(store(), await granted(store(), upload(subject, { maxUses: 2, now: NOON + 10 * LEASE_MS })), 0, true, NOON + 10 * LEASE_MS);
    expect(await store().used(subject)).toBe(2);
    await end(store(), turn, 5000, false, NOON + 20 * LEASE_MS);
    expect(await store().used(subject)).toBe(1);
  });

  test('a second end of a turn changes nothing', async () => {
    const subject = nextSubject();
    const [first, second] = [await granted(store(), whole(subject)), await granted(store(), whole(subject))];
    await end(store(), first, 0);
    await end(store(), first, 0);
    expect(await store().used(subject)).toBe(1);
    await end(store(), second, 1000, true);
    await end(store(), second, 0);
    expect(await store().used(subject)).toBe(1);
    expect(await reasonOf(store().begin(range(subject, 101, { maxUses: 1 })))).toBe('budget-spent');
  });

  test('ends of the same turn at the same moment give one use back', async () => {
    const subject = nextSubject();
    const [first] = [await granted(store(), whole(subject)), await granted(store(), whole(subject))];
    await Promise.all(Array.from({ length: 10 }, () => end(store(), first, 0)));
    expect(await store().used(subject)).toBe(1);
  });

  test('an end that nobody knows changes nothing', async () => {
    const subject = nextSubject();
    const turn = await granted(store(), whole(subject));
    await end(store(), { ...turn, turnId: 'unknown' }, 0);
    await end(store(), { ...turn, useId: 'unknown' }, 0);
    await end(store(), { ...turn, subject: nextSubject() }, 0);
    expect(await store().used(subject)).toBe(1);
  });

  test('a turn that never ended, as after a crash, keeps its bytes and its use', async () => {
    const subject = nextSubject();
    const maxUses = 1;
    await granted(store(), whole(subject, { maxUses }));
    await reopen();
    expect(await reasonOf(store().begin(range(subject, 100, { maxUses })))).toBe('same use');
    const afterwards = NOON + LEASE_MS + 1;
    expect(await reasonOf(store().begin(range(subject, 1, { maxUses, now: afterwards })))).toBe('no-uses-left');
    expect(await reasonOf(store().begin(whole(subject, { maxUses, now: afterwards })))).toBe('no-uses-left');
    expect(await store().used(subject)).toBe(1);
  });

  test('a late end of a turn makes its use one that can be gone on with again', async () => {
    const subject = nextSubject();
    const turn = await granted(store(), range(subject, 1000, { maxUses: 1 }));
    await end(store(), turn, 500, false, NOON + 3 * LEASE_MS);
    expect(await reasonOf(store().begin(range(subject, 600, { maxUses: 1, now: NOON + 4 * LEASE_MS })))).toBe('same use');
  });
}
