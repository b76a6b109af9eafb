/** What the server says of links to a place before one is made. */
import { api } from '../api/client.ts';
import { isLoopback } from '../loopback.ts';
import { site } from '../site.ts';
import type { ShareSubject } from './subject.ts';

export type KindLimits = {
  readonly isOff: boolean;
  readonly longestSeconds: number;
  readonly isGuardrail: boolean;
  readonly requiredTerms: readonly string[];
};

export type LinkKind = 'read' | 'write' | 'form' | 'page' | 'request';

export type LinkLimits = Readonly<Record<LinkKind, KindLimits>> & {
  /** As the server sees the person who asks. */
  readonly address: string;
  readonly isBehindUnknownProxy: boolean;
  readonly endpoint: string;
  readonly consoleUrl: string;
};

/** `isRequest`: somebody is about to request files, for which they need not be allowed to make links. */
export function fetchLimits(subject: ShareSubject, isRequest: boolean, signal: AbortSignal): Promise<LinkLimits> {
  const { bucket } = subject;
  const place = 'key' in subject ? { key: subject.key } : { keyPrefix: prefixOf(subject) };
  const query = { bucket, ...place, keyPrefix: place.keyPrefix || undefined, for: isRequest ? 'request' : undefined };
  return api('GET', '/link-limits', { query, signal });
}

/** What all the keys have in common. */
function prefixOf(subject: ShareSubject): string {
  if ('keyPrefix' in subject) return subject.keyPrefix;
  if (!('keys' in subject)) return '';
  const [first = '', ...others] = subject.keys;
  let length = first.length;
  for (const key of others) while (!key.startsWith(first.slice(0, length))) length--;
  return first.slice(0, length);
}

/**
 * What links are to begin with, where the server has no better idea than this machine's own name and the browser has: it reached the console
 * by an address that others may use, too.
 */
export function betterEndpoint({ endpoint }: Pick<LinkLimits, 'endpoint'>): string | undefined {
  return isLoopback(endpoint) && !isLoopback(site.endpoint) ? site.endpoint : undefined;
}

/** The same for a page's address. */
export function betterPage(url: string): string {
  if (!isLoopback(url) || isLoopback(location.origin)) return url;
  return location.origin + new URL(url).pathname;
}

/** Whether what is given out would work on this computer only. */
export function isForHereOnly({ endpoint, consoleUrl }: Pick<LinkLimits, 'endpoint' | 'consoleUrl'>, hasPage: boolean): boolean {
  if (hasPage && isLoopback(betterPage(`${consoleUrl}/`))) return true;
  return isLoopback(betterEndpoint({ endpoint }) ?? endpoint);
}
