/** Upload requests as requests of the API ask for them and replies show them. */
import { array, boolean, type InferOutput, nullable, number, optional, picklist, pipe, regex, string } from 'valibot';
import type { Delivery, UploadTerms } from '../../upload-requests/model.ts';
import type { NewUploadRequest, UploadRequestChange, UploadRequestView } from '../../upload-requests/upload-requests.ts';
import { members } from '../input.ts';
import { endOf } from './link.ts';
import { changedTerms, newTerms, shownTerms, termsIn } from './terms.ts';
import { count, cursor, flag, isoTime, limit, text, timeText } from './values.ts';

/** How long a request is open where nobody says: a week. */
const DEFAULT_SECONDS = 7 * 86_400;
const STATUSES = picklist(['active', 'closed', 'expired', 'not-yet', 'full']);

const files = count(1, 1_000_000);
const bytes = count(1, Number.MAX_SAFE_INTEGER);
const OURS = ['notBefore', 'sourceIp', 'minSize', 'maxSize', 'contentTypes', 'checksContent', 'noOverwrite', 'maxBytesPerSecond'] as const;

type Ours<Of> = Pick<Of, Extract<(typeof OURS)[number], keyof Of>>;
/** Of the terms of links, those that are for uploads. */
function ours<const Of extends object>(terms: Of): Ours<Of> {
  return Object.fromEntries(Object.entries(terms).filter(([name]) => (OURS as readonly string[]).includes(name))) as Ours<Of>;
}

export const newUploadRequest = members({
  bucket: text(63),
  keyPrefix: optional(pipe(string(), regex(/^[\s\S]{0,512}$/, 'has at most 512 characters.')), ''),
  keyTemplate: optional(text(256)),
  expiresIn: newTerms.expiresIn,
  expiresAt: newTerms.expiresAt,
  ...ours(newTerms),
  maxFiles: optional(files),
  maxTotalBytes: optional(bytes),
  label: optional(text(256)),
  note: optional(text(1024)),
  password: optional(text(256)),
  endpoint: optional(
    pipe(
      text(2048),
      regex(/^https?:\/\/(?:[\w.-]+|\[[\da-fA-F:.]+\])(?::\d{1,5})?(?:\/[^?#\s]*)?$/, 'must be a URL such as https://files.example.com.'),
    ),
  ),
  style: optional(picklist(['path', 'virtual'], 'must be path or virtual.')),
});

/** What the requests' own code takes. `now` in milliseconds since the epoch. */
export function asNewUploadRequest(input: InferOutput<typeof newUploadRequest>, now: number): NewUploadRequest {
  const { bucket, keyPrefix, keyTemplate, label, note, password, endpoint, style, maxFiles, maxTotalBytes } = input;
  const expiresAt = endOf(input, now) ?? now + DEFAULT_SECONDS * 1000;
  const terms: UploadTerms = { ...termsIn(input), expiresAt, ...defined({ maxFiles, maxTotalBytes }) };
  return { bucket, keyPrefix, keyTemplate, terms, label, note, password, endpoint, style };
}

export const uploadRequestChange = members({
  expiresIn: changedTerms.expiresIn,
  expiresAt: changedTerms.expiresAt,
  ...ours(changedTerms),
  maxFiles: optional(nullable(files)),
  maxTotalBytes: optional(nullable(bytes)),
  label: optional(nullable(text(256))),
  note: optional(nullable(text(1024))),
  password: optional(nullable(text(256))),
  status: optional(picklist(['active', 'closed'], 'must be active or closed.')),
});

export function asUploadRequestChange(input: InferOutput<typeof uploadRequestChange>, now: number): UploadRequestChange {
  const { label, note, password, status, maxFiles, maxTotalBytes } = input;
  const expiresAt = endOf(input, now);
  const end = expiresAt === undefined ? {} : { expiresAt };
  return { terms: { ...termsIn(input), ...defined({ maxFiles, maxTotalBytes }), ...end }, label, note, password, status };
}

const amount = members({ files: number(), bytes: number() });

export const uploadRequest = members({
  id: string(),
  bucket: string(),
  keyPrefix: string(),
  keyTemplate: string(),
  url: optional(string()),
  status: STATUSES,
  expiresAt: timeText,
  ...ours(shownTerms),
  maxFiles: optional(number()),
  maxTotalBytes: optional(number()),
  delivered: amount,
  open: amount,
  label: optional(string()),
  note: optional(string()),
  hasPassword: boolean(),
  createdAt: timeText,
  createdBy: string(),
  closedAt: optional(timeText),
});

export function shownUploadRequest(view: UploadRequestView) {
  const { id, bucket, keyPrefix, keyTemplate, url, status, terms, delivered, open, label, note, hasPassword, createdBy } = view;
  const { expiresAt, notBefore, ...others } = terms;
  return defined({
    id,
    bucket,
    keyPrefix,
    keyTemplate,
    url,
    status,
    expiresAt: isoTime(expiresAt),
    notBefore: notBefore === undefined ? undefined : isoTime(notBefore),
    ...others,
    delivered,
    open,
    label,
    note,
    hasPassword,
    createdAt: isoTime(view.createdAt),
    createdBy,
    closedAt: view.closedAt === undefined ? undefined : isoTime(view.closedAt),
  });
}

export const uploadRequestFilter = members({
  bucket: optional(text(63)),
  prefix: optional(text(1024)),
  label: optional(text(256)),
  status: optional(STATUSES),
  createdBy: optional(text(2048)),
  limit: optional(limit, 100),
  after: optional(cursor),
  withUrl: optional(flag),
});

export const uploadRequestPage = members({ items: array(uploadRequest), next: optional(string()) });

export const delivery = members({
  id: string(),
  key: string(),
  name: string(),
  type: string(),
  size: number(),
  status: picklist(['open', 'delivered']),
  by: picklist(['put', 'parts', 'form']),
  createdAt: timeText,
  deliveredAt: optional(timeText),
  sourceIPAddress: string(),
  deliverer: string(),
});

export function shownDelivery({ id, key, name, type, sizeBytes, status, by, createdAt, deliveredAt, address, deliverer }: Delivery) {
  return defined({
    id,
    key,
    name,
    type,
    size: sizeBytes,
    status,
    by,
    createdAt: isoTime(createdAt),
    deliveredAt: deliveredAt === undefined ? undefined : isoTime(deliveredAt),
    sourceIPAddress: address,
    deliverer,
  });
}

export const deliveryQuery = members({ limit: optional(limit, 100), after: optional(cursor) });
export const deliveryPage = members({ items: array(delivery), next: optional(string()) });

function defined<Value extends object>(value: Value): Value {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as Value;
}
