import { apiFlags, apiPlace, askApi } from '../api-client.ts';
import { type Call, defineCommand } from '../command.ts';
import { wrongUsage } from '../failure.ts';
import type { Flags } from '../flags.ts';
import { parseSize } from '../size.ts';
import { wholeNumber } from '../whole-number.ts';

const flags = {
  downloads: { kind: 'text', value: 'none|unlimited|all', help: 'Which downloads: none, those without limits that end with it, or all' },
  'min-size': { kind: 'text', value: 'SIZE', help: 'Only of so many bytes or more (default 8MiB)' },
  lifetime: { kind: 'text', value: 'SECONDS', help: "How long the upstream's URL is good for, from 5 to 300 (default 30)" },
  ...apiFlags,
  json: { kind: 'switch', help: 'Print JSON: an object a line' },
} as const satisfies Flags;

type Redirect = { readonly downloads: string; readonly minSizeBytes: number; readonly lifetimeSeconds: number };

/** `latchkey bucket`: settings of buckets that S3 does not have. */
export const bucket = defineCommand({
  usage: 'bucket redirect BUCKET',
  description: `Shows whether large downloads from a bucket are redirected to the S3 that its objects are in, or sets it with --downloads:
a client that has passed all checks gets a URL of that S3, good for some seconds, and the bytes do not pass through Latchkey.
The server needs to have been told where clients reach that S3 (public-endpoint in --objects).

  none       everything is delivered by Latchkey
  unlimited  what is under no terms that end with the redirect: uses, addresses, rate, password
  all        also what is`,
  flags,
  examples: [
    ['latchkey bucket redirect films', 'Show the setting'],
    ['latchkey bucket redirect films --downloads unlimited --min-size 64MiB', 'Redirect what is 64 MiB or larger'],
    ['latchkey bucket redirect films --downloads none', 'Deliver everything here again'],
  ],
  async run(call) {
    const [verb, name, ...more] = call.positionals;
    if (verb !== 'redirect' || name === undefined || more.length > 0) throw wrongUsage('It is: latchkey bucket redirect BUCKET');
    const wanted = wantedOf(call);
    const path = `/buckets/${encodeURIComponent(name.replace(/^s3:\/\//, '').replace(/\/$/, ''))}/redirect`;
    const request = wanted === undefined ? ({ method: 'GET', path } as const) : ({ method: 'PUT', path, body: wanted } as const);
    return print(await askApi<Redirect>(await apiPlace(call), request), call);
  },
});

function wantedOf({ values }: Call<typeof flags>): Readonly<Record<string, string | number | undefined>> | undefined {
  const { downloads, 'min-size': minSize } = values;
  const lifetimeSeconds = wholeNumber(values.lifetime, '--lifetime');
  const minSizeBytes = minSize === undefined ? undefined : parseSize(minSize, '--min-size');
  if (downloads !== undefined) return { downloads, minSizeBytes, lifetimeSeconds };
  if (minSize !== undefined || lifetimeSeconds !== undefined) throw wrongUsage('--min-size and --lifetime go with --downloads.');
  return undefined;
}

function print(redirect: Redirect, { values, output }: Call<typeof flags>): number {
  if (values.json) output.record(redirect);
  else {
    output.line(`downloads: ${redirect.downloads}`);
    if (redirect.downloads === 'none') return 0;
    output.line(`of at least: ${redirect.minSizeBytes} bytes`);
    output.line(`with a URL that is good for: ${redirect.lifetimeSeconds} s`);
  }
  return 0;
}
