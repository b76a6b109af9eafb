import { parseHttpDate } from '@latchkey/s3/dates';
import { invalidArgument, S3Error } from '@latchkey/s3/errors';
import { quoteEtag } from '@latchkey/s3/etag';
import { contentRange, parseRange } from '@latchkey/s3/range';
import type { ByteRange, ObjectRecord, OpenObject } from '@latchkey/storage/object-store';
import { headerValue, queryValue } from '../headers.ts';
import type { Authorised, Reply, Site } from '../pipeline.ts';
import { objectOperation } from './define.ts';
import { missingKey } from './missing-key.ts';
import { isUnchanged, objectHeaders } from './object-headers.ts';
import { onObject } from './permissions.ts';
import { refuseVersion } from './version-id.ts';

export const getObject = objectOperation({
  name: 'GetObject',
  method: 'GET',
  needs: onObject('s3:GetObject'),
  run(request, { objects }, site) {
    refuseVersion(request);
    const range = headerValue(request.headers, 'range');
    const opened = objects.openObject(request.bucket, request.key, range === undefined ? undefined : { range });
    return opened instanceof Promise ? opened.then((object) => replyOf(request, object, site)) : replyOf(request, opened, site);
  },
});

function replyOf(request: Authorised, object: OpenObject | undefined, site: Site): Reply | Promise<Reply> {
  if (object === undefined) throw missingKey(request);
  const letGo = async (error: unknown): Promise<never> => {
    await object.close();
    throw error;
  };
  try {
    const reply = replyWith(request, object, site);
    return reply instanceof Promise ? reply.catch(letGo) : reply;
  } catch (error) {
    return letGo(error);
  }
}

export const headObject = objectOperation({
  name: 'HeadObject',
  method: 'HEAD',
  needs: onObject('s3:GetObject'),
  async run(request, { objects }, site) {
    refuseVersion(request);
    if (queryValue(request, 'partNumber') !== undefined) {
      const object = await objects.openObject(request.bucket, request.key);
      if (object === undefined) throw missingKey(request);
      return headOfPart(request, object, site);
    }
    const record = await objects.headObject(request.bucket, request.key);
    if (record === undefined) throw missingKey(request);
    if (isUnchanged(request, record)) return { status: 304, headers: objectHeaders(request, record, { isWhole: false, site }) };
    const range = rangeOf(request, record);
    const headers = objectHeaders(request, record, { isWhole: range === undefined, site });
    if (range === undefined) return { status: 200, headers, contentLength: record.sizeBytes };
    headers.push('Content-Range', contentRange(range, record.sizeBytes));
    return { status: 206, headers, contentLength: range.end - range.start + 1 };
  },
});

async function headOfPart(request: Authorised, object: OpenObject, site: Site): Promise<Reply> {
  try {
    const reply = await replyWith(request, object, site);
    const length = reply.body instanceof Uint8Array ? reply.body.byteLength : reply.contentLength;
    return { status: reply.status, headers: reply.headers, contentLength: length ?? 0 };
  } finally {
    await object.close();
  }
}

function replyWith(request: Authorised, object: OpenObject, site: Site): Reply | Promise<Reply> {
  const { record } = object;
  if (isUnchanged(request, record)) {
    const reply = { status: 304, headers: objectHeaders(request, record, { isWhole: false, site }) };
    return object.close().then(() => reply);
  }
  const partNumber = queryValue(request, 'partNumber');
  if (partNumber === undefined) return contentOf(request, object, site, rangeOf(request, record), undefined);
  return partOf(request, object, partNumber).then((part) => contentOf(request, object, site, part?.range, part));
}

type Part = Awaited<ReturnType<OpenObject['part']>>;

function contentOf(request: Authorised, object: OpenObject, site: Site, range: ByteRange | undefined, part: Part): Reply {
  const { record } = object;
  const headers = objectHeaders(request, record, { isWhole: range === undefined, site });
  if (range === undefined) return withBody(200, headers, object, undefined, record.sizeBytes);
  if (part !== undefined) headers.push('x-amz-mp-parts-count', String(part.partCount));
  headers.push('Content-Range', contentRange(range, record.sizeBytes));
  return withBody(206, headers, object, range, range.end - range.start + 1);
}

function withBody(
  status: number,
  headers: readonly string[],
  object: OpenObject,
  range: ByteRange | undefined,
  contentLength: number,
): Reply {
  if (object.bytes !== undefined) {
    return { status, headers, body: range === undefined ? object.bytes : object.bytes.subarray(range.start, range.end + 1) };
  }
  return { status, headers, body: object.read(range), contentLength, close: () => object.close() };
}

function rangeOf(request: Authorised, record: ObjectRecord): ByteRange | undefined {
  const header = headerValue(request.headers, 'range');
  if (header === undefined || !isStill(headerValue(request.headers, 'if-range'), record)) return undefined;
  const range = parseRange(header, record.sizeBytes);
  if (range === 'whole') return undefined;
  if (range === 'unsatisfiable')
    throw new S3Error('InvalidRange', { fields: { RangeRequested: header, ActualObjectSize: String(record.sizeBytes) } });
  return range;
}

/** RFC 9110, 13.1.5: a range is only for who has the beginning of this very object; others get the whole. */
function isStill(ifRange: string | undefined, record: ObjectRecord): boolean {
  if (ifRange === undefined) return true;
  const date = parseHttpDate(ifRange);
  return date === undefined ? ifRange.trim() === quoteEtag(record.etag) : date === record.lastModified;
}

/** A part of an object that was not made of parts is the whole object, as part 1 of 1. */
async function partOf(request: Authorised, object: OpenObject, text: string): ReturnType<OpenObject['part']> {
  if (headerValue(request.headers, 'range') !== undefined)
    throw new S3Error('InvalidRequest', { message: 'Cannot specify both Range header and partNumber query parameter' });
  const partNumber = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (partNumber < 1 || partNumber > 10_000)
    throw invalidArgument('Part number must be an integer between 1 and 10000, inclusive', 'partNumber', text);
  if (object.record.partCount === undefined && partNumber === 1) return undefined;
  const part = await object.part(partNumber);
  if (part === undefined)
    throw new S3Error('InvalidPartNumber', {
      fields: { PartNumberRequested: text, ActualPartCount: String(object.record.partCount ?? 1) },
    });
  return part;
}
