import { expect, test } from 'vitest';
import { inParallel } from './in-parallel.ts';

async function* counting(upTo: number, asked: number[] = []) {
  for (let i = 0; i < upTo; i++) {
    asked.push(i);
    yield i;
  }
}

test('inParallel does everything once, so many at a time, and asks for no more than there are hands for', async () => {
  const [asked, done]: [number[], number[]] = [[], []];
  let atOnce = 0;
  await inParallel(counting(50, asked), 4, async (item) => {
    atOnce += 1;
    expect(atOnce).toBeLessThanOrEqual(4);
    expect(asked.length - done.length).toBeLessThanOrEqual(4);
    await new Promise(setImmediate);
    done.push(item);
    atOnce -= 1;
  });
  expect(done.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i));
});

test('inParallel stops with the first failure, once what was begun has ended, and closes the source', async () => {
  let isClosed = false;
  const ended: number[] = [];
  async function* source() {
    try {
      yield* counting(1000);
    } finally {
      isClosed = true;
    }
  }
  const running = inParallel(source(), 3, async (item) => {
    if (item === 5) throw new Error('five');
    await new Promise(setImmediate);
    ended.push(item);
  });
  await expect(running).rejects.toThrow('five');
  expect(isClosed).toBe(true);
  expect(ended.length).toBeLessThan(10);
});
