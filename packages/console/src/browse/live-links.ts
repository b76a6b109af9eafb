/** How many live links each object of a folder has. */
import { api } from '../api/client.ts';

type LinkPage = { readonly items: readonly { readonly key?: string; readonly keys?: readonly string[] }[]; readonly next?: string };

/** The newest thousand count; whoever may see no links sees none. */
const MOST_PAGES = 2;

export async function liveLinks(bucket: string, prefix: string, signal: AbortSignal): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  let after: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const query = { bucket, prefix: prefix === '' ? undefined : prefix, status: 'active', limit: 500, after };
    const { items, next } = await api<LinkPage>('GET', '/links', { query, signal });
    for (const { key, keys } of items)
      for (const each of keys ?? (key === undefined ? [] : [key])) counts.set(each, (counts.get(each) ?? 0) + 1);
    if (next === undefined) break;
    after = next;
  }
  return counts;
}
