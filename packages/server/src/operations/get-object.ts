import { invalidArgument, S3Error } from '@latchkey/s3/errors';
import { contentRange } from '@latchkey/s3/range';
import type { ByteRange, OpenObject } from '@latchkey/storage/object-store';
import { headerValue, queryValue } from '../headers.ts';
import type { Authorised, Reply, Site, Stores } from '../pipeline.ts';
import { redirectDownload } from '../redirects/redirect-download.ts';
import { type InObject, objectOperation } from './define.ts';
import { missingKey } from './missing-key.ts';
import { isUnchanged, objectHeaders, pushChecksums } from './object-headers.ts';
import { onObject } from './permissions.ts';
import { requestedRange } from './requested-range.ts';
import { refuseVersion } from './version-id.ts';

export const getObject = objectOperation({
  name: 'GetObject',
  method: 'GET',
  needs: onObject('s3:GetObject'),
  run(request, stores, site) {
    refuseVersion(request);
    const redirected = stores.objects.direct && redirectDownload(request, stores, site);
    if (redirected === undefined) return deliverObject(request, stores, site);
    return redirected.then((reply) => reply ?? deliverObject(request, stores, site));
  },
});

function deliverObject(request: Authorised & InObject, { objects }: Stores, site: Site): Reply | Promise<Reply> {
  const range = headerValue(request.headers, 'range');
  const opened = objects.openObject(request.bucket, request.key, range === undefined ? undefined : { range });
  return opened instanceof Promise ? opened.then((object) => replyOf(request, object, site)) : replyOf(request, opened, site);
}

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
    const range = requestedRange(request, record);
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
  if (partNumber === undefined) return contentOf(request, object, site, requestedRange(request, record), undefined);
  return partOf(request, object, partNumber).then((part) => contentOf(request, object, site, part?.range, part));
}

type Part = Awaited<ReturnType<OpenObject['part']>>;

function contentOf(request: Authorised, object: OpenObject, site: Site, range: ByteRange | undefined, part: Part): Reply {
  const { record } = object;
  const headers = objectHeaders(request, record, { isWhole: range === undefined, site });
  if (range === undefined) return withBody(200, headers, object, undefined, record.sizeBytes);
  if (part !== undefined) headers.push('x-amz-mp-parts-count', String(part.partCount));
  // The part's own, said to be of the type that the object's are.
  if (part?.checksums && record.checksums) pushChecksums(headers, request, { type: record.checksums.type, values: part.checksums });
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
  return { status, headers, body: object.read(range, 'lent'), contentLength, close: () => object.close() };
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
