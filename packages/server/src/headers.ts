/** Reading headers as they were sent. */
import { isToken } from '@latchkey/s3/cors';
import { invalidArgument } from '@latchkey/s3/errors';
import type { Authenticated, Incoming } from './pipeline.ts';

/** The first value of a header; `name` in lower case. */
export function headerValue(headers: Incoming['headers'], name: string): string | undefined {
  for (const header of headers) if (header[0] === name) return header[1];
  return undefined;
}

/**
 * An `x-amz-*` value, from the header or, in a pre-signed URL, from the signed query parameter that stands in for it.
 * Authentication has refused every `x-amz-*` header that the signature does not cover.
 */
export function amzValue(request: Authenticated, name: `x-amz-${string}`): string | undefined {
  return headerValue(request.headers, name) ?? (hoists(request) ? hoistedValue(request, name) : undefined);
}

/** `x-amz-meta-*` by name without the prefix. Repeated names were refused; a header wins over its stand-in. */
export function metadataOf(request: Authenticated): Record<string, string> {
  const metadata: Record<string, string> = Object.create(null);
  if (hoists(request)) {
    for (const { name, value } of request.target.query) {
      const lower = name.toLowerCase();
      if (lower.startsWith('x-amz-meta-')) metadata[metadataName(lower, name)] = asBytes(value);
    }
  }
  for (const [name, value] of request.headers) if (name.startsWith('x-amz-meta-')) metadata[metadataName(name, name)] = value;
  return metadata;
}

/** It goes out as the name of a header again, so it has to be one. Throws InvalidArgument. */
function metadataName(header: string, sent: string): string {
  const name = header.slice('x-amz-meta-'.length);
  if (name !== '' && !isToken(name)) throw invalidArgument('The metadata name is not valid as the name of a header.', sent, name);
  return name;
}

function hoists(request: Authenticated): boolean {
  return request.signature?.authType === 'REST-QUERY-STRING';
}

function hoistedValue(request: Authenticated, name: string): string | undefined {
  for (const parameter of request.target.query) {
    if (parameter.name.length === name.length && parameter.name.toLowerCase() === name) return parameter.value;
  }
  return undefined;
}

/** The first value of a query parameter. */
export function queryValue(request: Pick<Authenticated, 'target'>, name: string): string | undefined {
  for (const parameter of request.target.query) if (parameter.name === name) return parameter.value;
  return undefined;
}

/** All `x-amz-*` values by lower-case name; a header wins over the query parameter that stands in for it. */
export function amzHeaders(request: Authenticated): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  if (hoists(request)) {
    for (const { name, value } of request.target.query) {
      const lower = name.toLowerCase();
      if (lower.startsWith('x-amz-')) found.set(lower, value);
    }
  }
  for (const [name, value] of request.headers) if (name.startsWith('x-amz-')) found.set(name, value);
  return found;
}

/** Text as header values hold it: each character one byte of its UTF-8. */
export function asBytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
