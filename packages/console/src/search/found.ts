/** What a search can lead to. */
import type { IconName } from '../components/icon.tsx';
import { hrefOf, type Query } from '../router.ts';

export type Group = 'pages' | 'buckets' | 'objects' | 'links';

export type Found = {
  readonly group: Group;
  readonly icon: IconName;
  /** For showing: nothing in it is invisible or turns the text around. */
  readonly title: string;
  /** Where that is, or what of it. */
  readonly detail: string;
  readonly path: string;
  readonly query: Query;
};

export function hrefOfFound({ path, query }: Found): string {
  return hrefOf(path, query);
}

/** Whether a text has another in it, small and capital letters alike. */
export function has(text: string, part: string): boolean {
  return text.toLowerCase().includes(part.toLowerCase());
}
