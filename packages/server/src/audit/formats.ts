/** The trail as other programs read it: CloudTrail's file, lines of S3's server access log, a table. Each is made while it is read. */

import { accessLogLine } from './access-log.ts';
import { CSV_HEADER, csvLine } from './csv.ts';
import type { TrailRecord } from './record.ts';

export const EXPORT_FORMATS = ['cloudtrail', 'access-log', 'csv'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export const EXPORT_TYPES: Readonly<Record<ExportFormat, string>> = {
  cloudtrail: 'application/json',
  'access-log': 'text/plain; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
};

/** UTF-8, a line an event. `ownerId` is the canonical user id that access logs begin with. */
export async function* exported(format: ExportFormat, events: AsyncIterable<TrailRecord>, ownerId: string): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  for await (const text of linesOf(format, events, ownerId)) yield encoder.encode(text);
}

async function* linesOf(format: ExportFormat, events: AsyncIterable<TrailRecord>, ownerId: string): AsyncGenerator<string> {
  switch (format) {
    case 'cloudtrail': {
      let isFirst = true;
      yield '{"Records":[\n';
      for await (const event of events) {
        yield `${isFirst ? '' : ',\n'}${cloudTrailRecord(event)}`;
        isFirst = false;
      }
      return yield '\n]}\n';
    }
    case 'access-log':
      // What the log of S3 has no words for is not in it: calls of IAM, STS and the API, and events about the trail itself.
      for await (const event of events) if (event.eventSource === 's3.amazonaws.com') yield `${accessLogLine(event, ownerId)}\n`;
      return;
    case 'csv':
      yield `${CSV_HEADER}\n`;
      for await (const event of events) yield `${csvLine(event)}\n`;
  }
}

/** Without the members that chain the lines of our own files. */
function cloudTrailRecord({ recordedAt: _recordedAt, sequence: _sequence, hash: _hash, ...record }: TrailRecord): string {
  return JSON.stringify(record);
}
