/** What can be done to links, one or several. */
import { api } from '../api/client.ts';
import { betterPage } from '../share/limits.ts';
import type { Link } from './link.ts';

const pathOf = (id: string) => `/links/${encodeURIComponent(id)}`;

export function fetchLink(id: string, withUrl: boolean, signal?: AbortSignal): Promise<Link> {
  return api('GET', pathOf(id), { query: { withUrl: withUrl || undefined }, signal });
}

export function changeLink(id: string, change: Readonly<Record<string, unknown>>): Promise<Link> {
  return api('PATCH', pathOf(id), { body: change });
}

export function revokeLink(id: string, isCut: boolean): Promise<Link> {
  return api('DELETE', pathOf(id), { query: { cut: isCut || undefined } });
}

/** Its address once more: that of its page, where it has one. */
export async function urlOfLink(id: string): Promise<string> {
  const { url, landingUrl } = await fetchLink(id, true);
  return landingUrl === undefined ? (url ?? '') : betterPage(landingUrl);
}

export type Outcome<Item> = {
  readonly changed: readonly Item[];
  readonly failed: readonly { readonly id: string; readonly error: unknown }[];
};

/** One after the other; what is refused does not keep the others from being done. */
export async function forEach<Item>(ids: readonly string[], act: (id: string) => Promise<Item>): Promise<Outcome<Item>> {
  const changed: Item[] = [];
  const failed: { id: string; error: unknown }[] = [];
  for (const id of ids) {
    try {
      changed.push(await act(id));
    } catch (error) {
      failed.push({ id, error });
    }
  }
  return { changed, failed };
}
