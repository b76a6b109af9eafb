/** Events as rows; each opens whole. */

import { now } from '../clock.ts';
import { Badge } from '../components/note.tsx';
import { Size } from '../components/value.tsx';
import { relativeTime } from '../format.ts';
import { language, words } from '../words/words.ts';
import { resultOf, type TrailEvent, timeOf, whatOf, whoOf } from './event.ts';

export function EventsTable({ events, onShow }: { readonly events: readonly TrailEvent[]; readonly onShow: (event: TrailEvent) => void }) {
  const text = words().audit;
  return (
    <div class="table-room">
      <table class="table events-table">
        <thead>
          <tr>
            <th class="when">{text.time}</th>
            <th class="operation">{text.did}</th>
            <th class="wide-only on">{text.on}</th>
            <th class="wide-only">{text.who}</th>
            <th class="wide-only">{text.address}</th>
            <th class="number wide-only size">{text.bytes}</th>
            <th class="outcome">{text.result}</th>
          </tr>
        </thead>
        <tbody>
          {events.map((event) => (
            <Row key={event.eventID} event={event} onShow={onShow} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ event, onShow }: { readonly event: TrailEvent; readonly onShow: (event: TrailEvent) => void }) {
  const { eventName, sourceIPAddress, additionalEventData } = event;
  const who = whoOf(event);
  const what = whatOf(event);
  const { bytesTransferredOut } = additionalEventData;
  return (
    <tr>
      <td class="when">
        <Moment at={timeOf(event)} />
      </td>
      <td>
        <button type="button" class="cell-button" aria-label={words().audit.details(eventName)} onClick={() => onShow(event)}>
          {eventName}
        </button>
        <span class="sub narrow-sub">
          {what} · {who}
        </span>
      </td>
      <td class="wide-only" title={what}>
        <span class="name">{what}</span>
      </td>
      <td class="wide-only" title={who}>
        {who}
      </td>
      <td class="wide-only">{sourceIPAddress}</td>
      <td class="number wide-only">{bytesTransferredOut === 0 ? '' : <Size bytes={bytesTransferredOut} />}</td>
      <td class="outcome">
        <Outcome event={event} />
      </td>
    </tr>
  );
}

/** To the second: what came before what is half of what a trail is read for. */
function Moment({ at }: { readonly at: number }) {
  const locale = language.value.language.tag;
  return (
    <time dateTime={new Date(at).toISOString()} title={relativeTime(at, now.value, locale)}>
      {new Intl.DateTimeFormat(locale, { dateStyle: 'short', timeStyle: 'medium' }).format(at)}
    </time>
  );
}

function Outcome({ event }: { readonly event: TrailEvent }) {
  const text = words().audit;
  switch (resultOf(event)) {
    case 'ok':
      return <Badge kind="good">{text.ok}</Badge>;
    case 'refused':
      return <Badge kind="danger">{event.errorCode ?? text.refused}</Badge>;
    case 'failed':
      return <Badge kind="warn">{event.errorCode ?? text.failed}</Badge>;
  }
}
