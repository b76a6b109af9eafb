/** Where search looks: at hand in pages, bucket names and the newest links; on the server in listings and links by their label or id. */
import { api } from '../api/client.ts';
import { isCode } from '../api/refusal.ts';
import { parentPrefix, visibleName } from '../browse/names.ts';
import type { IconName } from '../components/icon.tsx';
import type { Page } from '../components/paged.tsx';
import { type Link, linkName, linkPlace } from '../links/link.ts';
import { listBuckets, listRows } from '../s3/listing.ts';
import type { Row } from '../s3/rows.ts';
import { words } from '../words/words.ts';
import { type Found, has } from './found.ts';
import type { Listed } from './place-meant.ts';

/** So many of each kind are shown: whoever looks for more types more. */
const MOST_OF_EACH = 8;
const NEWEST_LINKS = 100;

export function foundPages(text: string): readonly Found[] {
  return pages()
    .filter(([, , title]) => has(title, text))
    .map(([path, icon, title]) => ({ group: 'pages', icon, title, detail: '', path, query: {} }));
}

function pages(): readonly (readonly [path: string, icon: IconName, title: string])[] {
  const { shell, links, people, policies, settings } = words();
  return [
    ['/buckets', 'bucket', shell.buckets],
    ['/links', 'link', shell.links],
    ['/links/rules', 'link', links.rules],
    ['/share', 'share', links.newLink],
    ['/requests', 'request', shell.requests],
    ['/audit', 'list', shell.audit],
    ['/people', 'people', people.users],
    ['/people/groups', 'people', people.groups],
    ['/people/roles', 'people', people.roles],
    ['/policies', 'policy', shell.policies],
    ['/policies/check', 'policy', policies.check],
    ['/settings', 'settings', `${shell.settings}: ${settings.guardrails}`],
    ['/settings/buckets', 'settings', `${shell.settings}: ${settings.buckets}`],
    ['/settings/webhooks', 'settings', `${shell.settings}: ${settings.webhooks}`],
    ['/settings/health', 'settings', settings.health],
    ['/sessions', 'globe', shell.sessions],
  ];
}

/** Nobody may have to list buckets to search in one. */
export async function bucketNames(signal: AbortSignal): Promise<readonly string[]> {
  try {
    return (await listBuckets(signal)).map(({ name }) => name);
  } catch (error) {
    if (isCode(error, 'AccessDenied')) return [];
    throw error;
  }
}

export function foundBuckets(names: readonly string[], text: string): readonly Found[] {
  const wanted = text.replace(/^s3:\/\//, '').replace(/\/.*/, '');
  return names
    .filter((name) => has(name, wanted))
    .slice(0, MOST_OF_EACH)
    .map((name) => ({ group: 'buckets', icon: 'bucket', title: name, detail: '', path: `/buckets/${name}`, query: {} }));
}

/** One page of a listing, as short as what is shown of it. */
export async function foundObjects({ bucket, prefix }: Listed, signal: AbortSignal): Promise<readonly Found[]> {
  const { rows } = await listRows({ bucket, prefix, delimiter: '/', limit: MOST_OF_EACH, signal });
  return rows.map((row) => foundRow(bucket, row));
}

function foundRow(bucket: string, { kind, key }: Row): Found {
  const above = parentPrefix(key);
  return {
    group: 'objects',
    icon: kind === 'folder' ? 'folder' : 'file',
    title: visibleName(key.slice(above.length) || key),
    detail: visibleName(`${bucket}/${above}`),
    path: `/buckets/${bucket}`,
    query: kind === 'folder' ? { prefix: key } : { prefix: above, key },
  };
}

export async function newestLinks(): Promise<readonly Link[]> {
  return (await api<Page<Link>>('GET', '/links', { query: { limit: NEWEST_LINKS } })).items;
}

/** Among the newest by a part of the label, the name or the id; among all by the whole label or id. */
export async function foundLinks(newest: readonly Link[], text: string, signal: AbortSignal): Promise<readonly Found[]> {
  const near = newest.filter((link) => [link.id, link.label ?? '', linkName(link)].some((name) => has(name, text)));
  const known = new Set(near.map(({ id }) => id));
  const far = (await Promise.all([byLabel(text, signal), byId(text, signal)])).flat().filter(({ id }) => !known.has(id));
  return [...far, ...near].slice(0, MOST_OF_EACH).map(foundLink);
}

async function byLabel(label: string, signal: AbortSignal): Promise<readonly Link[]> {
  if (label.length > 256) return [];
  return (await api<Page<Link>>('GET', '/links', { query: { label, limit: MOST_OF_EACH }, signal })).items;
}

async function byId(text: string, signal: AbortSignal): Promise<readonly Link[]> {
  if (!/^LKLN\w{16}$/i.test(text)) return [];
  try {
    return [await api<Link>('GET', `/links/${text.toUpperCase()}`, { signal })];
  } catch (error) {
    // What is no whole id is none.
    if (isCode(error, 'NoSuchEntity')) return [];
    throw error;
  }
}

function foundLink(link: Link): Found {
  return {
    group: 'links',
    icon: 'link',
    title: visibleName(link.label ?? linkName(link)),
    detail: visibleName(linkPlace(link) + (link.label === undefined ? '' : linkName(link))),
    path: `/links/${link.id}`,
    query: {},
  };
}
