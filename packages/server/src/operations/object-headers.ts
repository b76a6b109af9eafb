/** What GET and HEAD say about an object, and the `response-*` parameters that say it differently. */
import { type ConditionHeaders, failedPrecondition, readCondition } from '@latchkey/s3/conditional';
import { httpDate } from '@latchkey/s3/dates';
import { invalidArgument, S3Error } from '@latchkey/s3/errors';
import { quoteEtag } from '@latchkey/s3/etag';
import type { ObjectRecord, StoredChecksums } from '@latchkey/storage/object-store';
import { amzValue } from '../headers.ts';
import type { Authorised, Site } from '../pipeline.ts';

const OVERRIDES: Readonly<Record<string, string>> = {
  'response-content-type': 'content-type',
  'response-content-language': 'content-language',
  'response-expires': 'expires',
  'response-cache-control': 'cache-control',
  'response-content-disposition': 'content-disposition',
  'response-content-encoding': 'content-encoding',
};

/** As S3 spells them: some programs compare header names to the letter. */
const WIRE_NAMES: Readonly<Record<string, string>> = {
  'content-type': 'Content-Type',
  'content-language': 'Content-Language',
  expires: 'Expires',
  'cache-control': 'Cache-Control',
  'content-disposition': 'Content-Disposition',
  'content-encoding': 'Content-Encoding',
};

/** Names and values in turn; checksums only of a whole object, since that is what they are of. Throws for an override that is no header value, or that nobody signed. */
export function objectHeaders(
  request: Authorised,
  record: ObjectRecord,
  { isWhole, site }: { readonly isWhole: boolean; readonly site: Site },
): string[] {
  const headers = ['Last-Modified', httpDate(record.lastModified), 'ETag', quoteEtag(record.etag), 'Accept-Ranges', 'bytes'];
  const overrides = overridesOf(request);
  let typed = false;
  for (const name in record.headers) {
    if (overrides?.has(name)) continue;
    if (name === 'content-type') typed = true;
    headers.push(WIRE_NAMES[name] ?? name, record.headers[name] as string);
  }
  if (overrides !== undefined) for (const [name, value] of overrides) headers.push(WIRE_NAMES[name] ?? name, value);
  if (!(typed || overrides?.has('content-type'))) headers.push('Content-Type', 'binary/octet-stream');
  if (site.sandboxesActiveContent) headers.push(...sandboxHeaders(overrides?.get('content-type') ?? record.headers['content-type']));
  for (const name in record.metadata) headers.push(`x-amz-meta-${name}`, metadataValue(record.metadata[name] as string));
  const tagCount = record.tags === undefined ? 0 : Object.keys(record.tags).length;
  if (tagCount > 0) headers.push('x-amz-tagging-count', String(tagCount));
  if (isWhole && record.checksums !== undefined) pushChecksums(headers, request, record.checksums);
  return headers;
}

/** Where they are asked for. */
export function pushChecksums(headers: string[], request: Authorised, { type, values }: StoredChecksums): void {
  if (amzValue(request, 'x-amz-checksum-mode')?.toUpperCase() !== 'ENABLED') return;
  for (const [algorithm, value] of Object.entries(values)) headers.push(`x-amz-checksum-${algorithm.toLowerCase()}`, value);
  headers.push('x-amz-checksum-type', type);
}

/** A page, a picture with scripts, a script: opened by itself it runs in no origin that could hold anything. */
function sandboxHeaders(contentType: string | undefined): readonly string[] {
  const nosniff = ['X-Content-Type-Options', 'nosniff'];
  if (contentType !== undefined && PASSIVE.test(contentType)) return nosniff;
  return [...nosniff, 'Content-Security-Policy', "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"];
}

// What no browser runs. Everything else may be a page in some browser's eyes, and an object without a type is anything.
const PASSIVE =
  /^\s*(?:image\/(?!svg)[a-z0-9.+-]+|audio\/[a-z0-9.+-]+|video\/[a-z0-9.+-]+|font\/[a-z0-9.+-]+|text\/(?:plain|csv)|application\/(?:octet-stream|json|zip|gzip)|binary\/octet-stream)\s*(?:;|$)/i;

/**
 * Throws PreconditionFailed; `true` says that the client's copy is still good (304). In a pre-signed URL the conditions
 * may also stand in the signed query.
 */
export function isUnchanged(request: Authorised, record: ObjectRecord): boolean {
  const conditions = conditionsOf(request);
  if (conditions === undefined) return false;
  switch (readCondition(conditions, record)) {
    case 'proceed':
      return false;
    case 'not-modified':
      return true;
    case 'precondition-failed':
      throw new S3Error('PreconditionFailed', { fields: { Condition: failedPrecondition(conditions, record) ?? 'If-Match' } });
  }
}

/** `undefined` for the usual request, which sets none. */
function conditionsOf(request: Authorised): ConditionHeaders | undefined {
  let found: Record<string, string> | undefined;
  if (request.signature?.authType === 'REST-QUERY-STRING') {
    for (const { name, value } of request.target.query) {
      const condition = isIfName(name) ? CONDITIONS[name.toLowerCase()] : undefined;
      if (condition !== undefined) found = { [condition]: value, ...found };
    }
  }
  for (const [name, value] of request.headers) {
    const condition = isIfName(name) ? CONDITIONS[name] : undefined;
    if (condition !== undefined) found = { ...found, [condition]: value };
  }
  return found;
}

const isIfName = (name: string): boolean => (name.charCodeAt(0) | 0x20) === 0x69 && name.charCodeAt(2) === 0x2d;

const CONDITIONS: Readonly<Record<string, keyof ConditionHeaders>> = {
  'if-match': 'ifMatch',
  'if-none-match': 'ifNoneMatch',
  'if-modified-since': 'ifModifiedSince',
  'if-unmodified-since': 'ifUnmodifiedSince',
};

function overridesOf(request: Authorised): Map<string, string> | undefined {
  let overrides: Map<string, string> | undefined;
  for (const { name, value } of request.target.query) {
    const header = name.charCodeAt(0) === 0x72 ? OVERRIDES[name] : undefined;
    if (header === undefined) continue;
    if (request.principal.kind === 'anonymous')
      throw new S3Error('InvalidRequest', { message: 'Request specific response headers cannot be used for anonymous GET requests.' });
    if (!isHeaderValue(value)) throw invalidArgument('Header value cannot be represented using ISO-8859-1.', name, value);
    overrides ??= new Map();
    overrides.set(header, value);
  }
  return overrides;
}

/** Latin-1 without control characters: anything else would split or break the head of the reply. */
export function isHeaderValue(value: string): boolean {
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (code > 0xff || (code < 0x20 && code !== 0x09) || code === 0x7f) return false;
  }
  return true;
}

/** Metadata outside ASCII comes back as RFC 2047 words, as on AWS. */
function metadataValue(value: string): string {
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (code > 0x7e || code < 0x20) return encodedWord(value);
  }
  return value;
}

function encodedWord(value: string): string {
  return `=?UTF-8?B?${Buffer.from(value, 'latin1').toString('base64')}?=`;
}
