/** The trail as requests ask for it and replies show it. */
import {
  array,
  boolean,
  looseObject,
  nullable,
  number,
  object,
  optional,
  picklist,
  pipe,
  record,
  regex,
  string,
  transform,
  union,
  unknown,
} from 'valibot';
import { EXPORT_FORMATS } from '../../audit/formats.ts';
import { members } from '../input.ts';
import { count, cursor, limit, text, time } from './values.ts';

/** A time, or how long ago by this server's clock: `15m`, `0s` for now. */
const moment = union(
  [
    time,
    pipe(
      string(),
      regex(/^\d{1,9}[smhd]$/),
      transform((value) => ({ secondsAgo: Number(value.slice(0, -1)) * (SECONDS[value.slice(-1)] ?? Number.NaN) })),
    ),
  ],
  'must be a time such as 2026-11-22T03:04:05Z, or how long ago: 15m, 12h, 7d.',
);

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

export type Moment = number | { readonly secondsAgo: number };

/** Milliseconds since the epoch. */
export function msOf(moment: Moment, now: number): number {
  return typeof moment === 'number' ? moment : now - moment.secondsAgo * 1000;
}

export const auditQuery = members({
  link: optional(text(64)),
  signature: optional(pipe(string(), regex(/^[0-9a-f]{64}$/, 'must be the SHA-256 of a signature, in lower-case hex.'))),
  bucket: optional(text(63)),
  key: optional(text(1024)),
  user: optional(text(2048)),
  address: optional(text(64)),
  operation: optional(text(64)),
  result: optional(text(64)),
  since: optional(moment),
  until: optional(moment),
  order: optional(picklist(['oldest', 'newest'], 'must be oldest or newest.'), 'oldest'),
  limit: optional(limit),
  after: optional(cursor),
  wait: optional(count(0, 10)),
  format: optional(picklist(['json', ...EXPORT_FORMATS], 'must be json, cloudtrail, access-log or csv.'), 'json'),
});

/** In the field names of AWS CloudTrail; what only some events have is not listed here. */
export const event = looseObject({
  eventTime: string(),
  eventSource: string(),
  eventName: string(),
  sourceIPAddress: string(),
  userAgent: string(),
  userIdentity: looseObject({ type: string(), arn: optional(string()), userName: optional(string()), accessKeyId: optional(string()) }),
  errorCode: optional(string()),
  errorMessage: optional(string()),
  requestParameters: nullable(record(string(), unknown())),
  responseElements: nullable(record(string(), unknown())),
  additionalEventData: looseObject({
    bytesTransferredIn: number(),
    bytesTransferredOut: number(),
    latchkey: looseObject({
      status: number(),
      receivedAt: string(),
      linkId: optional(string()),
      signatureHash: optional(string()),
      decision: optional(object({ check: string(), reason: string() })),
      uses: optional(object({ before: number(), max: number() })),
      cut: optional(boolean()),
    }),
  }),
  requestID: string(),
  eventID: string(),
  readOnly: boolean(),
});

export const eventPage = members({ items: array(event), next: optional(string()), latest: optional(string()) });

/** A page, or with `format=cloudtrail` the file. */
export const cloudTrailFile = members({ Records: array(event) });
export const audited = union([eventPage, cloudTrailFile]);

export const verdict = members({
  isWhole: boolean(),
  chains: number(),
  lines: number(),
  findings: array(
    members({
      what: picklist(['altered', 'missing', 'out-of-order', 'cut-off', 'unexpected']),
      segment: string(),
      sequence: optional(number()),
      line: optional(number()),
      detail: string(),
    }),
  ),
  notices: array(string()),
  head: string(),
});
