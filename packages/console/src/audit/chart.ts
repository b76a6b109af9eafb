/** Events counted over time: how many, how many bytes, how many refusals, in columns of the same width. */

export type Counted = { readonly at: number; readonly bytes: number; readonly isRefused: boolean };

export type Series = {
  readonly from: number;
  readonly until: number;
  readonly requests: readonly number[];
  readonly bytes: readonly number[];
  readonly refusals: readonly number[];
};

/** Of at least one event; times in milliseconds since the epoch. */
export function seriesOf(events: readonly Counted[], columns: number): Series | undefined {
  if (events.length === 0) return undefined;
  let from = Number.POSITIVE_INFINITY;
  let until = Number.NEGATIVE_INFINITY;
  for (const { at } of events) {
    from = Math.min(from, at);
    until = Math.max(until, at);
  }
  const width = Math.max(1, until - from) / columns;
  const empty = () => new Array<number>(columns).fill(0);
  const [requests, bytes, refusals] = [empty(), empty(), empty()];
  for (const event of events) {
    const column = Math.min(columns - 1, Math.floor((event.at - from) / width));
    requests[column] = (requests[column] ?? 0) + 1;
    bytes[column] = (bytes[column] ?? 0) + event.bytes;
    if (event.isRefused) refusals[column] = (refusals[column] ?? 0) + 1;
  }
  return { from, until, requests, bytes, refusals };
}
