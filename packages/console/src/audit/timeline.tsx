/** What has happened to one thing, from the trail, the newest first. */
import { api } from '../api/client.ts';
import { isCode } from '../api/refusal.ts';
import { Icon } from '../components/icon.tsx';
import { Note } from '../components/note.tsx';
import { PagedEnd, usePaged } from '../components/paged.tsx';
import { Time } from '../components/value.tsx';
import { words } from '../words/words.ts';
import { type EventPage, type TrailEvent, timeOf, toldOf } from './event.ts';

/** `version` is anything that is another once there may be more to tell. Looking at it is no part of its history. */
export function Timeline({ filter, version }: { readonly filter: Readonly<Record<string, string>>; readonly version?: unknown }) {
  const text = words().links;
  const list = usePaged<TrailEvent>(
    (after, signal) => api<EventPage>('GET', '/audit', { query: { ...filter, order: 'newest', limit: 50, after }, signal }),
    [JSON.stringify(filter), version],
  );
  if (list.state === 'failed' && isCode(list.error, 'AccessDenied')) return <Note>{text.noHistoryAllowed}</Note>;
  const events = list.items.filter(({ eventName }) => !LOOKING.has(eventName));
  return (
    <>
      {events.length === 0 && list.state === 'end' && <p class="quiet">{text.noHistory}</p>}
      <ol class="timeline">
        {events.map((event) => (
          <Line key={event.eventID} event={event} />
        ))}
      </ol>
      <PagedEnd of={list} />
    </>
  );
}

const LOOKING: ReadonlySet<string> = new Set(['GetLink', 'ListLinks', 'GetUploadRequest', 'ListUploadDeliveries', 'QueryAudit']);

function Line({ event }: { readonly event: TrailEvent }) {
  const { icon, kind, sentence, more } = toldOf(event);
  return (
    <li class={kind}>
      <Icon name={icon} />
      <Time at={timeOf(event)} />
      <span class="what">
        {sentence}
        {more !== undefined && <span class="quiet"> · {more}</span>}
      </span>
    </li>
  );
}
