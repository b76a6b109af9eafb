import { describe, expect, it } from 'vitest';
import type { Row } from '../s3/rows.ts';
import { type FetchPage, Listing } from './listing.ts';

const PAGE = 1000;
const row = (index: number): Row => ({ kind: 'folder', key: `${String(index).padStart(7, '0')}/` });

/** A bucket of so many names, which counts what it is asked. */
function bucketOf(count: number) {
  const asked: (string | undefined)[] = [];
  const fetchPage: FetchPage = async (after) => {
    asked.push(after);
    const start = after === undefined ? 0 : Number(after);
    const end = Math.min(count, start + PAGE);
    const rows = Array.from({ length: end - start }, (_, index) => row(start + index));
    return { rows, next: end < count ? String(end) : undefined };
  };
  return { asked, fetchPage };
}

/** Waits until it has what it was told to want. */
async function settled(listing: Listing): Promise<void> {
  for (let turn = 0; turn < 1e6 && listing.state.peek().isLoading; turn++) await Promise.resolve();
  await Promise.resolve();
}
async function wanting(listing: Listing, first: number, end: number): Promise<void> {
  listing.want(first, end);
  await Promise.resolve();
  await settled(listing);
}

describe('a listing', () => {
  it('fetches one page for the first screen', async () => {
    const { asked, fetchPage } = bucketOf(2500);
    const listing = new Listing(fetchPage);
    await wanting(listing, 0, 30);
    expect(asked).toEqual([undefined]);
    expect(listing.state.value).toEqual({ rowCount: 1000, isComplete: false, isLoading: false, isSorted: false, error: undefined });
    expect(listing.rowAt(29)).toEqual(row(29));
  });
  it('knows an empty one', async () => {
    const listing = new Listing(bucketOf(0).fetchPage);
    await wanting(listing, 0, 30);
    expect(listing.state.value).toMatchObject({ rowCount: 0, isComplete: true });
  });
  it('fetches the next page before its end is in view, and each page once', async () => {
    const { asked, fetchPage } = bucketOf(2500);
    const listing = new Listing(fetchPage);
    for (let top = 0; top < 2500; top += 20) await wanting(listing, top, top + 30);
    expect(asked).toEqual([undefined, '1000', '2000']);
    expect(listing.state.value).toMatchObject({ rowCount: 2500, isComplete: true });
    expect(listing.rowAt(2499)).toEqual(row(2499));
    expect(listing.rowAt(2500)).toBeUndefined();
  });
  it('fetches what comes to be wanted in the very moment when it has all', async () => {
    const listing = new Listing(bucketOf(5000).fetchPage);
    const stop = listing.state.subscribe(({ isLoading, rowCount }) => {
      if (!isLoading) listing.want(rowCount, rowCount + 30);
    });
    listing.want(0, 30);
    for (let turn = 0; turn < 1000 && !listing.state.peek().isComplete; turn++) await Promise.resolve();
    expect(listing.state.value).toMatchObject({ rowCount: 5000, isComplete: true });
    stop();
  });
  it('keeps some thousands of a million rows, and fetches the others again where they are wanted', async () => {
    const { asked, fetchPage } = bucketOf(1_000_000);
    const listing = new Listing(fetchPage);
    while (!listing.state.peek().isComplete) await wanting(listing, listing.state.peek().rowCount, listing.state.peek().rowCount + 30);
    expect([...listing.rowsAtHand()].length).toBeLessThanOrEqual(24 * PAGE);
    expect(listing.rowAt(0)).toBeUndefined();
    asked.length = 0;
    await wanting(listing, 500_990, 501_020);
    expect(asked).toEqual(['500000', '501000']);
    expect([listing.rowAt(500_990), listing.rowAt(501_019)]).toEqual([row(500_990), row(501_019)]);
  });
  it('takes out what was deleted and puts in what was made, without asking again', async () => {
    const { asked, fetchPage } = bucketOf(1500);
    const listing = new Listing(fetchPage);
    await wanting(listing, 0, 1500);
    listing.remove(new Set([row(0).key, row(1200).key]));
    expect(listing.state.value.rowCount).toBe(1498);
    expect([listing.rowAt(0), listing.rowAt(1198), listing.rowAt(1199)]).toEqual([row(1), row(1199), row(1201)]);
    const made: Row = { kind: 'object', key: '0001000a', sizeBytes: 1, modifiedAt: 0, etag: '' };
    listing.add(made);
    listing.add({ ...made, sizeBytes: 2 });
    expect(listing.state.value.rowCount).toBe(1499);
    expect(listing.rowAt(999)).toEqual(row(1000));
    expect(listing.rowAt(1000)).toEqual({ ...made, sizeBytes: 2 });
    listing.add({ ...made, key: 'z' });
    expect(listing.rowAt(1499)).toMatchObject({ key: 'z' });
    expect(asked.length).toBe(2);
  });
  it('is in another order once every row is here, also after one was added or taken out', async () => {
    const { asked, fetchPage } = bucketOf(2500);
    const listing = new Listing(fetchPage);
    await wanting(listing, 0, 30);
    listing.sort((a, b) => (a.key < b.key ? 1 : -1));
    expect(listing.state.value.isSorted).toBe(false);
    expect(listing.rowAt(0)).toEqual(row(0));
    await settled(listing);
    expect(asked).toEqual([undefined, '1000', '2000']);
    expect(listing.state.value).toMatchObject({ isSorted: true, isComplete: true, rowCount: 2500 });
    expect([listing.rowAt(0), listing.rowAt(2499), listing.rowAt(2500)]).toEqual([row(2499), row(0), undefined]);
    expect([listing.indexOf(row(2499).key), listing.indexOf('none')]).toEqual([0, undefined]);
    listing.remove(new Set([row(2499).key]));
    listing.add({ kind: 'folder', key: '0000000a/' });
    const added = { kind: 'folder', key: '0000000a/' };
    expect([0, 2498, 2499].map((index) => listing.rowAt(index))).toEqual([row(2498), added, row(0)]);
    listing.sort(undefined);
    expect(listing.state.value.isSorted).toBe(false);
    expect(listing.rowAt(0)).toEqual(row(0));
  });
  it('stays in the order of names where there are too many rows, and fetches no more than to know that', async () => {
    const { asked, fetchPage } = bucketOf(1_000_000);
    const listing = new Listing(fetchPage);
    await wanting(listing, 0, 30);
    listing.sort(() => -1);
    await settled(listing);
    expect(asked).toHaveLength(6);
    expect(listing.state.value).toMatchObject({ isSorted: false, isLoading: false, rowCount: 6000 });
    expect(listing.rowAt(0)).toEqual(row(0));
  });
  it('says what went wrong, and goes on where it was when asked to', async () => {
    const { fetchPage } = bucketOf(1500);
    let fails = true;
    const listing = new Listing((after, signal) =>
      fails && after !== undefined ? Promise.reject(new Error('gone')) : fetchPage(after, signal),
    );
    await wanting(listing, 990, 1000);
    expect(listing.state.value).toMatchObject({ rowCount: 1000, error: new Error('gone'), isLoading: false });
    fails = false;
    listing.retry();
    await settled(listing);
    expect(listing.state.value).toMatchObject({ rowCount: 1500, isComplete: true, error: undefined });
  });
});
