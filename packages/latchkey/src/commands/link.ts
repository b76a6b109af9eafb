import { type ApiPlace, apiFlags, apiPlace, askApi } from '../api-client.ts';
import { type Call, defineCommand } from '../command.ts';
import { curlCommand } from '../curl.ts';
import { wrongUsage } from '../failure.ts';
import type { Flags } from '../flags.ts';
import { linkIdOf } from '../link-id.ts';
import { linkDetails, linkLine, type ShownLink, tellLink } from '../link-lines.ts';
import { pageFlags, pageOf, withAddress } from '../link-page.ts';
import { durationOf, termFlags, termsOf } from '../link-terms.ts';
import { revokeAll } from '../revoke.ts';
import { parseS3Uri, type S3Uri } from '../s3-uri.ts';
import { wholeNumber } from '../whole-number.ts';

const flags = {
  method: { kind: 'text', value: 'METHOD', help: 'GET or PUT (create; default GET)' },
  ...termFlags,
  label: { kind: 'text', value: 'LABEL', help: 'A label to find and revoke links by (create, list, revoke)' },
  ...pageFlags,
  'public-url': { kind: 'text', many: true, value: 'URL', help: 'The address under which the recipient reaches the store (create)' },
  style: { kind: 'text', value: 'path|virtual', help: 'Where the bucket stands in the URL (create)' },
  'new-url': { kind: 'switch', help: 'Sign a new URL, which works for seven more days (extend)' },
  bucket: { kind: 'text', value: 'NAME', help: 'Of this bucket only (list, revoke)' },
  prefix: { kind: 'text', value: 'PREFIX', help: 'With --bucket: of keys that begin so (list, revoke)' },
  status: { kind: 'text', value: 'STATUS', help: 'active, paused, revoked, expired, used-up or not-yet (list)' },
  limit: { kind: 'text', value: 'N', help: 'No more than so many (list)' },
  user: { kind: 'text', value: 'NAME', help: 'Everything that this user has signed so far (revoke)' },
  role: { kind: 'text', value: 'NAME', help: 'Everything that sessions of this role have signed so far (revoke)' },
  'access-key': { kind: 'text', value: 'ID', help: 'Everything that was signed with this access key so far (revoke)' },
  all: { kind: 'switch', help: 'Everything that anybody has signed so far (revoke)' },
  cut: { kind: 'switch', help: 'Also end transfers that are running (revoke)' },
  ...apiFlags,
  curl: { kind: 'switch', help: 'Print a curl command instead of the URL (create)' },
  qr: { kind: 'switch', help: 'Also show the URL as a QR code, on stderr (create)' },
  json: { kind: 'switch', help: 'Print one line of JSON a link: id, url, expiresAt and all the rest' },
} as const satisfies Flags;

type LinkCall = Call<typeof flags>;
type Verb = {
  readonly takes: string;
  readonly flags: readonly (keyof typeof flags)[];
  run(call: LinkCall, given: readonly string[], place: ApiPlace): Promise<void>;
};

/** `LATCHKEY_PUBLIC_URL` is also a setting of the server: where it means nothing it is no mistake. */
const SHARED = [...Object.keys(apiFlags), 'json', 'public-url'] as readonly (keyof typeof flags)[];
const TERMS = Object.keys(termFlags) as readonly (keyof typeof flags)[];

const verbs: Readonly<Record<string, Verb>> = {
  create: {
    takes: 's3://BUCKET/KEY…',
    flags: [...TERMS, 'method', 'label', 'note', 'landing', 'password-stdin', 'public-url', 'style', 'curl', 'qr'],
    run: create,
  },
  list: { takes: '', flags: ['bucket', 'prefix', 'label', 'status', 'limit'], run: list },
  show: { takes: 'ID', flags: [], run: show },
  revoke: {
    takes: 'ID|URL…',
    flags: ['cut', 'label', 'bucket', 'prefix', 'user', 'role', 'access-key', 'all'],
    run: ({ values, output }, given, place) => revokeAll(given, values, place, output),
  },
  extend: { takes: 'ID', flags: ['expires-in', 'new-url'], run: extend },
  pause: { takes: 'ID', flags: [], run: (call, given, place) => setStatus('paused', call, given, place) },
  resume: { takes: 'ID', flags: [], run: (call, given, place) => setStatus('active', call, given, place) },
};

/** `latchkey link`: links of a Latchkey server, made and taken back. */
export const link = defineCommand({
  usage: `link ${Object.keys(verbs).join('|')} …`,
  description: `Makes links, which are pre-signed URLs that the server keeps a record of, lists and shows them, and takes them back.

${Object.entries(verbs)
  .map(([name, { takes }]) => `  latchkey link ${name} ${takes}`.trimEnd())
  .join('\n')}

Where an ID is asked for, a link's URL will do. To revoke takes URLs that any SDK has signed, too: they are refused from the next request on.`,
  flags,
  examples: [
    ['latchkey link create s3://photos/cat.jpg --uses 1', 'A download link that works once'],
    ['latchkey link create s3://inbox/scan.pdf --method PUT --max-size 10MB --content-types application/pdf', 'An upload link with limits'],
    [
      'latchkey link create s3://photos/cat.jpg --landing --uses 1',
      'A page with a button, which messengers that look at links do not use up',
    ],
    ['latchkey link create s3://photos/cat.jpg s3://photos/dog.jpg --landing', 'One page for several files'],
    ['latchkey link create s3://photos/holidays/ --landing', 'A page with all that is in a folder, each for itself or as one archive'],
    ['latchkey link list --label offer', 'The links with a label'],
    ['latchkey link revoke LKLNABCDEFGHIJ234567', 'Nobody can use it any more'],
    ["latchkey link revoke 'http://127.0.0.1:9000/photos/cat.jpg?X-Amz-…'", 'The same for a URL, whoever signed it'],
    ['latchkey link extend LKLNABCDEFGHIJ234567 --expires-in 2d', 'Two days from now'],
  ],
  async run(call) {
    const [name = '', ...given] = call.positionals;
    const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
    if (verb === undefined) throw wrongUsage(`link is followed by one of ${Object.keys(verbs).join(', ')}.`);
    for (const flag of Object.keys(call.values) as (keyof typeof flags)[]) {
      if (call.values[flag] !== undefined && ![...verb.flags, ...SHARED].includes(flag))
        throw wrongUsage(`--${flag} means nothing for link ${name}.`);
    }
    if (!isAsMany(given.length, verb.takes)) throw wrongUsage(`It is: ${`latchkey link ${name} ${verb.takes}`.trimEnd()}`);
    await verb.run(call, given, await apiPlace(call));
    return 0;
  },
});

async function create({ values, output }: LinkCall, objects: readonly string[], place: ApiPlace): Promise<void> {
  const method = methodOf(values.method);
  const body = {
    ...subjectOf(objects.map(parseS3Uri) as [S3Uri, ...S3Uri[]], values),
    method,
    ...termsOf(values, method),
    label: values.label,
    endpoint: values['public-url']?.[0] ?? place.linkEndpoint,
    style: values.style,
    ...(await pageOf(values)),
  };
  if (values.curl && (values.landing || values['password-stdin'])) throw wrongUsage('--curl is for a URL, and --landing for a page.');
  const shown = await askApi<ShownLink>(place, { method: 'POST', path: '/links', body });
  const { link: made, address: url } = withAddress(shown);
  const { headers = {} } = values.landing ? {} : made;
  const curl = values.curl ? curlCommand({ url, method, headers }, 'FILE') : undefined;
  if (values.json) output.record({ ...made, ...(curl && { curl }) });
  else {
    output.line(curl ?? url);
    for (const [name, value] of curl ? [] : Object.entries(headers)) output.say(`Must be sent with it: ${name}: ${value}`);
  }
  if (values.qr) {
    const { qrCode } = await import('../qr-code.ts');
    output.say(qrCode(url, output.hasColours));
  }
  tellLink({ ...made, url }, output);
}

function isAsMany(given: number, takes: string): boolean {
  if (takes === '') return given === 0;
  // Links are also revoked by their label and such.
  if (takes.endsWith('…')) return given > 0 || takes.startsWith('ID');
  return given === 1;
}

/** A key that ends as folders do is one, for a page; so are several of one bucket. */
function subjectOf([first, ...others]: readonly [S3Uri, ...S3Uri[]], values: LinkCall['values']) {
  const { bucket, key } = first;
  const hasPage = values.landing === true || values['password-stdin'] === true;
  if (others.length > 0) {
    if (!hasPage) throw wrongUsage('Several objects have one link where that has a page: --landing.');
    if (others.some((other) => other.bucket !== bucket)) throw wrongUsage('The objects of one link are in one bucket.');
    return { bucket, keys: [key, ...others.map((other) => other.key)] };
  }
  return hasPage && key.endsWith('/') ? { bucket, keyPrefix: key } : { bucket, key };
}

async function list({ values, output }: LinkCall, _given: readonly string[], place: ApiPlace): Promise<void> {
  const { bucket, prefix, label, status } = values;
  let left = wholeNumber(values.limit, '--limit') ?? Number.POSITIVE_INFINITY;
  let after: string | undefined;
  do {
    const query = { bucket, prefix, label, status, limit: Math.min(left, 200), after, withUrl: values.json };
    const page = await askApi<{ items: readonly ShownLink[]; next?: string }>(place, { method: 'GET', path: '/links', query });
    for (const item of page.items) print(item, values.json, output, () => [linkLine(item)]);
    left -= page.items.length;
    after = page.next;
  } while (after !== undefined && left > 0);
}

async function show({ values, output }: LinkCall, [id = '']: readonly string[], place: ApiPlace): Promise<void> {
  const shown = await askApi<ShownLink>(place, { method: 'GET', path: pathOf(id), query: { withUrl: true } });
  print(shown, values.json, output, linkDetails);
}

async function extend({ values, output }: LinkCall, [id = '']: readonly string[], place: ApiPlace): Promise<void> {
  const expiresIn = durationOf(values['expires-in']);
  if (expiresIn === undefined) throw wrongUsage('link extend needs --expires-in: how long the link works from now.');
  const body = { expiresIn, newUrl: values['new-url'] };
  const changed = await askApi<ShownLink>(place, { method: 'PATCH', path: pathOf(id), body });
  print(await complete(changed, values.json, place), values.json, output, ({ expiresAt, url }) =>
    values['new-url'] && url !== undefined ? [url] : [expiresAt],
  );
}

async function setStatus(status: string, { values, output }: LinkCall, [id = '']: readonly string[], place: ApiPlace): Promise<void> {
  const changed = await askApi<ShownLink>(place, { method: 'PATCH', path: pathOf(id), body: { status } });
  print(await complete(changed, values.json, place), values.json, output, (link) => [linkLine(link)]);
}

/** Programs get the URL with every link. Who may change it and not have its URL gets the rest. */
async function complete(link: ShownLink, isJson: boolean | undefined, place: ApiPlace): Promise<ShownLink> {
  if (!isJson || link.url !== undefined) return link;
  return askApi<ShownLink>(place, { method: 'GET', path: pathOf(link.id), query: { withUrl: true } }).catch(() => link);
}

function print(
  link: ShownLink,
  isJson: boolean | undefined,
  output: LinkCall['output'],
  linesOf: (link: ShownLink) => readonly string[],
): void {
  if (isJson) output.record(link);
  else for (const line of linesOf(link)) output.line(line);
}

function pathOf(idOrUrl: string): string {
  return `/links/${encodeURIComponent(linkIdOf(idOrUrl))}`;
}

function methodOf(text = 'GET'): 'GET' | 'PUT' {
  const method = text.toUpperCase();
  if (method !== 'GET' && method !== 'PUT') throw wrongUsage(`--method is GET or PUT, not "${text}".`);
  return method;
}
