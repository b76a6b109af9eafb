import { describe, expect, it } from 'vitest';
import type { TrailRecord } from '../audit/record.ts';
import type { TrailFilter, TrailPage, TrailPaging } from '../audit/trail.ts';
import { awaitEvents } from './await-events.ts';

const event = (eventName: string) => ({ eventName }) as TrailRecord;

/** A trail that answers with one page after the other, and remembers what it was asked. */
function trailOf(...pages: readonly TrailPage[]) {
  const asked: TrailPaging[] = [];
  return {
    asked,
    query: async (_filter: TrailFilter, paging: TrailPaging): Promise<TrailPage> =>
      pages[Math.min(asked.push(paging), pages.length) - 1] as TrailPage,
  };
}

const paging = { limit: 10 };
const neverGone = { waitMs: 10_000, signal: new AbortController().signal };

describe('awaitEvents', () => {
  it('answers at once where there is something', async () => {
    const trail = trailOf({ events: [event('PutObject')], latest: 'c1' });
    expect(await awaitEvents(trail, {}, paging, neverGone)).toEqual({ events: [event('PutObject')], latest: 'c1' });
  });
  it('looks again behind the cursor until there is something, and leaves its own looking out', async () => {
    const trail = trailOf(
      { events: [event('QueryAudit')], latest: 'c1' },
      { events: [event('QueryAudit'), event('GetObject')], latest: 'c2' },
    );
    expect(await awaitEvents(trail, {}, paging, neverGone)).toEqual({ events: [event('GetObject')], latest: 'c2' });
    expect(trail.asked.map(({ after }) => after)).toEqual([undefined, 'c1']);
  });
  it('shows the looking to who looks for it', async () => {
    const trail = trailOf({ events: [event('QueryAudit')], latest: 'c1' });
    expect((await awaitEvents(trail, { operation: 'QueryAudit' }, paging, neverGone)).events).toEqual([event('QueryAudit')]);
  });
  it('goes on at once where there are more pages, however little this one holds', async () => {
    const trail = trailOf({ events: [], next: 'c1' });
    expect(await awaitEvents(trail, {}, paging, neverGone)).toEqual({ events: [], next: 'c1' });
  });
  it('answers with nothing once the time is over, and once the client has gone', async () => {
    const nothing = { events: [], latest: 'c1' };
    expect(await awaitEvents(trailOf(nothing), {}, paging, { ...neverGone, waitMs: 0 })).toEqual(nothing);
    const gone = new AbortController();
    const answer = awaitEvents(trailOf(nothing), {}, paging, { waitMs: 10_000_000, signal: gone.signal });
    gone.abort();
    expect(await answer).toEqual(nothing);
  });
});
