import { compareKeys } from './key-order.ts';

export type Rolled<T> =
  | { readonly kind: 'item'; readonly name: string; readonly item: T }
  | { readonly kind: 'prefix'; readonly name: string };

/**
 * A listing by its definition, to hold the quick ones against: look at every key, roll up, sort, then cut. `isAfter` decides for single
 * items; a common prefix is after `afterKey` if it is greater.
 */
export function rollUp<T>(
  items: readonly (readonly [key: string, item: T])[],
  options: {
    readonly prefix?: string | undefined;
    readonly delimiter?: string | undefined;
    readonly limit: number;
    readonly afterKey?: string | undefined;
    readonly isAfter: (key: string, item: T) => boolean;
  },
): { readonly entries: readonly Rolled<T>[]; readonly hasMore: boolean } {
  const { prefix = '', delimiter = '', afterKey = '', limit } = options;
  const single: Rolled<T>[] = [];
  const prefixes = new Set<string>();
  for (const [key, item] of items) {
    if (!key.startsWith(prefix)) continue;
    const at = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    if (at >= 0) prefixes.add(key.slice(0, at + delimiter.length));
    else if (options.isAfter(key, item)) single.push({ kind: 'item', name: key, item });
  }
  const rolled = [...prefixes].filter((name) => compareKeys(name, afterKey) > 0).map((name) => ({ kind: 'prefix', name }) as const);
  // The sort is stable: items of one key stay in the order they came in.
  const all = [...single, ...rolled].sort((left, right) => compareKeys(left.name, right.name));
  return { entries: all.slice(0, limit), hasMore: limit > 0 && all.length > limit };
}
