import { openMemoryRecordStore } from '@latchkey/storage/memory-record-store';
import { expect, it } from 'vitest';
import { openLease } from './lease.ts';

function arranged() {
  const records = openMemoryRecordStore();
  const clock = { now: 1_000_000 };
  const open = () => openLease(records, 'work', () => clock.now);
  const ahead = openLease(records, 'work', () => clock.now + 3000);
  return { clock, first: open(), second: open(), third: open(), ahead };
}

it('a lease is held by one at a time, as long as that one renews it', async () => {
  const { clock, first, second } = arranged();
  for (let i = 0; i < 20; i++) {
    expect([await first.keep(), await second.keep()]).toEqual([true, false]);
    expect([first.isHeld(), second.isHeld()]).toEqual([true, false]);
    clock.now += 2500;
  }
});

it('a lease stays with who has it where the clock of another is a few seconds off', async () => {
  const { clock, first, ahead } = arranged();
  await first.keep();
  for (let i = 0; i < 20; i++) {
    clock.now += 1000;
    expect([await first.keep(), await ahead.keep()]).toEqual([true, false]);
  }
  await first.release();
  expect(await ahead.keep()).toBe(true);
  for (let i = 0; i < 20; i++) {
    clock.now += 1000;
    expect([await ahead.keep(), await first.keep()]).toEqual([true, false]);
  }
});

it('a lease that is not renewed is over for its holder before another one has it', async () => {
  const { clock, first, second } = arranged();
  await first.keep();
  let gap = 0;
  while (!(await second.keep())) {
    clock.now += 100;
    if (!first.isHeld()) gap++;
    expect(gap).toBeLessThan(50);
  }
  expect(gap).toBeGreaterThan(0);
  expect(await first.keep()).toBe(false);
  expect([first.isHeld(), second.isHeld()]).toEqual([false, true]);
});

it('a lease that is given back is free at once', async () => {
  const { first, second } = arranged();
  await first.keep();
  await first.release();
  expect([first.isHeld(), await second.keep()]).toEqual([false, true]);
});

it('of several who want it at once, one gets it', async () => {
  const { first, second, third } = arranged();
  const got = await Promise.all([first, second, third].map((lease) => lease.keep()));
  expect(got.filter(Boolean)).toHaveLength(1);
});

it('a late release takes nobody else’s', async () => {
  const { clock, first, second } = arranged();
  await first.keep();
  clock.now += 20_000;
  await second.keep();
  await first.release();
  expect(second.isHeld()).toBe(true);
  expect(await first.keep()).toBe(false);
});

it('one whose end is far away was taken by a clock that was wrong, and holds up nobody', async () => {
  const { clock, first, second } = arranged();
  clock.now += 1_000_000;
  await first.keep();
  clock.now -= 1_000_000;
  expect([first.isHeld(), await second.keep()]).toEqual([false, true]);
});
