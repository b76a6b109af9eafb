import type { Output } from './output.ts';

/** A link as the JSON API shows it. */
export type ShownLink = {
  readonly id: string;
  readonly method: string;
  readonly bucket: string;
  readonly key?: string;
  readonly keys?: readonly string[];
  readonly keyPrefix?: string;
  readonly url?: string;
  readonly landingUrl?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly status: string;
  readonly expiresAt: string;
  readonly uses?: { readonly used: number; readonly max: number };
  readonly sourceIp?: readonly string[];
  readonly label?: string;
  readonly createdBy: string;
} & Readonly<Record<string, unknown>>;

/** One line for a list: what somebody looks for first. */
export function linkLine({ id, method, bucket, key, keys, keyPrefix, status, expiresAt, uses, label }: ShownLink): string {
  const more = keys === undefined ? '' : ` and ${keys.length - 1} more`;
  const object = `s3://${bucket}/${key ?? keys?.[0] ?? `${keyPrefix ?? ''}*`}${more}`;
  const used = uses === undefined ? '-' : `${uses.used}/${uses.max}`;
  return [id, status.padEnd(8), used.padStart(5), withoutMilliseconds(expiresAt), method.padEnd(4), object, label ?? '']
    .join('  ')
    .trimEnd();
}

/** All there is to say about one link, a line each. */
export function linkDetails(link: ShownLink): readonly string[] {
  return Object.entries(link).flatMap(([name, value]) => {
    if (name === 'uses') return [`uses: ${link.uses?.used} of ${link.uses?.max}`];
    if (typeof value === 'object' && value !== null && Object.keys(value).length === 0) return [];
    return [`${name}: ${Array.isArray(value) ? value.join(', ') : typeof value === 'object' ? JSON.stringify(value) : String(value)}`];
  });
}

/** What a person wants to know once a link is made. */
export function tellLink({ id, expiresAt, uses, sourceIp, url, landingUrl }: ShownLink, output: Output): void {
  const often = uses === undefined ? '' : ` ${uses.max === 1 ? 'once' : `${uses.max} times`},`;
  const who = sourceIp === undefined ? 'for everybody who has it' : `from ${sourceIp.join(', ')} only`;
  output.say(`Works${often} until ${withoutMilliseconds(expiresAt)}, ${who}.`);
  output.say(`Take it back with: latchkey link revoke ${id}`);
  if (url !== undefined) tellReach(url, output, landingUrl === url ? 'serve --public-console-url' : '--public-url');
}

export function tellReach(url: string, output: Output, flag = '--public-url'): void {
  if (/^(localhost|127\.|\[::1\])/.test(new URL(url).hostname))
    output.say(`Its address is that of this machine only; ${flag} names the one that others reach.`);
}

export function withoutMilliseconds(time: string): string {
  return time.replace(/\.\d+Z$/, 'Z');
}
