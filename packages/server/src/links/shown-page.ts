/** A page of records of which not all are to be shown: those that are not have to be looked at too. */
import type { RecordKind, RecordStore } from '@latchkey/storage/record-store';
import type { Page, PageOf } from './links.ts';

/** Of one page of a listing: then it ends, short or empty, and says where the next one begins. */
const MOST_LOOKED_AT = 10_000;
const LOOKED_AT_ONCE = 200;

/** `shown` makes the item of a record's value, or nothing of what the caller did not ask for or may not see. */
export async function shownPage<Value, Item>(
  records: Pick<RecordStore, 'list'>,
  kind: RecordKind,
  { after, limit }: Page,
  shown: (value: Value) => Promise<Item | undefined>,
): Promise<PageOf<Item>> {
  const items: Item[] = [];
  let last = after;
  for (let looked = 0; looked < MOST_LOOKED_AT; ) {
    const page = await records.list(kind, { after: last, limit: LOOKED_AT_ONCE });
    for (const { value, id } of page.records) {
      last = id;
      looked++;
      const item = await shown(value as Value);
      if (item === undefined) continue;
      items.push(item);
      if (items.length === limit) return { items, next: last };
    }
    if (page.next === undefined) return { items };
  }
  return { items, next: last };
}
