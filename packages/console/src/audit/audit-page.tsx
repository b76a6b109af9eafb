/** The trail: who did what, from where, with what result; filtered, followed, exported. */
import { useEffect, useState } from 'preact/hooks';
import { api } from '../api/client.ts';
import { announce } from '../components/announce.tsx';
import { Button } from '../components/button.tsx';
import { Dialog } from '../components/dialog.tsx';
import { Failure } from '../components/failure.tsx';
import { Empty } from '../components/note.tsx';
import { PagedEnd, usePaged } from '../components/paged.tsx';
import { countText } from '../format.ts';
import type { PageProps } from '../pages.ts';
import { go } from '../router.ts';
import { language, words } from '../words/words.ts';
import { AuditFilters } from './audit-filters.tsx';
import { Charts } from './charts.tsx';
import type { EventPage, TrailEvent } from './event.ts';
import { EventsTable } from './events-table.tsx';
import { ExportDialog } from './export-dialog.tsx';
import { askedFor, filterIn } from './filter.ts';
import { useFollow } from './use-follow.ts';
import { VerifyTrail } from './verify-trail.tsx';

export function AuditPage({ query }: PageProps) {
  const text = words().audit;
  const filter = filterIn(query);
  const asked = askedFor(filter);
  const [shown, setShown] = useState<TrailEvent>();
  const [isExporting, setExporting] = useState(false);
  const list = usePaged<TrailEvent>(
    (after, signal) => api<EventPage>('GET', '/audit', { query: { ...asked, order: 'newest', limit: 100, after }, signal }),
    [JSON.stringify(filter)],
  );
  const following = useFollow(asked);
  const known = new Set(list.items.map(({ eventID }) => eventID));
  const events = [...following.events.filter(({ eventID }) => !known.has(eventID)), ...list.items];
  const arrived = following.events.length;
  useEffect(() => {
    if (arrived > 0) announce(text.arrived(countText(arrived, language.value.language.tag)));
  }, [arrived]);

  return (
    <div class="page">
      <div class="page-head">
        <h1>{text.title}</h1>
        <VerifyTrail />
        <Button icon="download" onClick={() => setExporting(true)}>
          {text.export}
        </Button>
        <Button
          icon={following.isFollowing ? 'pause' : 'play'}
          isPressed={following.isFollowing}
          title={text.followHint}
          onClick={following.isFollowing ? following.stop : following.start}
        >
          {following.isFollowing ? text.following : text.follow}
        </Button>
      </div>
      <AuditFilters filter={filter} />
      {following.error !== undefined && <Failure error={following.error}>{text.stopped}</Failure>}
      <Charts key={JSON.stringify(filter)} events={events} isAll={list.state === 'end'} query={asked} />
      {events.length > 0 && <EventsTable events={events} onShow={setShown} />}
      {events.length === 0 && list.state === 'end' && (
        <Empty icon="list" title={text.none} action={<Button onClick={() => go('/audit')}>{text.clear}</Button>}>
          {text.noneHint}
        </Empty>
      )}
      <PagedEnd of={list} />
      {shown !== undefined && (
        <Dialog title={shown.eventName} width="wide" onClose={() => setShown(undefined)}>
          {/* It scrolls, so that the keyboard has to reach it. */}
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: see above */}
          <pre class="document" tabIndex={0}>
            {JSON.stringify(shown, undefined, 2)}
          </pre>
        </Dialog>
      )}
      {isExporting && <ExportDialog query={asked} onClose={() => setExporting(false)} />}
    </div>
  );
}
