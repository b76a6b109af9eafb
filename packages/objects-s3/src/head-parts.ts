import { etagFromHeader } from '@latchkey/s3/etag';
import type { BucketName, ObjectKey } from '@latchkey/s3/names';
import { childOf, childrenOf, childText, type XmlElement } from '@latchkey/s3/xml';
import type { ObjectPart, ObjectPartPage, ObjectRecord } from '@latchkey/storage/object-store';
import type { Context } from './context.ts';
import { headObject } from './head-object.ts';
import { checksumValuesFrom } from './parts.ts';
import { isRefusal } from './upstream-errors.ts';

type PageOptions = { readonly after: number; readonly limit: number };

/** The record is HEAD's and the parts are GetObjectAttributes': two questions, which are asked again where the object was replaced between them. */
export async function headParts(
  context: Context,
  bucket: BucketName,
  key: ObjectKey,
  options: PageOptions,
): Promise<{ readonly record: ObjectRecord; readonly page?: ObjectPartPage | undefined } | undefined> {
  for (let attempt = 1; ; attempt++) {
    const record = await headObject(context, bucket, key);
    if (record?.partCount === undefined || record.checksums?.type !== 'COMPOSITE') return record && { record };
    const attributes = await partAttributes(context, bucket, key, options);
    if (attributes === undefined) return { record };
    if (etagFromHeader(childText(attributes, 'ETag') ?? '') === record.etag) return { record, page: pageFrom(attributes) };
    if (attempt === ATTEMPTS) return { record };
  }
}

const ATTEMPTS = 3;

/** Undefined where the upstream does not know the question, or does not answer it to us: it is younger than the checksums are. */
async function partAttributes(
  { upstream }: Context,
  bucket: BucketName,
  key: ObjectKey,
  { after, limit }: PageOptions,
): Promise<XmlElement | undefined> {
  const headers = {
    'x-amz-object-attributes': 'ETag,ObjectParts',
    'x-amz-max-parts': String(limit),
    'x-amz-part-number-marker': after === 0 ? undefined : String(after),
  };
  try {
    const answer = await upstream.send({ method: 'GET', bucket, key, query: { attributes: '' }, headers });
    if (answer.headers.etag === undefined) return await upstream.documentOf(answer, 'GetObjectAttributesResponse', { bucket, key });
    // Only the object itself has an ETag in its head: the parameter was passed over.
    answer.body.destroy();
    return undefined;
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}

function pageFrom(attributes: XmlElement): ObjectPartPage | undefined {
  const listed = childOf(attributes, 'ObjectParts');
  const parts = listed === undefined ? [] : childrenOf(listed, 'Part').map(partFrom);
  if (listed === undefined || childText(listed, 'IsTruncated') === undefined) return undefined;
  return { parts, next: childText(listed, 'IsTruncated') === 'true' ? parts.at(-1)?.partNumber : undefined };
}

function partFrom(part: XmlElement): ObjectPart {
  const partNumber = Number(childText(part, 'PartNumber'));
  return { partNumber, sizeBytes: Number(childText(part, 'Size') ?? 0), checksums: checksumValuesFrom(part) };
}
