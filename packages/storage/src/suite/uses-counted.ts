import { expect, test } from 'vitest';
import { MAX_LEASES, type UseStore } from '../use-store.ts';
import { end, granted, MINUTE, NOON, nextSubject, range, reasonOf, upload, whole } from './use-requests.ts';

export function describeCountedUses(store: () => UseStore, reopen: () => Promise<boolean>): void {
  for (const maxUses of [1, 3, 50]) {
    test(`no more uses are granted than there may be, however many ask at once: ${maxUses} of 200`, async () => {
      const subject = nextSubject();
      const answers = await Promise.all(
        Array.from({ length: 200 }, (_, client) =>
          store().begin(client % 2 === 0 ? whole(subject, { maxUses }) : range(subject, 900, { maxUses, client: `client ${client}` })),
        ),
      );
      expect(answers.filter((answer) => answer.granted)).toHaveLength(maxUses);
      expect(answers.filter((answer) => !answer.granted && answer.reason === 'no-uses-left' && answer.used === maxUses)).toHaveLength(
        200 - maxUses,
      );
      const used = answers.flatMap((answer) => (answer.granted ? [answer.used] : []));
      expect(used.sort((a, b) => a - b)).toEqual(Array.from({ length: maxUses }, (_, index) => index + 1));
      expect(await store().used(subject)).toBe(maxUses);
    });
  }

  test('of many that begin and end at once, never more have a use than there may be', async () => {
    const subject = nextSubject();
    let under = 0;
    let most = 0;
    let served = 0;
    const visit = async (): Promise<void> => {
      const answer = await store().begin(whole(subject, { maxUses: 5 }));
      if (!answer.granted) return;
      under += 1;
      most = Math.max(most, under);
      served += 1;
      await store().used(subject);
      // Before the end is asked for: the use may be another's by the time that resolves.
      under -= 1;
      await end(store(), { subject, ...answer }, 0);
    };
    for (let round = 0; round < 5; round++) await Promise.all(Array.from({ length: 40 }, visit));
    expect(served).toBeGreaterThanOrEqual(25);
    expect(most).toBe(5);
    expect(await store().used(subject)).toBe(0);
  });

  test('subjects are counted apart, also where one begins with the name of another', async () => {
    const subject = nextSubject();
    for (const each of [subject, `${subject}a`, `${subject}/`])
      expect(await reasonOf(store().begin(whole(each, { maxUses: 1 })))).toBe('new use');
    for (const each of [subject, `${subject}a`, `${subject}/`]) expect(await store().used(each)).toBe(1);
    expect(await store().used(subject.slice(0, -1))).toBe(0);
  });

  test('how many uses there may be is decided by the request at hand', async () => {
    const subject = nextSubject();
    for (let count = 0; count < 3; count++) await granted(store(), whole(subject));
    expect(await store().begin(whole(subject))).toEqual({ granted: false, reason: 'no-uses-left', used: 3 });
    expect(await reasonOf(store().begin(whole(subject, { maxUses: 1e9 })))).toBe('new use');
    expect(await store().begin(whole(subject, { maxUses: 2 }))).toEqual({ granted: false, reason: 'no-uses-left', used: 4 });
  });

  test('every upload is a new use', async () => {
    const subject = nextSubject();
    for (let count = 0; count < 3; count++) {
      const turn = await granted(store(), upload(subject));
      expect(turn.isNewUse).toBe(true);
      await end(store(), turn, 0, true);
    }
    expect(await store().begin(upload(subject))).toEqual({ granted: false, reason: 'no-uses-left', used: 3 });
  });

  test('what was granted is on disk when begin resolves', async () => {
    const subject = nextSubject();
    const first = await granted(store(), whole(subject, { maxUses: 2 }));
    await granted(store(), whole(subject, { maxUses: 2, client: 'another' }));
    if (!(await reopen())) return;
    expect(await store().used(subject)).toBe(2);
    expect(await reasonOf(store().begin(whole(subject, { maxUses: 2 })))).toBe('no-uses-left');
    await end(store(), first, 0);
    expect(await store().used(subject)).toBe(1);
  });

  test(`of more than ${MAX_LEASES} uses, the one touched longest ago stays counted and can be neither gone on with nor given back`, async () => {
    const subject = nextSubject();
    const ask = (client: number, now: number) => range(subject, 100, { maxUses: 1e9, client: `client ${client}`, now });
    const first = await granted(store(), ask(0, NOON));
    const second = await granted(store(), ask(1, NOON + 1));
    await store().touch({ ...first, now: NOON + 2 });
    await Promise.all(Array.from({ length: MAX_LEASES - 1 }, (_, index) => granted(store(), ask(index + 2, NOON + 3))));
    expect(await store().used(subject)).toBe(MAX_LEASES + 1);
    await end(store(), second, 0, false, NOON + 4);
    expect(await store().used(subject)).toBe(MAX_LEASES + 1);
    expect(await reasonOf(store().begin(ask(0, NOON + 4)))).toBe('same use');
    expect(await reasonOf(store().begin(ask(1, NOON + 4)))).toBe('new use');
    expect(await store().used(subject)).toBe(MAX_LEASES + 2);
  });

  test('what is over takes no place from what is under way or can be gone on with', async () => {
    const subject = nextSubject();
    const maxUses = 1e9;
    const film = range(subject, 100, { maxUses });
    const [slow] = [await granted(store(), upload(subject, { maxUses })), await granted(store(), film)];
    // A hundred at a time, so that those under way are not too many.
    const visits = async (times: number, visit: () => Promise<void>): Promise<void> => {
      for (let count = 0; count < times; count += 100) await Promise.all(Array.from({ length: 100 }, visit));
    };
    await visits(300, async () => end(store(), await granted(store(), upload(subject, { maxUses })), 0, true, NOON + 1));
    expect(await reasonOf(store().begin(film))).toBe('same use');
    const brief = (now: number) => async () => end(store(), await granted(store(), whole(subject, { maxUses, now })), 1000, true, now);
    await visits(200, brief(NOON + 2));
    await visits(200, brief(NOON + 60 * MINUTE));
    expect(await store().used(subject)).toBe(702);
    await end(store(), slow, 0, false, NOON + 60 * MINUTE);
    expect(await store().used(subject)).toBe(701);
  });

  test('a subject is kept until its forgetAfter, and gone after enough sweeps behind it', async () => {
    // Its own years, so that no sweep meets what other tests count.
    const start = Date.UTC(1990, 0, 1);
    const subjects = Array.from({ length: 1200 }, nextSubject);
    await Promise.all(subjects.map((subject) => granted(store(), whole(subject, { now: start, forgetAfter: start + MINUTE }))));
    const [longer = '', ...others] = subjects;
    await granted(store(), whole(longer, { now: start, forgetAfter: start + 2 * MINUTE }));
    await granted(store(), whole(longer, { now: start, forgetAfter: start }));
    expect(await store().sweep(start + MINUTE)).toBe(0);
    for (const subject of subjects) expect(await store().used(subject)).toBe(subject === longer ? 3 : 1);
    expect(await sweepAll(store(), start + MINUTE + 1)).toBe(others.length);
    for (const subject of others) expect(await store().used(subject)).toBe(0);
    expect(await store().used(longer)).toBe(3);
    expect(await sweepAll(store(), start + 2 * MINUTE + 1)).toBe(1);
    expect(await store().used(longer)).toBe(0);
    expect(await reasonOf(store().begin(whole(longer, { now: start, forgetAfter: start })))).toBe('new use');
    expect(await sweepAll(store(), start + 1)).toBe(1);
  });

  test('sweeps and begins at the same moment lose nothing that is to be kept for longer', async () => {
    const start = Date.UTC(1980, 0, 1);
    const subjects = Array.from({ length: 100 }, nextSubject);
    await Promise.all(subjects.map((subject) => granted(store(), whole(subject, { now: start, forgetAfter: start }))));
    const longer = subjects.map((subject) => granted(store(), whole(subject, { now: start, forgetAfter: start + MINUTE })));
    const sweeps: Promise<number>[] = [];
    for (let turn = 0; turn < 10; turn++) {
      sweeps.push(store().sweep(start + 1));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all([...longer, ...sweeps]);
    await sweepAll(store(), start + 1);
    for (const subject of subjects) expect(await store().used(subject)).toBeGreaterThanOrEqual(1);
    expect(await sweepAll(store(), start + MINUTE + 1)).toBe(100);
  });
}

/** At most some hundred at once. */
async function sweepAll(store: UseStore, now: number): Promise<number> {
  for (let total = 0; ; ) {
    const swept = await store.sweep(now);
    expect(swept).toBeLessThan(1000);
    if (swept === 0) return total;
    total += swept;
  }
}
