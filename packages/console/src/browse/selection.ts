/** Which rows are chosen: by clicks and keys, as in file managers. */
import type { Row } from '../s3/rows.ts';

export type Selection = {
  readonly rows: ReadonlyMap<string, Row>;
  /** The row that keys move from, and from which Shift extends. */
  readonly cursor: number;
  readonly anchor: number;
};

export const NOTHING: Selection = { rows: new Map(), cursor: -1, anchor: -1 };

/** More than this are better named by their prefix. */
export const MOST_CHOSEN = 10_000;

export type Choosing = 'only' | 'toggle' | 'extend';

type RowAt = (index: number) => Row | undefined;

/** The selection after a row was clicked or gone to. `only` leaves nothing else chosen. */
export function chosen(before: Selection, index: number, how: Choosing, rowAt: RowAt): Selection {
  const row = rowAt(index);
  if (row === undefined) return { ...before, cursor: index };
  switch (how) {
    case 'only':
      return { rows: new Map([[row.key, row]]), cursor: index, anchor: index };
    case 'toggle': {
      const rows = new Map(before.rows);
      if (!rows.delete(row.key)) rows.set(row.key, row);
      return { rows, cursor: index, anchor: index };
    }
    case 'extend': {
      const anchor = before.anchor === -1 ? index : before.anchor;
      const [from, to] = anchor < index ? [anchor, index] : [index, anchor];
      const rows = new Map<string, Row>();
      for (let at = from; at <= to && rows.size < MOST_CHOSEN; at++) {
        const found = rowAt(at);
        if (found !== undefined) rows.set(found.key, found);
      }
      return { rows, cursor: index, anchor };
    }
  }
}

/** The row chosen, if it is one. */
export function onlyRow({ rows }: Selection): Row | undefined {
  return rows.size === 1 ? rows.values().next().value : undefined;
}

/** Where a key takes the cursor; `undefined` for keys that do not move it. */
export function cursorAfter(
  key: string,
  { cursor }: Selection,
  { rowCount, pageRows }: { readonly rowCount: number; readonly pageRows: number },
): number | undefined {
  const to = (wanted: number) => Math.max(0, Math.min(rowCount - 1, wanted));
  switch (key) {
    case 'ArrowDown':
      return to(cursor + 1);
    case 'ArrowUp':
      return to(cursor === -1 ? 0 : cursor - 1);
    case 'PageDown':
      return to(cursor + pageRows);
    case 'PageUp':
      return to(cursor - pageRows);
    case 'Home':
      return 0;
    case 'End':
      return to(rowCount - 1);
    default:
      return undefined;
  }
}
