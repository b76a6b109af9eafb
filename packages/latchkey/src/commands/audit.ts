import { type ApiPlace, apiFlags, apiPlace, askApi, openApi } from '../api-client.ts';
import { type Call, defineCommand } from '../command.ts';
import { wrongUsage } from '../failure.ts';
import type { Flags } from '../flags.ts';
import { linkIdOf } from '../link-id.ts';
import { parseS3Uri } from '../s3-uri.ts';
import { eventLine, type ShownEvent } from '../trail-lines.ts';
import { wholeNumber } from '../whole-number.ts';

const FORMATS = ['json', 'cloudtrail', 'access-log', 'csv'] as const;

const flags = {
  link: { kind: 'text', value: 'ID|URL', help: 'What was done with this link, or tried' },
  bucket: { kind: 'text', value: 'NAME', help: 'On this bucket and its objects' },
  object: { kind: 'text', value: 's3://BUCKET/KEY', help: 'On this object' },
  user: { kind: 'text', value: 'WHO', help: 'By a user or role, by name, ARN or access key id; root; anonymous' },
  address: { kind: 'text', value: 'ADDRESS', help: 'From this address' },
  operation: { kind: 'text', value: 'NAME', help: 'Such as GetObject or CreateLink' },
  result: { kind: 'text', value: 'RESULT', help: 'ok, refused, failed, or a code such as AccessDenied' },
  since: { kind: 'text', value: 'TIME', help: 'From then on: 15m, 12h or 7d ago, or 2026-12-01T08:00:00Z' },
  until: { kind: 'text', value: 'TIME', help: 'Up to then' },
  limit: { kind: 'text', value: 'N', help: 'No more than so many; without --since the latest (default 50 then)' },
  follow: { kind: 'switch', help: 'Go on with what happens, until Ctrl-C' },
  format: {
    kind: 'text',
    value: FORMATS.join('|'),
    help: 'For other programs: a line of JSON an event, CloudTrail’s file, S3’s access log, or a table',
  },
  ...apiFlags,
  json: { kind: 'switch', help: 'The same as --format json' },
} as const satisfies Flags;

/** `latchkey audit`: who did what, through which link, from where, and with what result. */
export const audit = defineCommand({
  usage: 'audit',
  description: `Shows the audit trail: one event for each request and each change, refused ones too. All that is asked for has to hold. Without --since
it shows the latest events; with it, all from then on.`,
  flags,
  examples: [
    ['latchkey audit --link LKLNABCDEFGHIJ234567', 'Who has used a link, and who tried'],
    ['latchkey audit --bucket photos --result refused --since 1d', 'What was refused on a bucket since yesterday'],
    ['latchkey audit --follow', 'What happens now'],
    ['latchkey audit --since 30d --format csv > november.csv', 'A table for a spreadsheet'],
  ],
  async run(call) {
    if (call.positionals.length > 0) throw wrongUsage('audit takes flags only; --link, --bucket and --object say what it is about.');
    const format = formatOf(call);
    const query = queryOf(call);
    const place = await apiPlace(call);
    if (format === undefined || format === 'json') await show(query, place, call, format === 'json');
    else if (call.values.follow) throw wrongUsage(`--follow prints lines; it does not go with --format ${format}.`);
    else await exportAs(format, query, place, call);
    return 0;
  },
});

type AuditCall = Call<typeof flags>;
type Query = Readonly<Record<string, string | undefined>>;
type Page = { readonly items: readonly ShownEvent[]; readonly next?: string; readonly latest?: string };

const PAGE = 500;
const LATEST = 50;
/** Seconds that an answer waits for an event. */
const LONGEST_WAIT = 10;

async function show(query: Query, place: ApiPlace, { values, output }: AuditCall, isJson: boolean): Promise<void> {
  const print = (event: ShownEvent) => (isJson ? output.record({ ...event }) : output.line(eventLine(event)));
  const most = wholeNumber(values.limit, '--limit');
  if (query.since === undefined && !values.follow) {
    for (const event of await newest(query, most ?? LATEST, place)) print(event);
    return;
  }
  // By the server's clock: what happens from now on.
  const asked = query.since === undefined ? { ...query, since: '0s' } : query;
  let left = most ?? Number.POSITIVE_INFINITY;
  let after: string | undefined;
  while (left > 0) {
    const paging = { after, limit: Math.min(left, PAGE), wait: values.follow ? LONGEST_WAIT : undefined };
    const page = await askApi<Page>(place, { method: 'GET', path: '/audit', query: { ...asked, ...paging } });
    for (const event of page.items) print(event);
    left -= page.items.length;
    after = page.next ?? page.latest ?? after;
    if (page.next === undefined && !values.follow) return;
  }
}

/** The latest, in the order in which they happened. */
async function newest(query: Query, most: number, place: ApiPlace): Promise<readonly ShownEvent[]> {
  const found: ShownEvent[] = [];
  let after: string | undefined;
  do {
    const asked = { ...query, order: 'newest', after, limit: Math.min(most - found.length, PAGE) };
    const page = await askApi<Page>(place, { method: 'GET', path: '/audit', query: asked });
    found.push(...page.items);
    after = page.next;
  } while (after !== undefined && found.length < most);
  return found.reverse();
}

/** Line by line as it comes, however long it is. */
async function exportAs(format: string, query: Query, place: ApiPlace, { values, output }: AuditCall): Promise<void> {
  const answer = await openApi(place, {
    method: 'GET',
    path: '/audit',
    query: { ...query, limit: wholeNumber(values.limit, '--limit'), format },
  });
  const decoder = new TextDecoder();
  let rest = '';
  for await (const piece of answer.body ?? []) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) output.line(line);
  }
  if (rest !== '') output.line(rest);
}

function queryOf({ values }: AuditCall): Query {
  const { link, bucket, object, user, address, operation, result, since, until } = values;
  if (object !== undefined && bucket !== undefined) throw wrongUsage('--object names its bucket: leave --bucket out.');
  return {
    link: link === undefined ? undefined : linkIdOf(link),
    ...(object === undefined ? { bucket } : parseS3Uri(object)),
    user,
    address,
    operation,
    result,
    since: momentOf(since, '--since'),
    until: momentOf(until, '--until'),
  };
}

/** The server takes both an age, by its own clock, and a time. */
function momentOf(text: string | undefined, flag: string): string | undefined {
  if (text === undefined || /^\d{1,9}[smhd]$/.test(text)) return text;
  const time = /^\d{4}-\d\d-\d\d/.test(text) ? new Date(text) : undefined;
  if (time === undefined || Number.isNaN(time.getTime()))
    throw wrongUsage(`${flag} is such as 15m, 12h, 7d or 2026-12-01T08:00:00Z, not "${text}".`);
  return time.toISOString();
}

function formatOf({ values: { format, json } }: AuditCall): (typeof FORMATS)[number] | undefined {
  if (format === undefined) return json ? 'json' : undefined;
  const found = FORMATS.find((known) => known === format);
  if (found === undefined) throw wrongUsage(`--format is one of ${FORMATS.join(', ')}, not "${format}".`);
  if (json && found !== 'json') throw wrongUsage(`--json and --format ${format} are two formats.`);
  return found;
}
