/** Webhooks as the JSON API has them. */
import { api } from '../api/client.ts';
import type { Page } from '../components/paged.tsx';
import type { Words } from '../words/words.ts';

export const EVENTS = [
  'link.created',
  'link.opened',
  'link.used',
  'link.exhausted',
  'link.expired',
  'link.refused',
  'link.revoked',
  'upload-request.fulfilled',
] as const;
export type WebhookEvent = (typeof EVENTS)[number];

export const EVENT_WORDS = {
  'link.created': 'linkCreated',
  'link.opened': 'linkOpened',
  'link.used': 'linkUsed',
  'link.exhausted': 'linkExhausted',
  'link.expired': 'linkExpired',
  'link.refused': 'linkRefused',
  'link.revoked': 'linkRevoked',
  'upload-request.fulfilled': 'requestFulfilled',
} as const satisfies Readonly<Record<WebhookEvent, keyof Words['settings']>>;

export type Webhook = {
  readonly id: string;
  readonly url: string;
  readonly events: readonly WebhookEvent[];
  readonly bucket?: string;
  readonly label?: string;
  readonly note?: string;
  readonly status: 'active' | 'paused';
  readonly secret?: string;
};

export type DeadLetter = {
  readonly id: string;
  readonly happenedAt: string;
  readonly diedAt: string;
  readonly attempts: number;
  readonly reason: string;
  readonly message: unknown;
};

const pathOf = (id: string) => `/webhooks/${encodeURIComponent(id)}`;

export async function listWebhooks(signal: AbortSignal): Promise<readonly Webhook[]> {
  return (await api<{ readonly items: readonly Webhook[] }>('GET', '/webhooks', { signal })).items;
}

export function createWebhook(wanted: Readonly<Record<string, unknown>>): Promise<Webhook> {
  return api('POST', '/webhooks', { body: wanted });
}

export function changeWebhook(id: string, change: Readonly<Record<string, unknown>>): Promise<Webhook> {
  return api('PATCH', pathOf(id), { body: change });
}

export function deleteWebhook(id: string): Promise<void> {
  return api('DELETE', pathOf(id));
}

export type Tested = { readonly delivered: boolean; readonly status?: number; readonly reason?: string };

export function testWebhook(id: string): Promise<Tested> {
  return api('POST', `${pathOf(id)}/test`);
}

export function deadLetters(id: string, after: string | undefined, signal: AbortSignal): Promise<Page<DeadLetter>> {
  return api('GET', `${pathOf(id)}/dead-letters`, { query: { limit: 20, after }, signal });
}

export function replayDeadLetters(id: string): Promise<{ readonly replayed: number }> {
  return api('POST', `${pathOf(id)}/dead-letters/replay`, { body: {} });
}
