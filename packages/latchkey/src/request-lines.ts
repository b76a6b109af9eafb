import { tellReach, withoutMilliseconds } from './link-lines.ts';
import type { Output } from './output.ts';

type Amount = { readonly files: number; readonly bytes: number };

/** An upload request as the JSON API shows it. */
export type ShownRequest = {
  readonly id: string;
  readonly bucket: string;
  readonly keyPrefix: string;
  readonly url?: string;
  readonly status: string;
  readonly expiresAt: string;
  readonly delivered: Amount;
  readonly open: Amount;
  readonly maxFiles?: number;
  readonly label?: string;
} & Readonly<Record<string, unknown>>;

/** A file that came through one, or is coming. */
export type ShownDelivery = {
  readonly id: string;
  readonly key: string;
  readonly name: string;
  readonly size: number;
  readonly status: string;
  readonly createdAt: string;
  readonly deliveredAt?: string;
  readonly sourceIPAddress: string;
} & Readonly<Record<string, unknown>>;

/** One line for a list. */
export function requestLine({ id, bucket, keyPrefix, status, expiresAt, delivered, maxFiles, label }: ShownRequest): string {
  const files = `${delivered.files}/${maxFiles ?? '∞'}`;
  return [id, status.padEnd(8), files.padStart(7), withoutMilliseconds(expiresAt), `s3://${bucket}/${keyPrefix}`, label ?? '']
    .join('  ')
    .trimEnd();
}

/** All there is to say about one, a line each. */
export function requestDetails(request: ShownRequest): readonly string[] {
  return Object.entries(request).map(([name, value]) => {
    if (name === 'delivered' || name === 'open') return `${name}: ${amountText(request[name] as Amount)}`;
    return `${name}: ${Array.isArray(value) ? value.join(', ') : String(value)}`;
  });
}

export function deliveryLine({ name, size, key, status, createdAt, deliveredAt, sourceIPAddress }: ShownDelivery): string {
  const when = withoutMilliseconds(deliveredAt ?? createdAt);
  return [when, status.padEnd(9), String(size).padStart(12), sourceIPAddress.padEnd(15), key, JSON.stringify(name)].join('  ');
}

/** What a person wants to know once a request is made. */
export function tellRequest({ id, expiresAt, url }: ShownRequest, output: Output): void {
  output.say(`Whoever opens this address may deliver files until ${withoutMilliseconds(expiresAt)}.`);
  output.say(`See what came with: latchkey request show ${id}`);
  output.say(`Close it with: latchkey request close ${id}`);
  if (url !== undefined) tellReach(url, output, 'serve --public-console-url');
}

const amountText = ({ files, bytes }: Amount): string => `${files} ${files === 1 ? 'file' : 'files'}, ${bytes} bytes`;
