/** Headers, metadata and tags of an object, as they travel in requests to the upstream and in its answers. */
import { CHECKSUM_ALGORITHMS, checksumHeader } from '@latchkey/s3/checksum-algorithm';
import { parseHttpDate } from '@latchkey/s3/dates';
import { etagFromHeader } from '@latchkey/s3/etag';
import type { ObjectKey } from '@latchkey/s3/names';
import { uriEncode } from '@latchkey/sigv4/encode';
import type { ChecksumAlgorithm, ObjectProperties, ObjectRecord, StoredChecksums } from '@latchkey/storage/object-store';
import type { Answer } from './transport.ts';

type Headers = Answer['headers'];

/** The headers of a PUT or of a new multipart upload. */
export function headersOf({ headers, metadata, tags }: ObjectProperties): Record<string, string> {
  const sent: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) sent[name] = name.startsWith('x-amz-') ? escapedBytes(value) : value;
  for (const [name, value] of Object.entries(metadata)) sent[`x-amz-meta-${name}`] = isAscii(value) ? value : encodedWord(value);
  const pairs = Object.entries(tags ?? {});
  if (pairs.length > 0) sent['x-amz-tagging'] = pairs.map(([key, value]) => `${uriEncode(key)}=${uriEncode(value)}`).join('&');
  return sent;
}

/** An object as an answer to GET or HEAD shows it, without its tags. */
export function recordFrom(key: ObjectKey, headers: Headers): ObjectRecord {
  const etag = etagFromHeader(headers.etag ?? '');
  const partCount = /-(\d{1,5})$/.exec(etag)?.[1];
  return {
    key,
    sizeBytes: totalBytes(headers),
    etag,
    lastModified: parseHttpDate(headers['last-modified'] ?? '') ?? 0,
    headers: systemHeaders(headers),
    metadata: metadataFrom(headers),
    checksums: checksumsFrom(headers),
    partCount: partCount === undefined ? undefined : Number(partCount),
  };
}

/** How many tags there are, which is all that GET and HEAD say about them. */
export function tagCount(headers: Headers): number {
  return Number(text(headers['x-amz-tagging-count']) ?? 0);
}

/** `bytes 0-99/1234`. */
export function contentRange(headers: Headers): { readonly start: number; readonly end: number; readonly totalBytes: number } | undefined {
  const [, start, end, total] = /^bytes (\d+)-(-?\d+)\/(\d+)$/.exec(headers['content-range'] ?? '') ?? [];
  return total === undefined ? undefined : { start: Number(start), end: Number(end), totalBytes: Number(total) };
}

export function checksumsFrom(headers: Headers): StoredChecksums | undefined {
  const found: [ChecksumAlgorithm, string][] = [];
  for (const algorithm of CHECKSUM_ALGORITHMS) {
    const value = text(headers[checksumHeader(algorithm)]);
    if (value !== undefined) found.push([algorithm, value]);
  }
  const [first] = found;
  if (first === undefined) return undefined;
  const isComposite = (text(headers['x-amz-checksum-type']) ?? (/-\d+$/.test(first[1]) ? 'COMPOSITE' : '')) === 'COMPOSITE';
  return { type: isComposite ? 'COMPOSITE' : 'FULL_OBJECT', values: Object.fromEntries(found) };
}

/** The moment of an answer, which for a write is when it was done: S3 does not say it otherwise. */
export function answeredAt({ headers }: Answer, now: number): number {
  return parseHttpDate(headers.date ?? '') ?? Math.floor(now / 1000) * 1000;
}

const SYSTEM_HEADERS = [
  'content-type',
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'expires',
  'x-amz-website-redirect-location',
  'x-amz-storage-class',
] as const;

/** What S3 says of its own accord where nothing was said. */
const UNSAID: Readonly<Record<string, string>> = { 'content-type': 'binary/octet-stream', 'x-amz-storage-class': 'STANDARD' };

function systemHeaders(headers: Headers): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name of SYSTEM_HEADERS) {
    const sent = text(headers[name]);
    const value = name === 'content-encoding' ? withoutAwsChunked(sent) : sent;
    if (value !== undefined && value !== '' && value !== UNSAID[name]) kept[name] = value;
  }
  return kept;
}

/** Some upstreams keep how the body travelled as if it were what the object is. */
function withoutAwsChunked(encoding: string | undefined): string | undefined {
  const kept = encoding?.split(',').filter((coding) => coding.trim().toLowerCase() !== 'aws-chunked');
  return kept?.join(',').trim();
}

/** From pairs, so that a name such as `__proto__` is one like any other. */
function metadataFrom(headers: Headers): Record<string, string> {
  const named = Object.entries(headers).filter(([name]) => name.startsWith(METADATA));
  return Object.fromEntries(named.map(([name, value]) => [name.slice(METADATA.length), decodedWord(text(value) ?? '')]));
}

const METADATA = 'x-amz-meta-';

function totalBytes(headers: Headers): number {
  return contentRange(headers)?.totalBytes ?? Number(headers['content-length'] ?? 0);
}

function text(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'string' || value === undefined ? value : value.join(', ');
}

function isAscii(value: string): boolean {
  return /^[\t -~]*$/.test(value);
}

/** RFC 2047, as S3 itself shows metadata that is not ASCII. Each character of `value` is one byte. */
function encodedWord(value: string): string {
  return `=?UTF-8?B?${Buffer.from(value, 'latin1').toString('base64')}?=`;
}

function decodedWord(value: string): string {
  const [, base64] = /^=\?UTF-8\?B\?([A-Za-z0-9+/]*={0,2})\?=$/i.exec(value) ?? [];
  return base64 === undefined ? value : Buffer.from(base64, 'base64').toString('latin1');
}

function escapedBytes(value: string): string {
  return value.replace(/[^\t -~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
}
