/** The pre-signed URL behind a link's page: made when somebody asks for it, and good for an hour, whatever the link's own end. */
import { presign } from '@latchkey/sigv4/presign';
import type { Link } from '../links/model.ts';

const GOOD_FOR_SECONDS = 3600;

export type InnerUrl = { readonly url: string /** Milliseconds since the epoch. */; readonly expiresAt: number };

/** What an inner URL is for: the object, or of a folder one object, a page of its listing, or all of it as an archive. */
export type InnerTarget =
  | { readonly use: 'save' | 'show'; readonly key: string }
  | { readonly use: 'list'; readonly after: string | undefined; readonly limit: number }
  | { readonly use: 'zip' };

/** `save` gives the file its name, where the link's own terms do not say what a browser is to do with it. */
export function innerUrl(
  link: Link,
  target: InnerTarget,
  secretAccessKey: string,
  { region, now }: { readonly region: string; readonly now: number },
): InnerUrl {
  const { url, expiresAt } = presign({
    method: 'GET',
    bucket: link.bucket,
    region,
    endpoint: link.endpoint,
    style: link.style,
    credentials: { accessKeyId: link.id, secretAccessKey },
    expiresIn: GOOD_FOR_SECONDS,
    now: new Date(now),
    ...optionsFor(link, target),
  });
  return { url, expiresAt: Math.min(expiresAt.getTime(), link.terms.expiresAt) };
}

function optionsFor({ terms, keys, keyPrefix = '' }: Link, target: InnerTarget) {
  switch (target.use) {
    case 'list': {
      const { after, limit } = target;
      const query = { 'list-type': '2', prefix: keyPrefix, 'max-keys': String(limit), 'encoding-type': 'url' };
      return { query: after === undefined ? query : { ...query, 'start-after': after } };
    }
    case 'zip':
      return { query: keys === undefined ? { 'latchkey-zip': '', prefix: keyPrefix } : { 'latchkey-zip': '' } };
    case 'show':
      return { key: target.key };
    case 'save': {
      const isSettled = terms.disposition !== undefined || terms.downloadName !== undefined;
      return isSettled ? { key: target.key } : { key: target.key, downloadAs: lastPart(target.key) };
    }
  }
}

/** What people know the file, or the folder, by. */
export function fileName({ key, keyPrefix, terms }: Link): string {
  return (terms.downloadName ?? lastPart(key ?? keyPrefix ?? '')).replaceAll(TURNS_TEXT, '');
}

/** Marks that turn the direction of text around, so that `exe.jpg` may be `gpj.exe`. */
const TURNS_TEXT = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

export const lastPart = (key: string): string => key.split('/').findLast((part) => part !== '') ?? key;
