/** The events that match, as a file. It is put together in this page, so that there is a most of it; the command has none. */
import { api, apiResponse } from '../api/client.ts';
import { words } from '../words/words.ts';
import type { EventPage } from './event.ts';

export const FORMATS = ['csv', 'ndjson', 'cloudtrail', 'access-log'] as const;
export type Format = (typeof FORMATS)[number];

export const MOST_BYTES = 256_000_000;
const PAGE = 1000;

const NAMES: Readonly<Record<Format, readonly [extension: string, type: string]>> = {
  csv: ['csv', 'text/csv'],
  ndjson: ['ndjson', 'application/x-ndjson'],
  cloudtrail: ['json', 'application/json'],
  'access-log': ['log', 'text/plain'],
};

export type Exported = { readonly name: string; readonly content: Blob };

type Query = Readonly<Record<string, string | undefined>>;

/** The API writes three of the formats itself; an event a line is made of its pages. `onBytes` hears how much there is so far. */
export async function exportEvents(format: Format, query: Query, signal: AbortSignal, onBytes: (bytes: number) => void): Promise<Exported> {
  const [extension, type] = NAMES[format];
  const parts: BlobPart[] = [];
  let bytes = 0;
  for await (const part of format === 'ndjson' ? linesOf(query, signal) : bytesOf(format, query, signal)) {
    bytes += part.length;
    if (bytes > MOST_BYTES) throw new Error(words().audit.exportTooMuch);
    parts.push(part);
    onBytes(bytes);
  }
  const name = `audit-${new Date().toISOString().slice(0, 19).replaceAll(':', '')}.${extension}`;
  return { name, content: new Blob(parts, { type }) };
}

async function* linesOf(query: Query, signal: AbortSignal): AsyncGenerator<string> {
  let after: string | undefined;
  do {
    const page: EventPage = await api('GET', '/audit', { query: { ...query, limit: PAGE, after }, signal });
    yield page.items.map((event) => `${JSON.stringify(event)}\n`).join('');
    after = page.next;
  } while (after !== undefined);
}

async function* bytesOf(format: Format, query: Query, signal: AbortSignal): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const reader = (await apiResponse('GET', '/audit', { query: { ...query, format }, signal })).body?.getReader();
  for (let read = await reader?.read(); read !== undefined && !read.done; read = await reader?.read()) yield read.value;
}

/** Hands a file to the browser, which saves it. */
export function save({ name, content }: Exported): void {
  const anchor = document.createElement('a');
  anchor.href = URL.createObjectURL(content);
  anchor.download = name;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(anchor.href), 60_000);
}
