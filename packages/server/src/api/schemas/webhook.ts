/** Webhooks as requests ask for them and replies show them. */
import {
  array,
  boolean,
  type InferOutput,
  maxLength,
  minLength,
  nullable,
  number,
  optional,
  picklist,
  pipe,
  regex,
  string,
  transform,
  unknown,
} from 'valibot';
import { LATCHKEY_EVENTS, type LatchkeyEvent } from '../../webhooks/model.ts';
import type { DeadLetterView, NewWebhook, WebhookChange, WebhookView } from '../../webhooks/webhooks.ts';
import { members } from '../input.ts';
import { cursor, isoTime, limit, text, timeText } from './values.ts';

const eventNames = picklist([...LATCHKEY_EVENTS, 'link.*'], `must be one of ${LATCHKEY_EVENTS.join(', ')}, or link.*`);

/** `link.*` stands for those that begin so. */
const events = pipe(
  array(eventNames),
  maxLength(LATCHKEY_EVENTS.length, `has at most ${LATCHKEY_EVENTS.length} items.`),
  transform((names): readonly LatchkeyEvent[] =>
    LATCHKEY_EVENTS.filter((event) => names.includes(event) || (names.includes('link.*') && event.startsWith('link.'))),
  ),
);

const url = text(2048);
const filters = {
  bucket: text(63),
  prefix: text(1024),
  label: text(256),
  link: pipe(string(), regex(/^LKLN[A-Z2-7]{16}$/, 'must be the id of a link.')),
};

export const newWebhook = members({
  url,
  events: optional(events, []),
  bucket: optional(filters.bucket),
  prefix: optional(filters.prefix),
  label: optional(filters.label),
  link: optional(filters.link),
  note: optional(text(1024)),
});

export function asNewWebhook({ url, events, note, ...filter }: InferOutput<typeof newWebhook>): NewWebhook {
  return { url, events, filter: filter as NewWebhook['filter'], note };
}

export const webhookChange = members({
  url: optional(url),
  events: optional(events),
  bucket: optional(nullable(filters.bucket)),
  prefix: optional(nullable(filters.prefix)),
  label: optional(nullable(filters.label)),
  link: optional(nullable(filters.link)),
  note: optional(nullable(text(1024))),
  status: optional(picklist(['active', 'paused'], 'must be active or paused.')),
  newSecret: optional(boolean()),
});

export function asWebhookChange({ url, events, note, status, newSecret, ...filter }: InferOutput<typeof webhookChange>): WebhookChange {
  return { url, events, filter, note, status, newSecret };
}

export const webhook = members({
  id: string(),
  arn: string(),
  url: string(),
  events: array(picklist(LATCHKEY_EVENTS)),
  bucket: optional(string()),
  prefix: optional(string()),
  label: optional(string()),
  link: optional(string()),
  note: optional(string()),
  status: picklist(['active', 'paused']),
  createdAt: timeText,
  createdBy: string(),
  secret: optional(string()),
  waiting: optional(number()),
});

export function shownWebhook({ filter, createdAt, ...view }: WebhookView) {
  const shown = { ...view, events: [...view.events], ...filter, createdAt: isoTime(createdAt) };
  return Object.fromEntries(Object.entries(shown).filter(([, value]) => value !== undefined));
}

export const webhookList = members({ items: array(webhook) });

export const webhookTested = members({ delivered: boolean(), status: optional(number()), reason: optional(string()) });

export const deadLetterQuery = members({ limit: optional(limit, 100), after: optional(cursor) });

export const deadLetter = members({
  id: string(),
  happenedAt: timeText,
  diedAt: timeText,
  attempts: number(),
  reason: string(),
  message: unknown(),
});
export const deadLetterPage = members({ items: array(deadLetter), next: optional(string()) });

export function shownDeadLetter({ id, at, diedAt, attempts, reason, body }: DeadLetterView) {
  return { id, happenedAt: isoTime(at), diedAt: isoTime(diedAt), attempts, reason, message: JSON.parse(body) as unknown };
}

export const replay = members({
  ids: optional(pipe(array(text(128)), minLength(1, 'must not be empty.'), maxLength(100, 'has at most 100 items.'))),
});
export const replayed = members({ replayed: number() });
