import { queryValue } from '../headers.ts';
import { linkOf } from '../identity/principals.ts';
import type { Authenticated } from '../pipeline.ts';

/** How long what a request came with is still good for: URL, link and session. Whole seconds, rounded down; infinite for who came with nothing. */
export function secondsLeft(request: Authenticated, now: number): number {
  const { signature, principal } = request;
  if (signature === undefined) return Number.POSITIVE_INFINITY;
  const session = 'session' in principal ? principal.session : undefined;
  const ends = [urlEnds(request), linkOf(principal)?.terms.expiresAt, session?.expiresAt].filter((end) => end !== undefined);
  return Math.floor((Math.min(...ends) - now) / 1000);
}

function urlEnds(request: Authenticated): number | undefined {
  if (request.signature?.version === 'AWS') return 1000 * Number(queryValue(request, 'Expires'));
  const { signedAt } = request.signature ?? {};
  return signedAt === undefined ? undefined : signedAt + 1000 * Number(queryValue(request, 'X-Amz-Expires'));
}
