import { type ApiPlace, apiFlags, apiPlace, askApi } from '../api-client.ts';
import { type Call, defineCommand } from '../command.ts';
import { wrongUsage } from '../failure.ts';
import type { Flags } from '../flags.ts';
import { pageFlags, pageOf } from '../link-page.ts';
import { termFlags, termsOf } from '../link-terms.ts';
import { deliveryLine, requestDetails, requestLine, type ShownDelivery, type ShownRequest, tellRequest } from '../request-lines.ts';
import { parseSize } from '../size.ts';
import { wholeNumber } from '../whole-number.ts';

const flags = {
  'expires-in': { ...termFlags['expires-in'], help: 'Seconds, or 15m, 12h, 7d: how long it is open from now (create; default 7d)' },
  'not-before': { ...termFlags['not-before'], help: 'From when on it is open, such as 2026-12-01T08:00:00Z (create)' },
  'max-files': { kind: 'text', value: 'N', help: 'How many files may be delivered in all (create)' },
  'max-size': { kind: 'text', value: 'SIZE', help: 'The most one file may have, such as 10MB (create)' },
  'min-size': { kind: 'text', value: 'SIZE', help: 'The least one file must have (create)' },
  'max-total-size': { kind: 'text', value: 'SIZE', help: 'The most that all files together may have (create)' },
  'content-types': { ...termFlags['content-types'], help: 'What files may be, such as image/*,application/pdf (create)' },
  'check-content': { ...termFlags['check-content'], help: 'Hold the first bytes of a file against its type (create)' },
  'key-template': {
    kind: 'text',
    value: 'TEMPLATE',
    help: 'What keys are behind the prefix: {name}, {date}, {time}, {id}, {uuid} (create; default {date}/{id}-{name})',
  },
  overwrite: { kind: 'switch', help: 'Let a file take the place of one with the same key (create)' },
  from: { ...termFlags.from, help: 'An address or network that may deliver, such as 192.0.2.0/24 (create)' },
  label: { kind: 'text', value: 'LABEL', help: 'A label to find requests by (create, list)' },
  note: { kind: 'text', value: 'TEXT', help: 'A note; whoever delivers reads it on the page (create)' },
  'password-stdin': { ...pageFlags['password-stdin'], help: 'Read a password from stdin, which the page then asks for (create)' },
  'public-url': { kind: 'text', many: true, value: 'URL', help: 'The address under which guests reach the store (create)' },
  bucket: { kind: 'text', value: 'NAME', help: 'Of this bucket only (list)' },
  prefix: { kind: 'text', value: 'PREFIX', help: 'With --bucket: of prefixes that begin so (list)' },
  status: { kind: 'text', value: 'STATUS', help: 'active, closed, expired, not-yet or full (list)' },
  limit: { kind: 'text', value: 'N', help: 'No more than so many (list; of show, deliveries)' },
  ...apiFlags,
  qr: { kind: 'switch', help: 'Also show the address as a QR code, on stderr (create)' },
  json: { kind: 'switch', help: 'Print one line of JSON a request: id, url, expiresAt and all the rest' },
} as const satisfies Flags;

type RequestCall = Call<typeof flags>;
type Verb = {
  readonly takes: string;
  readonly flags: readonly (keyof typeof flags)[];
  run(call: RequestCall, given: string, place: ApiPlace): Promise<void>;
};

/** `LATCHKEY_PUBLIC_URL` is also a setting of the server: where it means nothing it is no mistake. */
const SHARED = [...Object.keys(apiFlags), 'json', 'public-url'] as readonly (keyof typeof flags)[];

const verbs: Readonly<Record<string, Verb>> = {
  create: {
    takes: 's3://BUCKET/PREFIX/',
    flags: [
      ...(['expires-in', 'not-before', 'max-files', 'max-size', 'min-size', 'max-total-size', 'content-types', 'check-content'] as const),
      ...(['key-template', 'overwrite', 'from', 'label', 'note', 'password-stdin', 'qr'] as const),
    ],
    run: create,
  },
  list: { takes: '', flags: ['bucket', 'prefix', 'label', 'status', 'limit'], run: list },
  show: { takes: 'ID', flags: ['limit'], run: show },
  close: { takes: 'ID', flags: [], run: close },
};

/** `latchkey request`: pages where people without an account deliver files. */
export const request = defineCommand({
  usage: `request ${Object.keys(verbs).join('|')} …`,
  description: `Requests files: makes pages where people without an account deliver files into a prefix, shows what came, and closes them.

${Object.entries(verbs)
  .map(([name, { takes }]) => `  latchkey request ${name} ${takes}`.trimEnd())
  .join('\n')}`,
  flags,
  examples: [
    [
      'latchkey request create s3://inbox/tax-2025/ --note "Your receipts of 2025, please." --max-files 20',
      'An address to send to somebody',
    ],
    ['latchkey request create s3://inbox/photos/ --content-types image/* --max-size 20MB --max-total-size 1GB', 'Pictures, and no more'],
    ["latchkey request create s3://inbox/ --key-template '{date}/{time}-{name}' --expires-in 12h", 'Keys of another form'],
    ['latchkey request show LKRQABCDEFGHIJ234567', 'The request, and what was delivered'],
    ['latchkey request close LKRQABCDEFGHIJ234567', 'Nothing more is accepted'],
  ],
  async run(call) {
    const [name = '', ...given] = call.positionals;
    const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
    if (verb === undefined) throw wrongUsage(`request is followed by one of ${Object.keys(verbs).join(', ')}.`);
    for (const flag of Object.keys(call.values) as (keyof typeof flags)[]) {
      if (call.values[flag] !== undefined && ![...verb.flags, ...SHARED].includes(flag))
        throw wrongUsage(`--${flag} means nothing for request ${name}.`);
    }
    if (given.length !== (verb.takes === '' ? 0 : 1)) throw wrongUsage(`It is: ${`latchkey request ${name} ${verb.takes}`.trimEnd()}`);
    await verb.run(call, given[0] ?? '', await apiPlace(call));
    return 0;
  },
});

async function create({ values, output }: RequestCall, where: string, place: ApiPlace): Promise<void> {
  const { maxFiles, maxTotalBytes } = {
    maxFiles: wholeNumber(values['max-files'], '--max-files'),
    maxTotalBytes: values['max-total-size'] === undefined ? undefined : parseSize(values['max-total-size'], '--max-total-size'),
  };
  const { maxUses: _uses, downloadName: _name, maxBytesPerSecond: _rate, noOverwrite: _overwrite, ...terms } = termsOf(values, 'PUT');
  const { password } = await pageOf({ 'password-stdin': values['password-stdin'] ?? false });
  const body = {
    ...placeOf(where),
    ...terms,
    noOverwrite: values.overwrite ? false : undefined,
    maxFiles,
    maxTotalBytes,
    keyTemplate: values['key-template'],
    label: values.label,
    note: values.note,
    password,
    endpoint: values['public-url']?.[0] ?? place.linkEndpoint,
  };
  const made = await askApi<ShownRequest>(place, { method: 'POST', path: '/requests', body });
  if (values.json) output.record(made);
  else output.line(made.url ?? '');
  if (values.qr && made.url !== undefined) {
    const { qrCode } = await import('../qr-code.ts');
    output.say(qrCode(made.url, output.hasColours));
  }
  tellRequest(made, output);
}

/** The whole bucket, or everything under a prefix, which is nearly always meant as a folder. */
function placeOf(text: string): { readonly bucket: string; readonly keyPrefix: string } {
  const [, bucket, keyPrefix = ''] = /^s3:\/\/([^/]+)(?:\/([\s\S]*))?$/.exec(text) ?? [];
  if (bucket === undefined) throw wrongUsage(`Where files go is s3://BUCKET/PREFIX/, not "${text}".`);
  if (keyPrefix !== '' && !keyPrefix.endsWith('/')) throw wrongUsage(`A folder ends in a slash: s3://${bucket}/${keyPrefix}/`);
  return { bucket, keyPrefix };
}

async function list({ values, output }: RequestCall, _given: string, place: ApiPlace): Promise<void> {
  const { bucket, prefix, label, status } = values;
  const path = '/requests';
  for await (const item of every<ShownRequest>(place, path, { bucket, prefix, label, status, withUrl: values.json }, values.limit)) {
    if (values.json) output.record(item);
    else output.line(requestLine(item));
  }
}

async function show({ values, output }: RequestCall, given: string, place: ApiPlace): Promise<void> {
  const path = pathOf(given);
  const shown = await askApi<ShownRequest>(place, { method: 'GET', path, query: { withUrl: true } });
  if (!values.json) for (const line of requestDetails(shown)) output.line(line);
  const files: ShownDelivery[] = [];
  for await (const file of every<ShownDelivery>(place, `${path}/deliveries`, {}, values.limit ?? '1000')) {
    if (values.json) files.push(file);
    else output.line(deliveryLine(file));
  }
  if (values.json) output.record({ ...shown, deliveries: files });
}

async function close({ values, output }: RequestCall, given: string, place: ApiPlace): Promise<void> {
  const closed = await askApi<ShownRequest>(place, { method: 'DELETE', path: pathOf(given) });
  if (values.json) output.record(closed);
  else output.line(requestLine(closed));
}

type Query = Readonly<Record<string, string | number | boolean | undefined>>;

async function* every<Item>(place: ApiPlace, path: string, query: Query, most: string | undefined): AsyncGenerator<Item> {
  let left = wholeNumber(most, '--limit') ?? Number.POSITIVE_INFINITY;
  let after: string | undefined;
  do {
    const asked = { ...query, limit: Math.min(left, 200), after };
    const page = await askApi<{ items: readonly Item[]; next?: string }>(place, { method: 'GET', path, query: asked });
    yield* page.items;
    left -= page.items.length;
    after = page.next;
  } while (after !== undefined && left > 0);
}

function pathOf(id: string): string {
  if (/^LKRQ[A-Z0-9]{16}$/.test(id.trim())) return `/requests/${id.trim()}`;
  const what = /\/r\/[\w-]{22}/.test(id) ? 'That is the address of a page; `latchkey request list` tells its id.' : '';
  throw wrongUsage(what === '' ? `"${id.slice(0, 100)}" is not the id of an upload request, such as LKRQABCDEFGHIJ234567.` : what);
}
