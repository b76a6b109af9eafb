import { expect, test } from 'vitest';
import { linkRates } from './link-rates.ts';
import { createPacer } from './pace.ts';

/** A clock that only pauses move. */
function clockwork() {
  let time = 0;
  const waiting: { readonly until: number; readonly wake: () => void }[] = [];
  return {
    now: () => time,
    pause: (ms: number) => new Promise<void>((wake) => waiting.push({ until: time + ms, wake })),
    /** Lets everything that waits have its turn, in order, until nothing waits any more. */
    async run(isDone: () => boolean) {
      for (let idle = 0; !isDone() && idle < 1000; idle++) {
        await new Promise((resolve) => setImmediate(resolve));
        const next = waiting.sort((a, b) => a.until - b.until).shift();
        if (next === undefined) continue;
        idle = 0;
        time = Math.max(time, next.until);
        next.wake();
      }
    },
  };
}

async function* chunks(...sizes: number[]) {
  for (const size of sizes) yield Buffer.alloc(size, 1);
}

/** When each byte count was reached. */
async function drained(bytes: AsyncIterable<Uint8Array>, now: () => number) {
  const arrivals: [at: number, total: number][] = [];
  let total = 0;
  for await (const piece of bytes) {
    total += piece.byteLength;
    arrivals.push([now(), total]);
  }
  return arrivals;
}

test('createPacer hands bytes on no faster than their rate, in small pieces', async () => {
  const clock = clockwork();
  const pacer = createPacer({ rates: linkRates(clock.now), pause: clock.pause });
  let arrivals: [number, number][] | undefined;
  const reading = drained(pacer.paced(chunks(5000, 3000), 'link', 1000), clock.now).then((found) => {
    arrivals = found;
  });
  await clock.run(() => arrivals !== undefined);
  await reading;
  expect(arrivals?.at(-1)?.[1]).toBe(8000);
  // After each piece the next waits for as long as the piece takes: never more than a piece ahead of the rate.
  for (const [at, total] of arrivals ?? []) expect(total).toBeLessThanOrEqual(at + 125);
  expect(clock.now()).toBeGreaterThanOrEqual(7875);
});

test('createPacer shares the rate between transfers of one link, and not with another link', async () => {
  const clock = clockwork();
  const pacer = createPacer({ rates: linkRates(clock.now), pause: clock.pause });
  const ended = new Map<string, number>();
  const read = async (name: string, id: string) => {
    await drained(pacer.paced(chunks(1000), id, 1000), clock.now);
    ended.set(name, clock.now());
  };
  const all = Promise.all([read('one', 'a'), read('two', 'a'), read('three', 'b')]);
  await clock.run(() => ended.size === 3);
  await all;
  expect(Math.max(ended.get('one') ?? 0, ended.get('two') ?? 0)).toBeGreaterThanOrEqual(1875);
  expect(ended.get('three')).toBe(875);
});

test('createPacer makes many short transfers as slow as a long one', async () => {
  const clock = clockwork();
  const pacer = createPacer({ rates: linkRates(clock.now), pause: clock.pause });
  let done = false;
  const all = (async () => {
    for (let i = 0; i < 40; i++) await drained(pacer.paced(chunks(100), 'link', 1000), clock.now);
    done = true;
  })();
  await clock.run(() => done);
  await all;
  expect(clock.now()).toBe(3900);
});

test('createPacer saves up nothing while nobody transfers', async () => {
  const clock = clockwork();
  const pacer = createPacer({ rates: linkRates(clock.now), pause: clock.pause });
  await drained(pacer.paced(chunks(100), 'link', 1000), clock.now);
  let waited = false;
  const later = clock.pause(60_000).then(() => {
    waited = true;
  });
  await clock.run(() => waited);
  await later;
  let ended: number | undefined;
  const reading = drained(pacer.paced(chunks(1000), 'link', 1000), clock.now).then(() => {
    ended = clock.now();
  });
  await clock.run(() => ended !== undefined);
  await reading;
  expect(ended).toBe(60_875);
});

test('createPacer copies what it hands on, for chunks may be written over once the next one is asked for', async () => {
  const clock = clockwork();
  async function* lent() {
    const memory = Buffer.alloc(1000, 'a');
    yield memory;
    yield memory.fill('b');
  }
  const pieces: Uint8Array[] = [];
  let isDone = false;
  const taken = (async () => {
    for await (const piece of createPacer({ rates: linkRates(clock.now), pause: clock.pause }).paced(lent(), 'link', 4000))
      pieces.push(piece);
    isDone = true;
  })();
  await clock.run(() => isDone);
  await taken;
  expect(Buffer.concat(pieces).toString()).toBe('a'.repeat(1000) + 'b'.repeat(1000));
});
