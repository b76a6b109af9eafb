/** `/-/health/…`: whether the process lives, and whether it can do its work. Open to all; says nothing but yes or why not. */
import type { Presence } from './http.ts';
import type { Incoming, Reply, Stores } from './pipeline.ts';

const encoder = new TextEncoder();

/** The reply for a health target, `undefined` for any other. */
export async function healthReply(incoming: Incoming, stores: Stores, presence: Readonly<Presence>): Promise<Reply | undefined> {
  switch (incoming.rawTarget.split('?', 1)[0]) {
    case '/-/health/live':
      return textReply(200, 'ok');
    case '/-/health/ready':
      return presence.isLeaving ? textReply(503, 'This process is about to stop.') : readiness(stores);
    default:
      return undefined;
  }
}

async function readiness(stores: Stores): Promise<Reply> {
  try {
    await Promise.all([stores.objects.checkHealth(), stores.records.checkHealth(), stores.trail.checkHealth()]);
    return textReply(200, 'ok');
  } catch (error) {
    return textReply(503, error instanceof Error ? error.message : 'a store is not ready');
  }
}

export function textReply(status: number, text: string, type = 'text/plain; charset=utf-8'): Reply {
  return {
    status,
    headers: ['Content-Type', type, 'cache-control', 'no-store', 'x-content-type-options', 'nosniff'],
    body: encoder.encode(`${text}\n`),
  };
}
