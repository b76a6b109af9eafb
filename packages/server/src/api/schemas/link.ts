/** Links as requests ask for them and replies show them. */
import {
  array,
  boolean,
  type InferOutput,
  literal,
  maxLength,
  nullable,
  number,
  optional,
  picklist,
  pipe,
  record,
  regex,
  string,
  variant,
} from 'valibot';
import { MOST_CHOSEN } from '../../links/link-keys.ts';
import type { LinkChange, LinkView, NewLink } from '../../links/links.ts';
import { MAX_SIGNED_MS, type Revocation } from '../../links/model.ts';
import { invalidInput, members } from '../input.ts';
import { changedTerms, newTerms, shownTerms, termsIn, termsShown } from './terms.ts';
import { cursor, flag, isoTime, limit, text, time, timeText } from './values.ts';

const METHODS = picklist(['GET', 'PUT', 'POST'], 'must be GET, PUT or POST.');
const STATUSES = picklist(['active', 'paused', 'revoked', 'expired', 'used-up', 'not-yet']);
const STYLE = picklist(['path', 'virtual'], 'must be path or virtual.');

/** What a link works for where nobody says: an hour. */
export const DEFAULT_SECONDS = 3600;

export const newLink = members({
  method: optional(METHODS, 'GET'),
  bucket: text(63),
  key: optional(text(1024)),
  keyPrefix: optional(text(1024)),
  ...newTerms,
  label: optional(text(256)),
  note: optional(text(1024)),
  endpoint: optional(
    pipe(
      text(2048),
      regex(/^https?:\/\/(?:[\w.-]+|\[[\da-fA-F:.]+\])(?::\d{1,5})?(?:\/[^?#\s]*)?$/, 'must be a URL such as https://files.example.com.'),
    ),
  ),
  style: optional(STYLE),
});

/** What the making of a link takes besides: the presign API makes no pages. */
export const newLinkWithPage = members({
  ...newLink.entries,
  keys: optional(pipe(array(text(1024)), maxLength(MOST_CHOSEN, `has at most ${MOST_CHOSEN} items.`))),
  landing: optional(boolean()),
  password: optional(text(256)),
});

/** What the links' own code takes. `now` in milliseconds since the epoch. */
export function asNewLink(input: InferOutput<typeof newLink> | InferOutput<typeof newLinkWithPage>, now: number): NewLink {
  const { method, bucket, key, keyPrefix, label, note, endpoint, style } = input;
  const { keys, landing, password }: Partial<InferOutput<typeof newLinkWithPage>> = input;
  const expiresAt = endOf(input, now) ?? now + DEFAULT_SECONDS * 1000;
  return { method, bucket, key, keys, keyPrefix, terms: { ...termsIn(input), expiresAt }, label, note, endpoint, style, landing, password };
}

export const linkChange = members({
  ...changedTerms,
  label: optional(nullable(text(256))),
  note: optional(nullable(text(1024))),
  status: optional(picklist(['active', 'paused'], 'must be active or paused.')),
  newUrl: optional(boolean()),
  password: optional(nullable(text(256))),
});

export function asLinkChange(input: InferOutput<typeof linkChange>, now: number): LinkChange {
  const { label, note, status, newUrl, password } = input;
  const expiresAt = endOf(input, now);
  return { terms: { ...termsIn(input), ...(expiresAt !== undefined && { expiresAt }) }, label, note, status, newUrl, password };
}

export function endOf(
  { expiresIn, expiresAt }: { expiresIn?: number | undefined; expiresAt?: number | undefined },
  now: number,
): number | undefined {
  if (expiresIn !== undefined && expiresAt !== undefined)
    throw invalidInput([{ pointer: '/expiresIn', detail: 'must not be given together with expiresAt.' }]);
  return expiresIn === undefined ? expiresAt : now + expiresIn * 1000;
}

const request = { url: optional(string()), headers: optional(record(string(), string())), fields: optional(record(string(), string())) };

export const revocation = members({
  id: string(),
  by: string(),
  accessKeyId: optional(string()),
  user: optional(string()),
  role: optional(string()),
  bucket: optional(string()),
  prefix: optional(string()),
  label: optional(string()),
  signedBefore: timeText,
  createdAt: timeText,
  createdBy: string(),
  cut: boolean(),
});

export const link = members({
  id: string(),
  method: METHODS,
  bucket: string(),
  key: optional(string()),
  keys: optional(array(string())),
  keyPrefix: optional(string()),
  ...request,
  status: STATUSES,
  expiresAt: timeText,
  ...shownTerms,
  uses: optional(members({ used: number(), max: number() })),
  label: optional(string()),
  note: optional(string()),
  landingUrl: optional(string()),
  hasPassword: optional(boolean()),
  createdAt: timeText,
  createdBy: string(),
  signedAt: timeText,
  revokedAt: optional(timeText),
  revokedBy: optional(string()),
  revokedByRule: optional(revocation),
  lastUse: optional(members({ at: timeText, address: string(), operation: string() })),
});

export function shownLink(view: LinkView) {
  const { id, method, bucket, key, keys, keyPrefix, status, uses, label, note, createdBy, revokedAt, revokedBy, revokedByRule } = view;
  return withoutUndefined({
    id,
    method,
    bucket,
    key,
    keys: keys && [...keys],
    keyPrefix,
    url: view.request?.url,
    headers: view.request?.headers,
    fields: view.request?.fields,
    status,
    expiresAt: isoTime(view.expiresAt),
    ...termsShown(view.terms),
    uses,
    label,
    note,
    landingUrl: view.landing?.url,
    hasPassword: view.landing?.hasPassword,
    createdAt: isoTime(view.createdAt),
    createdBy,
    signedAt: isoTime(view.signedAt),
    revokedAt: revokedAt === undefined ? undefined : isoTime(revokedAt),
    revokedBy,
    revokedByRule: revokedByRule && shownRevocation(revokedByRule),
  });
}

/** What is sent with a link: its URL, once more. */
export const linkUrl = members({
  linkId: string(),
  bucket: string(),
  key: optional(string()),
  url: string(),
  method: METHODS,
  headers: record(string(), string()),
  fields: optional(record(string(), string())),
  expiresAt: timeText,
});

/** `key` is the one that was asked for, where the link is for a prefix. */
export function shownRequest({ id, bucket, key, request, expiresAt, signedAt }: LinkView, asked?: string | undefined) {
  if (request === undefined) throw invalidInput([{ pointer: '/key', detail: 'must be given: the link is for a prefix.' }]);
  const { url, method, headers, fields } = request;
  return withoutUndefined({
    linkId: id,
    bucket,
    key: asked ?? key,
    url,
    method,
    headers,
    fields,
    expiresAt: isoTime(Math.min(expiresAt, signedAt + MAX_SIGNED_MS)),
  });
}

export const linkFilter = members({
  bucket: optional(text(63)),
  prefix: optional(text(1024)),
  label: optional(text(256)),
  method: optional(METHODS),
  status: optional(STATUSES),
  createdBy: optional(text(2048)),
  limit: optional(limit, 100),
  after: optional(cursor),
  withUrl: optional(flag),
  withLastUse: optional(flag),
});

export const linkQuery = members({ withUrl: optional(flag) });

export const pageOf = <Item extends typeof link | typeof revocation>(item: Item) =>
  members({ items: array(item), next: optional(string()) });

const when = { signedBefore: optional(time), cut: optional(boolean()) };

export const newRevocation = variant('by', [
  members({ by: literal('url'), url: text(8192), cut: optional(boolean()) }),
  members({ by: literal('signature'), hash: text(64), cut: optional(boolean()) }),
  members({ by: literal('access-key'), accessKeyId: text(128), ...when }),
  members({ by: literal('user'), user: text(128), ...when }),
  members({ by: literal('role'), role: text(128), ...when }),
  members({ by: literal('bucket'), bucket: text(63), ...when }),
  members({ by: literal('prefix'), bucket: text(63), prefix: text(1024), ...when }),
  members({ by: literal('label'), label: text(256), ...when }),
  members({ by: literal('all'), ...when }),
]);

export function shownRevocation({ signedBefore, createdAt, isCut, ...others }: Revocation) {
  return { ...others, signedBefore: isoTime(signedBefore), createdAt: isoTime(createdAt), cut: isCut };
}

export const cutQuery = members({ cut: optional(flag) });

export const revoked = variant('kind', [
  members({ kind: literal('link'), link }),
  members({ kind: literal('signature'), hash: string(), forgetAfter: timeText }),
  members({ kind: literal('rule'), revocation }),
]);

function withoutUndefined<Value extends object>(value: Value): Value {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as Value;
}
