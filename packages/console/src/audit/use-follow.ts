/** What happens from now on: asked for again and again, each answer waiting a few seconds for something to tell. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { api } from '../api/client.ts';
import type { EventPage, TrailEvent } from './event.ts';

/** How many are kept: the oldest go. */
const KEPT = 500;
const WAIT_SECONDS = 10;

export type Following = {
  readonly events: readonly TrailEvent[];
  readonly isFollowing: boolean;
  readonly error?: unknown;
  readonly start: () => void;
  readonly stop: () => void;
};

/** `query` as sent; when it changes, following goes on with the new one. */
export function useFollow(query: Readonly<Record<string, string | undefined>>): Following {
  const [events, setEvents] = useState<readonly TrailEvent[]>([]);
  const [isFollowing, setFollowing] = useState(false);
  const [error, setError] = useState<unknown>();
  const asked = JSON.stringify(query);
  const before = useRef(asked);
  useEffect(() => {
    if (before.current !== asked) setEvents([]);
    before.current = asked;
    if (!isFollowing) return;
    const gone = new AbortController();
    setError(undefined);
    follow(query, gone.signal, (found) => setEvents((known) => [...[...found].reverse(), ...known].slice(0, KEPT))).catch((cause) => {
      if (gone.signal.aborted) return;
      setError(cause);
      setFollowing(false);
    });
    return () => gone.abort();
  }, [asked, isFollowing]);
  return {
    events,
    isFollowing,
    error,
    start: () => {
      setEvents([]);
      setFollowing(true);
    },
    stop: () => setFollowing(false),
  };
}

async function follow(
  { since: _since, until: _until, ...query }: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
  tell: (events: readonly TrailEvent[]) => void,
): Promise<void> {
  let after: string | undefined;
  while (!signal.aborted) {
    const start = after === undefined ? { since: '0s' } : { after };
    const page: EventPage = await api('GET', '/audit', { query: { ...query, ...start, wait: WAIT_SECONDS, limit: 200 }, signal });
    if (page.items.length > 0) tell(page.items);
    after = page.next ?? page.latest ?? after;
  }
}
