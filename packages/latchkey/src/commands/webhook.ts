import { type ApiPlace, apiFlags, apiPlace, askApi } from '../api-client.ts';
import { type Call, defineCommand } from '../command.ts';
import { Failure, wrongUsage } from '../failure.ts';
import type { Flags } from '../flags.ts';
import { wholeNumber } from '../whole-number.ts';

const flags = {
  event: { kind: 'text', many: true, value: 'NAME', help: 'What of links it is told: link.used, … or link.* (add, change)' },
  bucket: { kind: 'text', value: 'NAME', help: 'Only of links in this bucket (add, change)' },
  prefix: { kind: 'text', value: 'PREFIX', help: 'Only of links to keys that begin so (add, change)' },
  label: { kind: 'text', value: 'LABEL', help: 'Only of links with this label (add, change)' },
  link: { kind: 'text', value: 'ID', help: 'Only of this link (add, change)' },
  note: { kind: 'text', value: 'TEXT', help: 'Words for yourself (add, change)' },
  url: { kind: 'text', value: 'URL', help: 'Another address (change)' },
  'new-secret': { kind: 'switch', help: 'Another signing secret; the one before is good for a day more (change)' },
  limit: { kind: 'text', value: 'N', help: 'No more than so many (dead-letters)' },
  ...apiFlags,
  json: { kind: 'switch', help: 'Print JSON: an object a line' },
} as const satisfies Flags;

type WebhookCall = Call<typeof flags>;
type Verb = {
  readonly takes: string;
  readonly flags: readonly (keyof typeof flags)[];
  run(call: WebhookCall, given: string, place: ApiPlace): Promise<number>;
};

type Shown = {
  readonly id: string;
  readonly arn: string;
  readonly url: string;
  readonly status: string;
  readonly events: readonly string[];
  readonly secret?: string;
  readonly waiting?: number;
} & Readonly<Record<string, unknown>>;

type DeadLetter = { readonly id: string; readonly happenedAt: string; readonly attempts: number; readonly reason: string } & Readonly<
  Record<string, unknown>
>;

const SHARED = [...Object.keys(apiFlags), 'json'] as readonly (keyof typeof flags)[];
const FILTERS = ['event', 'bucket', 'prefix', 'label', 'link', 'note'] as const;

const verbs: Readonly<Record<string, Verb>> = {
  add: { takes: 'URL', flags: FILTERS, run: add },
  list: { takes: '', flags: [], run: list },
  show: { takes: 'ID', flags: [], run: show },
  change: { takes: 'ID', flags: [...FILTERS, 'url', 'new-secret'], run: change },
  pause: { takes: 'ID', flags: [], run: (call, id, place) => setStatus('paused', call, id, place) },
  resume: { takes: 'ID', flags: [], run: (call, id, place) => setStatus('active', call, id, place) },
  test: { takes: 'ID', flags: [], run: test },
  'dead-letters': { takes: 'ID', flags: ['limit'], run: deadLetters },
  replay: { takes: 'ID', flags: [], run: replay },
  remove: { takes: 'ID', flags: [], run: remove },
};

/** `latchkey webhook`: who is told what happens. */
export const webhook = defineCommand({
  usage: `webhook ${Object.keys(verbs).join('|')} …`,
  description: `Registers addresses that are sent a signed message when something happens: to links as --event says, to objects as the
notification configuration of their bucket says, which names a webhook by its ARN.

${Object.entries(verbs)
  .map(([name, { takes }]) => `  latchkey webhook ${name} ${takes}`.trimEnd())
  .join('\n')}

The signing secret is printed once, by add and by change --new-secret.`,
  flags,
  examples: [
    ["latchkey webhook add https://example.com/hooks --event 'link.*'", 'Be told of everything that happens to links'],
    ['latchkey webhook add https://example.com/hooks', 'An address for notification configurations of buckets'],
    ['latchkey webhook test LKWHABCDEFGHIJ234567', 'Send a message now, and say what came of it'],
    ['latchkey webhook dead-letters LKWHABCDEFGHIJ234567', 'What could not be delivered, and why'],
    ['latchkey webhook replay LKWHABCDEFGHIJ234567', 'Send that once more'],
  ],
  async run(call) {
    const [name = '', ...given] = call.positionals;
    const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
    if (verb === undefined) throw wrongUsage(`webhook is followed by one of ${Object.keys(verbs).join(', ')}.`);
    for (const flag of Object.keys(call.values) as (keyof typeof flags)[]) {
      if (call.values[flag] !== undefined && ![...verb.flags, ...SHARED].includes(flag))
        throw wrongUsage(`--${flag} means nothing for webhook ${name}.`);
    }
    if (given.length !== (verb.takes === '' ? 0 : 1)) throw wrongUsage(`It is: ${`latchkey webhook ${name} ${verb.takes}`.trimEnd()}`);
    return verb.run(call, given[0] ?? '', await apiPlace(call));
  },
});

async function add({ values, output }: WebhookCall, url: string, place: ApiPlace): Promise<number> {
  const body = { url, ...wanted(values) };
  return printSecret(await askApi<Shown>(place, { method: 'POST', path: '/webhooks', body }), values.json, output);
}

async function list({ values, output }: WebhookCall, _given: string, place: ApiPlace): Promise<number> {
  const { items } = await askApi<{ items: readonly Shown[] }>(place, { method: 'GET', path: '/webhooks' });
  for (const item of items) {
    if (values.json) output.record(item);
    else output.line([item.id, item.status.padEnd(6), item.events.join(',') || '-', item.url].join('  '));
  }
  return 0;
}

async function show({ values, output }: WebhookCall, id: string, place: ApiPlace): Promise<number> {
  return print(await askApi<Shown>(place, { method: 'GET', path: pathOf(id) }), values.json, output);
}

async function change({ values, output }: WebhookCall, id: string, place: ApiPlace): Promise<number> {
  const body = { url: values.url, ...wanted(values), newSecret: values['new-secret'] };
  return printSecret(await askApi<Shown>(place, { method: 'PATCH', path: pathOf(id), body }), values.json, output);
}

async function setStatus(status: string, { values, output }: WebhookCall, id: string, place: ApiPlace): Promise<number> {
  return print(await askApi<Shown>(place, { method: 'PATCH', path: pathOf(id), body: { status } }), values.json, output);
}

async function test({ values, output }: WebhookCall, id: string, place: ApiPlace): Promise<number> {
  type Tested = { readonly delivered: boolean; readonly status?: number; readonly reason?: string };
  const tested = await askApi<Tested>(place, { method: 'POST', path: `${pathOf(id)}/test` });
  if (values.json) output.record(tested);
  else if (tested.delivered) output.line(`Delivered (status ${tested.status}).`);
  else throw new Failure(`It was not delivered. ${tested.reason}`);
  return tested.delivered ? 0 : 1;
}

async function deadLetters({ values, output }: WebhookCall, id: string, place: ApiPlace): Promise<number> {
  let left = wholeNumber(values.limit, '--limit') ?? Number.POSITIVE_INFINITY;
  let after: string | undefined;
  do {
    const query = { limit: Math.min(left, 200), after };
    const request = { method: 'GET', path: `${pathOf(id)}/dead-letters`, query } as const;
    const page = await askApi<{ items: readonly DeadLetter[]; next?: string }>(place, request);
    for (const letter of page.items) {
      if (values.json) output.record(letter);
      else output.line([letter.id, letter.happenedAt, `${letter.attempts} attempts`, letter.reason].join('  '));
    }
    left -= page.items.length;
    after = page.next;
  } while (after !== undefined && left > 0);
  return 0;
}

async function replay({ values, output }: WebhookCall, id: string, place: ApiPlace): Promise<number> {
  const answer = await askApi<{ replayed: number }>(place, { method: 'POST', path: `${pathOf(id)}/dead-letters/replay`, body: {} });
  if (values.json) output.record(answer);
  else output.line(`${answer.replayed} will be sent once more.`);
  return 0;
}

async function remove({ values, output }: WebhookCall, id: string, place: ApiPlace): Promise<number> {
  await askApi(place, { method: 'DELETE', path: pathOf(id) });
  if (values.json) output.record({ removed: id });
  else output.say(`${id} is gone, with all that waited for it.`);
  return 0;
}

function wanted({ event, bucket, prefix, label, link, note }: WebhookCall['values']) {
  return { events: event, bucket, prefix, label, link, note };
}

/** The secret is what a script wants; the rest is for people. */
function printSecret(shown: Shown, isJson: boolean | undefined, output: WebhookCall['output']): number {
  if (isJson || shown.secret === undefined) return print(shown, isJson, output);
  output.line(shown.id);
  output.line(shown.secret);
  output.say('The second line is its signing secret, which is not shown again.');
  output.say(`Buckets name it as ${shown.arn}`);
  return 0;
}

function print(shown: Shown, isJson: boolean | undefined, output: WebhookCall['output']): number {
  if (isJson) output.record(shown);
  else
    for (const [name, value] of Object.entries(shown)) output.line(`${name}: ${Array.isArray(value) ? value.join(', ') : String(value)}`);
  return 0;
}

function pathOf(id: string): string {
  return `/webhooks/${encodeURIComponent(id)}`;
}
