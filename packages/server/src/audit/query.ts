import type { FoundLines, TrailQuery, TrailStore } from '@latchkey/storage/trail-store';
import type { TrailRecord } from './record.ts';
import { termsOfFilter } from './terms.ts';
import type { TrailFilter, TrailPage, TrailPaging } from './trail.ts';

const MAX_LIMIT = 1000;
/** A call of the store is a bounded piece of work; so many of them may be spent on finding the first event. */
const MAX_CALLS = 50;

/** A page of events. Throws InvalidArgument for a cursor that is none. */
export async function queryTrail(store: Pick<TrailStore, 'find'>, filter: TrailFilter, page: TrailPaging): Promise<TrailPage> {
  const { since, until } = filter;
  const { newestFirst } = page;
  const limit = Math.max(1, Math.min(MAX_LIMIT, page.limit));
  const query: TrailQuery = { terms: termsOfFilter(filter), since, until, limit, newestFirst, after: page.after };
  let found: FoundLines = await store.find(query);
  for (let calls = 1; found.lines.length === 0 && found.next !== undefined && calls < MAX_CALLS; calls++) {
    found = await store.find({ ...query, after: found.next });
  }
  return { events: found.lines.flatMap(parsed), next: found.next, latest: found.latest };
}

/** A line that was tampered with may be anything; a check of the trail names it. */
function parsed(line: string): TrailRecord[] {
  try {
    return [JSON.parse(line) as TrailRecord];
  } catch {
    return [];
  }
}
