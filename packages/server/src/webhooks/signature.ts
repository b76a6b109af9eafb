/** How receivers know that a message is ours: the signature of Standard Webhooks. */
import { createHmac, randomBytes } from 'node:crypto';
import type { WebhookSecrets } from './model.ts';

const PREFIX = 'whsec_';

/** 192 bits would do; 256 are as easy to copy. */
export function newSigningSecret(): string {
  return PREFIX + randomBytes(32).toString('base64');
}

export type Signed = { readonly 'webhook-id': string; readonly 'webhook-timestamp': string; readonly 'webhook-signature': string };

/** The headers of a message; `now` in milliseconds since the epoch. Each secret that is still good signs it, the newest first. */
export function signedHeaders(id: string, body: string, signing: WebhookSecrets['signing'], now: number): Signed {
  const timestamp = String(Math.floor(now / 1000));
  const signatures = signing
    .filter(({ until }) => until === undefined || now < until)
    .map(({ secret }) => `v1,${createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.${body}`).digest('base64')}`);
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}

function keyOf(secret: string): Buffer {
  return Buffer.from(secret.slice(PREFIX.length), 'base64');
}
