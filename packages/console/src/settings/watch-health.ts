/** How the installation is, found out now and then in the browser of whoever may know it. */
import { type ReadonlySignal, signal } from '@preact/signals';
import { isRefusal } from '../api/refusal.ts';
import { testPublicAddress } from './public-address.ts';
import { fetchServer, type ServerState } from './server.ts';
import { type Trouble, troublesOf } from './troubles.ts';
import { deadLetters, listWebhooks } from './webhook.ts';

/** Nothing is known to who may not read how the server is. */
export type Health = { readonly state: 'unknown' } | { readonly state: 'known'; readonly troubles: readonly Trouble[] };

const current = signal<Health>({ state: 'unknown' });

export const health: ReadonlySignal<Health> = current;

const EVERY_MS = 60_000;
/** What takes a request for each webhook is asked for this much less often. */
const WEBHOOKS_EVERY = 5;
const MOST_WEBHOOKS = 10;

/** Asks now and every minute in which the page is seen, until what it returns is called. */
export function watchHealth(): () => void {
  const gone = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let turn = 0;
  let isAddressGood: boolean | undefined;
  let hasUndelivered = false;

  const ask = async () => {
    try {
      if (!document.hidden) {
        const server = await fetchServer(gone.signal);
        // Sends what a recipient's browser would, so once: where a public address was named, and may be wrong.
        if (server.publicUrls.length > 0) isAddressGood ??= await isPublicAddressGood(server);
        if (turn++ % WEBHOOKS_EVERY === 0) hasUndelivered = await hasDeadLetters(gone.signal);
        current.value = { state: 'known', troubles: troublesOf(server, { isAddressGood: isAddressGood !== false, hasUndelivered }) };
      }
    } catch (error) {
      if (gone.signal.aborted) return;
      if (isRefusal(error) && error.status < 500) {
        current.value = { state: 'unknown' };
        return;
      }
      current.value = { state: 'known', troubles: ['away'] };
    }
    if (!gone.signal.aborted) timer = setTimeout(() => void ask(), EVERY_MS);
  };
  void ask();
  return () => {
    gone.abort();
    clearTimeout(timer);
    current.value = { state: 'unknown' };
  };
}

async function isPublicAddressGood(server: ServerState): Promise<boolean> {
  const findings = await testPublicAddress(server);
  return findings.every(({ check, isGood }) => isGood || (check !== 'signed' && check !== 'presigned'));
}

/** Whether there are messages that were given up. Who may not know it has no webhooks to mend. */
async function hasDeadLetters(gone: AbortSignal): Promise<boolean> {
  try {
    for (const { id, status } of (await listWebhooks(gone)).slice(0, MOST_WEBHOOKS))
      if (status === 'active' && (await deadLetters(id, undefined, gone)).items.length > 0) return true;
    return false;
  } catch (error) {
    if (isRefusal(error) && error.status < 500) return false;
    throw error;
  }
}
