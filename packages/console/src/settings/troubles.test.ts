import { describe, expect, it } from 'vitest';
import { isAlmostFull, troublesOf } from './troubles.ts';

const ready = { isReady: true };
const fine = { stores: { objects: ready, records: ready, trail: ready }, isBehindUnknownProxy: false };
const good = { isAddressGood: true, hasUndelivered: false };

describe('troublesOf', () => {
  it('finds none where all is well', () => {
    expect(troublesOf({ ...fine, disk: { totalBytes: 1000, freeBytes: 50 } }, good)).toEqual([]);
  });
  it('names each, the worst first', () => {
    const away = { isReady: false, problem: 'gone' };
    const all = {
      stores: { objects: away, records: away, trail: away },
      isBehindUnknownProxy: true,
      disk: { totalBytes: 1000, freeBytes: 49 },
    };
    expect(troublesOf(all, { isAddressGood: false, hasUndelivered: true })).toEqual([
      ...['records', 'objects', 'trail', 'disk', 'address', 'proxy', 'webhooks'],
    ]);
    expect(troublesOf({ ...fine, stores: { ...fine.stores, records: away } }, good)).toEqual(['records']);
  });
});

describe('isAlmostFull', () => {
  it('is said of a disk of which less than a twentieth is free, and of none that is not known', () => {
    expect([undefined, { totalBytes: 100, freeBytes: 5 }, { totalBytes: 100, freeBytes: 4 }].map(isAlmostFull)).toEqual([
      false,
      false,
      true,
    ]);
  });
});
