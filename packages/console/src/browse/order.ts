/** In which order a folder is shown. S3 lists by name and by nothing else: any other order needs every row to be here. */
import { compareKeys, type Row } from '../s3/rows.ts';

export type OrderBy = 'name' | 'size' | 'modified';

export type Order = { readonly by: OrderBy; readonly isDescending: boolean };

/** As S3 lists. */
export const BY_NAME: Order = { by: 'name', isDescending: false };

/** With more rows than this a folder stays in the order in which it is listed. */
export const MOST_SORTED = 5000;

/** As an address says it: `size`, `-modified`. What is none of them is S3's own order. */
export function orderOf(text: string | undefined): Order {
  const [, minus, by] = /^(-?)(name|size|modified)$/.exec(text ?? '') ?? [];
  return by === undefined ? BY_NAME : { by: by as OrderBy, isDescending: minus === '-' };
}

/** For an address; `undefined` for S3's own order. */
export function orderText({ by, isDescending }: Order): string | undefined {
  if (isDescending) return `-${by}`;
  return by === 'name' ? undefined : by;
}

/** After the head of a column was clicked: by that column, and the other way round where it was by that already. */
export function orderAfter(before: Order, by: OrderBy): Order {
  return { by, isDescending: before.by === by && !before.isDescending };
}

/** `undefined` for S3's own order. Folders have no size and no time: they stand first then, by their names. */
export function comparisonOf({ by, isDescending }: Order): ((a: Row, b: Row) => number) | undefined {
  const way = isDescending ? -1 : 1;
  if (by === 'name') return isDescending ? (a, b) => -compareKeys(a.key, b.key) : undefined;
  return (a, b) => {
    if (a.kind === 'folder' || b.kind === 'folder') {
      return a.kind === b.kind ? compareKeys(a.key, b.key) : a.kind === 'folder' ? -1 : 1;
    }
    const apart = by === 'size' ? a.sizeBytes - b.sizeBytes : a.modifiedAt - b.modifiedAt;
    return apart === 0 ? compareKeys(a.key, b.key) : way * apart;
  };
}
