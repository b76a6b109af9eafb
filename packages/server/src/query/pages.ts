/** Lists in pages: Marker and MaxItems in, IsTruncated and Marker out. */

import { S3Error } from '@latchkey/s3/errors';
import { element, type XmlNode } from '@latchkey/s3/xml-writer';
import type { RecordStore } from '@latchkey/storage/record-store';
import type { Documents } from '../identity/documents.ts';
import type { Parameters } from './parameters.ts';

const DEFAULT_ITEMS = 100;
const MAX_ITEMS = 1000;

/** One page of the documents that are wanted. */
export async function documentPage<Value extends { readonly name: string }>(
  sort: Documents<Value>,
  records: RecordStore,
  parameters: Parameters,
  isWanted: (value: Value) => boolean,
): Promise<{ readonly values: readonly Value[]; readonly end: readonly XmlNode[] }> {
  const limit = parameters.wholeNumber('MaxItems', { min: 1, max: MAX_ITEMS }) ?? DEFAULT_ITEMS;
  const values: Value[] = [];
  let after = markerOf(parameters);
  for (;;) {
    const page = await sort.list(records, { after, limit: 200 });
    for (const value of page.values) {
      if (!isWanted(value)) continue;
      if (values.length === limit) return { values, end: endOfPage(values.at(-1)?.name) };
      values.push(value);
    }
    if (page.next === undefined) return { values, end: endOfPage(undefined) };
    after = page.next;
  }
}

/** One page of what is in memory already, in the order of its names. */
export function page<Value>(all: readonly Value[], nameOf: (value: Value) => string, parameters: Parameters) {
  const limit = parameters.wholeNumber('MaxItems', { min: 1, max: MAX_ITEMS }) ?? DEFAULT_ITEMS;
  const after = markerOf(parameters);
  const sorted = [...all].sort((left, right) => (nameOf(left) < nameOf(right) ? -1 : 1));
  const rest = after === undefined ? sorted : sorted.filter((value) => nameOf(value) > after);
  const values = rest.slice(0, limit);
  const last = values.at(-1);
  return { values, end: endOfPage(rest.length > limit && last !== undefined ? nameOf(last) : undefined) };
}

function endOfPage(last: string | undefined): readonly XmlNode[] {
  if (last === undefined) return [element('IsTruncated', false)];
  return [element('IsTruncated', true), element('Marker', Buffer.from(last).toString('base64url'))];
}

function markerOf(parameters: Parameters): string | undefined {
  const marker = parameters.text('Marker');
  if (marker === undefined) return undefined;
  if (!/^[\w-]+$/.test(marker)) throw new S3Error('ValidationError', { message: 'The marker is not one that a list answered with.' });
  return Buffer.from(marker, 'base64url').toString('utf8');
}
