import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newHealth } from '@latchkey/storage/health';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Catalogue, openCatalogue } from './catalogue.ts';
import { openPins } from './pins.ts';

const GRACE = 60_000;
let directory: string;
let catalogue: Catalogue;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'latchkey-pins-'));
  catalogue = openCatalogue(directory, newHealth('object store'), async () => 2 ** 40);
});
afterAll(async () => {
  await catalogue.close();
  await rm(directory, { recursive: true });
});

describe('pins of two processes', () => {
  test('a reader keeps a body in its own process at once, and in others before the grace is over', async () => {
    let now = 0;
    const [ours, theirs] = [openPins(catalogue, GRACE, () => now), openPins(catalogue, GRACE, () => now)];
    const id = Buffer.alloc(16, 1);
    const unpin = ours.pin(id);
    expect(ours.isPinned(id, now)).toBe(true);
    expect(theirs.isPinned(id, now)).toBe(false);
    now += GRACE / 4;
    await ours.renew(now);
    expect(theirs.isPinned(id, now)).toBe(true);
    now += GRACE / 2;
    await ours.renew(now);
    now += GRACE / 2;
    expect(theirs.isPinned(id, now)).toBe(true);
    unpin();
    await ours.renew(now);
    expect(theirs.isPinned(id, now)).toBe(false);
  });

  test('a row that is not renewed, because its process is gone, ends by itself', async () => {
    const ours = openPins(catalogue, GRACE, () => 0);
    const theirs = openPins(catalogue, GRACE, () => 0);
    const id = Buffer.alloc(16, 2);
    ours.pin(id);
    await ours.renew(GRACE);
    expect(theirs.isPinned(id, 2 * GRACE - 1)).toBe(true);
    expect(theirs.isPinned(id, 2 * GRACE)).toBe(false);
  });

  test('a body is pinned until the last of its readers is done, each of whom counts once', () => {
    const pins = openPins(catalogue, GRACE, () => 0);
    const id = Buffer.alloc(16, 3);
    const [first, second] = [pins.pin(id), pins.pin(id)];
    first();
    first();
    expect(pins.isPinned(id, 0)).toBe(true);
    second();
    expect(pins.isPinned(id, 0)).toBe(false);
  });
});
