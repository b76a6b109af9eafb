import { expect, it } from 'vitest';
import { messageIds } from './message-ids.ts';

it('ids of messages are in the order they were made, also within a millisecond and when the clock is set back', () => {
  let now = 1_700_000_000_000;
  const newId = messageIds(() => now);
  const ids = Array.from({ length: 5000 }, (_, index) => {
    now += index % 7 === 0 ? 1 : index % 11 === 0 ? -50 : 0;
    return newId();
  });
  expect(ids).toEqual([...new Set(ids)].sort());
  expect(ids.every((id) => /^[0-9a-f]{26}$/.test(id))).toBe(true);
});
