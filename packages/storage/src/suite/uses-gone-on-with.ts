import { expect, test } from 'vitest';
import { LEASE_MS, MAX_TURNS, SEEKING, type UseStore } from '../use-store.ts';
import { end, granted, MINUTE, NOON, nextSubject, range, reasonOf, upload, whole } from './use-requests.ts';

export function describeTurns(store: () => UseStore): void {
  test('a range goes on with a use of the same client and version', async () => {
    const subject = nextSubject();
    const { useId } = await granted(store(), range(subject, 100));
    expect(await granted(store(), range(subject, 100))).toMatchObject({ useId, isNewUse: false });
    expect(await reasonOf(store().begin(range(subject, 100, { client: '192.0.2.2' })))).toBe('new use');
    expect(await reasonOf(store().begin(range(subject, 100, { version: 'v2' })))).toBe('new use');
    expect(await reasonOf(store().begin(range(subject, 100, { client: '192.0.2.2', version: 'v2' })))).toBe('no-uses-left');
    expect(await granted(store(), range(subject, 100))).toMatchObject({ useId, isNewUse: false });
    expect(await store().used(subject)).toBe(3);
  });

  test('a range goes on with the first use that has enough bytes left', async () => {
    const subject = nextSubject();
    const [first, second] = [await granted(store(), whole(subject)), await granted(store(), whole(subject))];
    await end(store(), first, 950);
    await end(store(), second, 500);
    expect(await granted(store(), range(subject, 160))).toMatchObject({ useId: second.useId });
    expect(await granted(store(), range(subject, 150))).toMatchObject({ useId: first.useId });
    expect(await granted(store(), range(subject, 150))).toMatchObject({ useId: second.useId });
  });

  test('a range goes on with a use that was touched within ten minutes, as often as that is so', async () => {
    const subject = nextSubject();
    const maxUses = 1;
    const first = await granted(store(), range(subject, 10, { maxUses }));
    const second = await granted(store(), range(subject, 10, { maxUses, now: NOON + LEASE_MS }));
    await end(store(), first, 10, true, NOON + LEASE_MS);
    await end(store(), second, 10, true, NOON + 2 * LEASE_MS);
    const third = await granted(store(), range(subject, 10, { maxUses, now: NOON + 3 * LEASE_MS }));
    await end(store(), third, 10, true, NOON + 3 * LEASE_MS);
    expect(await reasonOf(store().begin(range(subject, 10, { maxUses, now: NOON + 4 * LEASE_MS + 1 })))).toBe('no-uses-left');
    expect(await reasonOf(store().begin(range(subject, 10, { now: NOON + 4 * LEASE_MS + 1 })))).toBe('new use');
  });

  test('a touch counts for another ten minutes', async () => {
    const subject = nextSubject();
    const first = await granted(store(), range(subject, 1000, { maxUses: 1 }));
    for (let minutes = 5; minutes <= 60; minutes += 5) await store().touch({ ...first, now: NOON + minutes * MINUTE });
    const later = range(subject, 1000, { maxUses: 1, now: NOON + 60 * MINUTE + LEASE_MS });
    expect(await reasonOf(store().begin(later))).toBe('busy');
    expect(await reasonOf(store().begin({ ...later, wantedBytes: 100 }))).toBe('same use');
  });

  test('a touch of a turn that has ended changes nothing', async () => {
    const subject = nextSubject();
    const first = await granted(store(), range(subject, 10, { maxUses: 1 }));
    await end(store(), first, 10, true);
    await store().touch({ ...first, now: NOON + LEASE_MS });
    await store().touch({ ...first, subject: nextSubject(), now: NOON + LEASE_MS });
    expect(await reasonOf(store().begin(range(subject, 10, { maxUses: 1, now: NOON + LEASE_MS + 1 })))).toBe('no-uses-left');
  });

  test('the ranges of a use may have the size of the object and a tenth together', async () => {
    const subject = nextSubject();
    const maxUses = 1;
    for (let count = 0; count < 11; count++) {
      await end(store(), await granted(store(), range(subject, 100, { maxUses })), 100, true);
    }
    expect(await store().begin(range(subject, 1, { maxUses }))).toEqual({ granted: false, reason: 'budget-spent', used: 1 });
    expect(await reasonOf(store().begin(range(subject, 1, { maxUses: 2 })))).toBe('new use');
  });

  test('the ranges of a large object may have about four times its size together', async () => {
    const subject = nextSubject();
    const sizeBytes = 50 * SEEKING.aboveBytes;
    const budget = sizeBytes * 1.1 + SEEKING.times * (sizeBytes - SEEKING.aboveBytes);
    const film = { maxUses: 1, sizeBytes };
    for (let count = 0; count < 4; count++) await end(store(), await granted(store(), range(subject, sizeBytes, film)), sizeBytes);
    const left = budget - 4 * sizeBytes;
    expect(await store().begin(range(subject, left + 1, film))).toEqual({ granted: false, reason: 'budget-spent', used: 1 });
    expect(await reasonOf(store().begin(range(subject, left, film)))).toBe('same use');
    expect(await reasonOf(store().begin(range(subject, 1, film)))).toBe('busy');
  });

  test('a range that would fit once a turn under way has ended is answered busy, and granted then', async () => {
    const subject = nextSubject();
    const film = await granted(store(), range(subject, 1000));
    expect(await store().begin(range(subject, 600))).toEqual({ granted: false, reason: 'busy', used: 1 });
    await end(store(), film, 400);
    expect(await granted(store(), range(subject, 600))).toMatchObject({ useId: film.useId, isNewUse: false });
    // 100 bytes are left, and 600 under way.
    expect(await reasonOf(store().begin(range(subject, 700)))).toBe('busy');
    expect(await reasonOf(store().begin(range(subject, 701)))).toBe('new use');
  });

  test('a client that prefers a new use is granted one instead of busy, if one is left', async () => {
    const subject = nextSubject();
    await granted(store(), range(subject, 1000, { maxUses: 2 }));
    const again = range(subject, 1000, { maxUses: 2, prefersNewUse: true });
    expect(await reasonOf(store().begin({ ...again, wantedBytes: 100 }))).toBe('same use');
    expect(await reasonOf(store().begin(again))).toBe('new use');
    expect(await reasonOf(store().begin(again))).toBe('busy');
  });

  test('a turn of which nothing is heard for ten minutes is not under way any more', async () => {
    const subject = nextSubject();
    const maxUses = 1;
    await granted(store(), range(subject, 1000, { maxUses }));
    await granted(store(), range(subject, 10, { maxUses, now: NOON + LEASE_MS }));
    expect(await reasonOf(store().begin(range(subject, 1000, { maxUses, now: NOON + LEASE_MS })))).toBe('busy');
    expect(await reasonOf(store().begin(range(subject, 1000, { maxUses, now: NOON + LEASE_MS + 1 })))).toBe('budget-spent');
  });

  test(`a use has at most ${MAX_TURNS} turns under way`, async () => {
    const subject = nextSubject();
    const turns = await Promise.all(Array.from({ length: MAX_TURNS }, () => granted(store(), range(subject, 1))));
    expect(await store().used(subject)).toBe(1);
    expect(await reasonOf(store().begin(range(subject, 1)))).toBe('busy');
    const [first] = turns;
    if (first !== undefined) await end(store(), first, 1, true);
    expect(await reasonOf(store().begin(range(subject, 1)))).toBe('same use');
  });

  test('requests for the whole are a use each, also from one address', async () => {
    const subject = nextSubject();
    const turns = [await granted(store(), whole(subject)), await granted(store(), whole(subject)), await granted(store(), whole(subject))];
    expect(new Set(turns.map(({ useId }) => useId)).size).toBe(3);
    expect(await reasonOf(store().begin(whole(subject)))).toBe('no-uses-left');
  });

  test('a request for the whole goes on with a use that was given up when it had hardly begun', async () => {
    const subject = nextSubject();
    const maxUses = 1;
    const first = await granted(store(), whole(subject, { maxUses }));
    await end(store(), first, 60);
    expect(await reasonOf(store().begin(whole(subject, { maxUses, client: 'another' })))).toBe('no-uses-left');
    const second = await granted(store(), whole(subject, { maxUses }));
    expect(second).toMatchObject({ useId: first.useId, isNewUse: false });
    await end(store(), second, 40);
    const third = await granted(store(), whole(subject, { maxUses }));
    expect(third).toMatchObject({ useId: first.useId, isNewUse: false });
    await end(store(), third, 1);
    // 101 bytes were delivered: a whole one would be more than the object and a tenth.
    expect(await reasonOf(store().begin(whole(subject, { maxUses })))).toBe('no-uses-left');
    expect(await reasonOf(store().begin(range(subject, 959, { maxUses })))).toBe('same use');
  });

  test('a request for the whole goes on with no use of which something is under way', async () => {
    const subject = nextSubject();
    const maxUses = 1;
    await granted(store(), range(subject, 50, { maxUses }));
    const second = await granted(store(), range(subject, 50, { maxUses, now: NOON + LEASE_MS }));
    await end(store(), second, 40, false, NOON + LEASE_MS);
    expect(await reasonOf(store().begin(whole(subject, { maxUses, now: NOON + LEASE_MS })))).toBe('no-uses-left');
    // Of the first one nothing was heard for too long.
    expect(await reasonOf(store().begin(whole(subject, { maxUses, now: NOON + LEASE_MS + 1 })))).toBe('same use');
  });

  test('a request for the whole goes on with no use of which something was delivered to the end', async () => {
    const subject = nextSubject();
    await end(store(), await granted(store(), range(subject, 50)), 50, true);
    await end(store(), await granted(store(), range(subject, 10)), 9, false);
    expect(await reasonOf(store().begin(whole(subject)))).toBe('new use');
  });

  test('a download goes on with no upload', async () => {
    const subject = nextSubject();
    await granted(store(), upload(subject));
    expect(await reasonOf(store().begin(range(subject, 0, { version: '', sizeBytes: 0 })))).toBe('new use');
  });
}
