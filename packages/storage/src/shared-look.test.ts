import { setImmediate as endOfTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { justRead, sharedLook } from './shared-look.ts';

const counted = () => {
  let count = 0;
  const look = sharedLook(() => {
    count += 1;
  });
  return { look, count: () => count };
};

test('requests that were read in one turn of the event loop share a look, and each store has its own', () => {
  const [one, other] = [counted(), counted()];
  justRead();
  one.look();
  justRead();
  one.look();
  other.look();
  expect([one.count(), other.count()]).toEqual([1, 1]);
});

test('the next turn looks again, and so does whoever asks between turns', async () => {
  const { look, count } = counted();
  justRead();
  look();
  await endOfTurn();
  look();
  look();
  expect(count()).toBe(3);
  justRead();
  look();
  look();
  expect(count()).toBe(4);
});

test('a look from before the sockets of this turn were read is shared with nobody', async () => {
  await endOfTurn();
  const { look, count } = counted();
  look();
  justRead();
  look();
  expect(count()).toBe(2);
});

test('after a commit of this process the next one looks for itself', async () => {
  await endOfTurn();
  const { look, count } = counted();
  justRead();
  look();
  look.forget();
  look();
  look();
  expect(count()).toBe(2);
});
