/** Three small charts over the events that are at hand: nothing is counted that was not fetched, and it says how many that were. */
import { useState } from 'preact/hooks';
import { api } from '../api/client.ts';
import { Button } from '../components/button.tsx';
import { countText, sizeText } from '../format.ts';
import { endText } from '../spans.ts';
import { language, words } from '../words/words.ts';
import { seriesOf } from './chart.ts';
import { type EventPage, resultOf, type TrailEvent, timeOf } from './event.ts';

const COLUMNS = 48;
/** What is fetched for a wider look: two answers of a thousand events each. */
const MOST = 2000;
const PAGE = 1000;

export function Charts({
  events,
  isAll,
  query,
}: {
  readonly events: readonly TrailEvent[];
  /** Whether there are no others that match. */
  readonly isAll: boolean;
  readonly query: Readonly<Record<string, string | undefined>>;
}) {
  const text = words().audit;
  const locale = language.value.language.tag;
  const [wider, setWider] = useState<{ readonly events: readonly TrailEvent[]; readonly isAll: boolean }>();
  const [isBusy, setBusy] = useState(false);
  const shown = wider !== undefined && wider.events.length > events.length ? wider : { events, isAll };
  const series = seriesOf(
    shown.events.map((event) => ({
      at: timeOf(event),
      bytes: event.additionalEventData.bytesTransferredOut,
      isRefused: resultOf(event) === 'refused',
    })),
    COLUMNS,
  );
  if (series === undefined) return null;
  const count = countText(shown.events.length, locale);
  const widen = async () => {
    setBusy(true);
    try {
      setWider(await newest(query));
    } finally {
      setBusy(false);
    }
  };
  return (
    <section class="stack tight" aria-label={text.requests}>
      <div class="charts">
        <Chart name={text.requests} values={series.requests} total={countText(sum(series.requests), locale)} series={series} />
        <Chart name={text.bytes} values={series.bytes} total={sizeText(sum(series.bytes), locale)} series={series} />
        <Chart name={text.refusals} values={series.refusals} total={countText(sum(series.refusals), locale)} series={series} isBad />
      </div>
      <div class="more-rows">
        <span class="quiet small">{shown.isAll ? text.chartAll(count) : text.chartHint(count, endText(series.from, locale))}</span>
        {!shown.isAll && shown.events.length < MOST && (
          <Button kind="quiet" class="inline-action" isDisabled={isBusy} onClick={() => void widen()}>
            {text.chartMore(countText(MOST, locale))}
          </Button>
        )}
      </div>
    </section>
  );
}

async function newest(query: Readonly<Record<string, string | undefined>>) {
  const events: TrailEvent[] = [];
  let after: string | undefined;
  do {
    const page: EventPage = await api('GET', '/audit', { query: { ...query, order: 'newest', limit: PAGE, after } });
    events.push(...page.items);
    after = page.next;
  } while (after !== undefined && events.length < MOST);
  return { events: events.slice(0, MOST), isAll: after === undefined };
}

function Chart({
  name,
  values,
  total,
  series,
  isBad = false,
}: {
  readonly name: string;
  readonly values: readonly number[];
  readonly total: string;
  readonly series: { readonly from: number; readonly until: number };
  readonly isBad?: boolean;
}) {
  const locale = language.value.language.tag;
  const most = Math.max(1, ...values);
  const bars = values
    .map((value, x) => (value === 0 ? '' : `M${x + 0.1} ${HEIGHT}v${-Math.max(1, (HEIGHT * value) / most).toFixed(2)}h.8V${HEIGHT}z`))
    .join('');
  return (
    <figure class={isBad ? 'chart refusals' : 'chart'}>
      <figcaption>
        {name} <b>{total}</b>
      </figcaption>
      <svg viewBox={`0 0 ${values.length} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={words().audit.chartOf(name, total)}>
        <path class="bar" d={bars} />
        <path class="ground" d={`M0 ${HEIGHT}h${values.length}`} />
      </svg>
      <div class="ends" aria-hidden="true">
        <span>{momentText(series.from, series, locale)}</span>
        <span>{momentText(series.until, series, locale)}</span>
      </div>
    </figure>
  );
}

const HEIGHT = 40;

/** Only the time of day, where all of it is one day. */
function momentText(at: number, { from, until }: { readonly from: number; readonly until: number }, locale: string): string {
  if (new Date(from).toDateString() !== new Date(until).toDateString()) return endText(at, locale);
  return new Intl.DateTimeFormat(locale, { timeStyle: 'medium' }).format(at);
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}
