/**
 * Addresses of screens. The path names the screen and, in it, the bucket or link; everything that may hold any character, such as a
 * prefix or a key, is in the query, because a browser rewrites `..` and `//` in paths. So is whatever people name as they like, such as users
 * and policies, because it may be called as a screen is: `new`, or `..`.
 */
import { type ReadonlySignal, signal } from '@preact/signals';

export type Place = {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
};

const current = signal<Place>(placeOf(globalThis.location?.href ?? 'http://localhost/'));

/** Where the person is. */
export const place: ReadonlySignal<Place> = current;

/** Goes to another screen; `replace` leaves no step behind for the back button. */
export function go(path: string, query: Query = {}, { replace = false }: { readonly replace?: boolean } = {}): void {
  const href = hrefOf(path, query);
  if (replace) history.replaceState(history.state, '', href);
  else history.pushState(null, '', href);
  current.value = placeOf(location.href);
}

/** Goes to what lies over the place where the person is, such as a preview, so that the back button closes it: as `goBackTo` does. */
export function goOver(path: string, query: Query): void {
  history.pushState({ from: location.href }, '', hrefOf(path, query));
  current.value = placeOf(location.href);
}

/** Whether the person came here by `goOver`. */
export function isOver(): boolean {
  return fromOf(history.state) !== undefined;
}

/** Closes what lies over: a step back where that leads to one of these queries, otherwise to the first of them in place of it, as after a deep link. */
export function goBackTo(path: string, ...queries: readonly [Query, ...Query[]]): void {
  const from = fromOf(history.state);
  if (queries.some((query) => new URL(hrefOf(path, query), location.href).href === from)) history.back();
  else go(path, queries[0], { replace: true });
}

function fromOf(state: unknown): string | undefined {
  return (state as { readonly from?: string } | null)?.from;
}

export type Query = Readonly<Record<string, string | undefined>>;

/** The address of a screen, for an `href`: opened in place by a click, in a tab of its own by a middle one. */
export function hrefOf(path: string, query: Query = {}): string {
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  const text = pairs
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value ?? '').replaceAll('%2F', '/')}`)
    .join('&');
  return text === '' ? path : `${path}?${text}`;
}

/** The parts of a path that a pattern such as `/buckets/:bucket` names; `undefined` where it does not match. */
export function match(pattern: string, path: string): Readonly<Record<string, string>> | undefined {
  const wanted = pattern.split('/');
  const given = path.replace(/(?<=.)\/$/, '').split('/');
  if (wanted.length !== given.length) return undefined;
  const found: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? '';
    if (part.startsWith(':') && value !== '') found[part.slice(1)] = decoded(value);
    else if (part !== value) return undefined;
  }
  return found;
}

/** Keeps clicks on our own links in the page, and minds the back button. Call it once. */
export function startRouter(): void {
  addEventListener('popstate', () => {
    current.value = placeOf(location.href);
  });
  addEventListener('click', (event) => {
    const anchor = (event.target as Element | null)?.closest?.('a');
    if (!anchor || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    if (anchor.origin !== location.origin || anchor.target !== '' || anchor.hasAttribute('download') || isServed(anchor.pathname)) return;
    event.preventDefault();
    if (anchor.href !== location.href) history.pushState(null, '', anchor.href);
    current.value = placeOf(anchor.href);
  });
}

/** What the server answers itself: its API, pages of links, health. */
function isServed(path: string): boolean {
  return /^\/(?:api|l|r|-)(?:\/|$)/.test(path);
}

function placeOf(href: string): Place {
  const { pathname, searchParams } = new URL(href);
  return { path: pathname, query: Object.fromEntries(searchParams) };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
