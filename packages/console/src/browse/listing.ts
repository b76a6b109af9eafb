/**
 * A listing of any length behind a scrolling list. Pages are fetched when their rows come into view; the newest few are kept, of the others only
 * how to fetch them again. So a million names take the memory of some thousands.
 */
import { type ReadonlySignal, signal } from '@preact/signals';
import type { RowPage } from '../s3/listing.ts';
import { compareKeys, type Row } from '../s3/rows.ts';
import { MOST_SORTED } from './order.ts';

export type ListingState = {
  /** How many rows are known: those of all pages that were seen. */
  readonly rowCount: number;
  /** Whether there are no more than those. */
  readonly isComplete: boolean;
  readonly isLoading: boolean;
  /** Whether the rows are in the order that was asked for, and not in that of their names. */
  readonly isSorted: boolean;
  readonly error: unknown;
};

export type FetchPage = (after: string | undefined, signal: AbortSignal) => Promise<RowPage>;

const KEPT_PAGES = 24;

export class Listing {
  readonly #fetchPage: FetchPage;
  readonly #closed = new AbortController();
  /** Of each page, in order: its first row, how many it has, and what asks for it. */
  readonly #pages: { readonly start: number; readonly count: number; readonly after: string | undefined }[] = [];
  /** Rows of pages, the page used last at the end. */
  readonly #kept = new Map<number, readonly Row[]>();
  #next: string | undefined;
  #working: Promise<void> | undefined;
  #wanted = { first: 0, end: 1 };
  #compare: ((a: Row, b: Row) => number) | undefined;
  /** Every row there is, in another order than S3's. */
  #sorted: readonly Row[] | undefined;
  readonly #state = signal<ListingState>({ rowCount: 0, isComplete: false, isLoading: true, isSorted: false, error: undefined });

  constructor(fetchPage: FetchPage) {
    this.#fetchPage = fetchPage;
  }

  get state(): ReadonlySignal<ListingState> {
    return this.#state;
  }

  /** The row, if its page is at hand. */
  rowAt(index: number): Row | undefined {
    if (this.#sorted !== undefined) return this.#sorted[index];
    const page = this.#pageOf(index);
    return page === undefined ? undefined : this.#kept.get(page)?.[index - (this.#pages[page]?.start ?? 0)];
  }

  /** Makes these rows be at hand soon, and the page behind the last known one where they come close to it. */
  want(first: number, end: number): void {
    this.#wanted = { first, end };
    this.#start();
  }

  /**
   * Shows the rows in another order, or in S3's again, as soon as all of them are here, and as long as they are not more than MOST_SORTED: so many it
   * fetches to find out.
   */
  sort(compare: ((a: Row, b: Row) => number) | undefined): void {
    this.#compare = compare;
    this.#resort();
    this.#start();
  }

  /** Where a row is, if it is at hand. */
  indexOf(key: string): number | undefined {
    const at = this.#sorted?.findIndex((row) => row.key === key);
    if (at !== undefined) return at === -1 ? undefined : at;
    for (const [index, row] of this.rowsAtHand()) if (row.key === key) return index;
    return undefined;
  }

  /** After a failure. */
  retry(): void {
    this.#change({ error: undefined });
    this.want(this.#wanted.first, this.#wanted.end);
  }

  /** Every row that is at hand, with its place. */
  *rowsAtHand(): Generator<readonly [index: number, row: Row]> {
    for (const [page, rows] of this.#kept) {
      const start = this.#pages[page]?.start ?? 0;
      for (const [index, row] of rows.entries()) yield [start + index, row];
    }
  }

  /** Takes out what was deleted, without asking again. */
  remove(keys: ReadonlySet<string>): void {
    for (const [page, rows] of this.#kept)
      this.#replace(
        page,
        rows.filter(({ key }) => !keys.has(key)),
      );
    this.#recount();
  }

  /** Puts in, in its place, what was just made. What belongs where nobody has looked yet will be found there. */
  add(row: Row): void {
    for (const [page, rows] of this.#kept) {
      const isLast = page === this.#pages.length - 1;
      const [first, last] = [rows[0], rows.at(-1)];
      const startsBefore = page === 0 || (first !== undefined && compareKeys(first.key, row.key) <= 0);
      const endsBehind = (isLast && this.#next === undefined) || (last !== undefined && compareKeys(row.key, last.key) <= 0);
      if (!startsBefore || !endsBehind) continue;
      const others = rows.filter(({ key }) => key !== row.key);
      const at = others.findIndex(({ key }) => compareKeys(row.key, key) < 0);
      this.#replace(page, at === -1 ? [...others, row] : [...others.slice(0, at), row, ...others.slice(at)]);
      break;
    }
    this.#recount();
  }

  close(): void {
    this.#closed.abort();
  }

  /** Where something else is wanted after the last page was seen to be at hand, it begins once more. */
  #start(): void {
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined;
      if (this.#missing() !== undefined) this.#start();
    });
  }

  async #work(): Promise<void> {
    for (let page = this.#missing(); page !== undefined; page = this.#missing()) {
      this.#change({ isLoading: true });
      const after = page < this.#pages.length ? this.#pages[page]?.after : this.#next;
      try {
        this.#keep(page, after, await this.#fetchPage(after, this.#closed.signal));
      } catch (error) {
        if (!this.#closed.signal.aborted) this.#change({ error, isLoading: false });
        return;
      }
    }
    this.#change({ isLoading: false });
  }

  /** A page that is wanted and not at hand: one in view first. */
  #missing(): number | undefined {
    const { first, end } = this.#wanted;
    const { rowCount, isComplete, error } = this.#state.peek();
    if (error !== undefined || this.#closed.signal.aborted) return undefined;
    for (let row = first; row < Math.min(end, rowCount); ) {
      const page = this.#pageOf(row) ?? 0;
      if (!this.#kept.has(page)) return page;
      row = (this.#pages[page]?.start ?? 0) + (this.#pages[page]?.count ?? 1);
    }
    const least = this.#compare === undefined ? 0 : MOST_SORTED;
    return !isComplete && Math.max(end + AHEAD, least) >= rowCount ? this.#pages.length : undefined;
  }

  #keep(page: number, after: string | undefined, { rows, next }: RowPage): void {
    this.#kept.delete(page);
    this.#kept.set(page, rows);
    if (this.#kept.size > KEPT_PAGES) this.#kept.delete(this.#kept.keys().next().value as number);
    if (page < this.#pages.length) {
      // Something may have been added or deleted since: what was known is kept to, or all rows behind it would jump.
      this.#change({});
      return;
    }
    const start = this.#state.peek().rowCount;
    this.#pages.push({ start, count: rows.length, after });
    this.#next = next;
    this.#change({ rowCount: start + rows.length, isComplete: next === undefined });
    this.#resort();
  }

  #resort(): void {
    const { isComplete, rowCount, isSorted } = this.#state.peek();
    const canBe = this.#compare !== undefined && isComplete && rowCount <= MOST_SORTED;
    this.#sorted = canBe ? Array.from(this.rowsAtHand(), ([, row]) => row).sort(this.#compare) : undefined;
    // Also where it was sorted before: the rows are others.
    if (canBe || isSorted) this.#change({ isSorted: canBe });
  }

  #replace(page: number, rows: readonly Row[]): void {
    const known = this.#pages[page];
    if (known === undefined) return;
    this.#kept.set(page, rows);
    this.#pages[page] = { ...known, count: rows.length };
  }

  #recount(): void {
    let start = 0;
    for (const [index, page] of this.#pages.entries()) {
      this.#pages[index] = { ...page, start };
      start += page.count;
    }
    this.#change({ rowCount: start });
    this.#resort();
  }

  #pageOf(row: number): number | undefined {
    let low = 0;
    let high = this.#pages.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const page = this.#pages[middle];
      if (page === undefined) return undefined;
      if (row < page.start) high = middle - 1;
      else if (row >= page.start + page.count) low = middle + 1;
      else return middle;
    }
    return undefined;
  }

  #change(change: Partial<ListingState>): void {
    this.#state.value = { ...this.#state.peek(), ...change };
  }
}

/** So many rows before the end of what is known, the next page is asked for. */
const AHEAD = 200;
