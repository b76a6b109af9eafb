import { checksumElements } from '@latchkey/s3/checksum-elements';
import { httpDate } from '@latchkey/s3/dates';
import { invalidArgument, S3Error } from '@latchkey/s3/errors';
import { objectPartsParameters } from '@latchkey/s3/list-parameters';
import { withoutPartCount } from '@latchkey/s3/multipart-checksums';
import { objectPartsElement } from '@latchkey/s3/object-parts';
import { element, type XmlNode, xmlDocument } from '@latchkey/s3/xml-writer';
import type { ObjectRecord, ObjectStore, StoredChecksums } from '@latchkey/storage/object-store';
import { amzValue } from '../headers.ts';
import type { Authenticated } from '../pipeline.ts';
import { type InObject, objectOperation } from './define.ts';
import { missingKey } from './missing-key.ts';
import { onObject } from './permissions.ts';
import { xmlReply } from './replies.ts';

const ATTRIBUTES = ['ETag', 'Checksum', 'ObjectParts', 'StorageClass', 'ObjectSize'] as const;
type Attribute = (typeof ATTRIBUTES)[number];

/** What is asked for in `x-amz-object-attributes`, and nothing else. */
export const getObjectAttributes = objectOperation({
  name: 'GetObjectAttributes',
  method: 'GET',
  subresource: 'attributes',
  // Whoever may not read the object learns nothing of it here either.
  needs: (request) => [...onObject('s3:GetObject')(request), ...onObject('s3:GetObjectAttributes')(request)],
  async run(request, { objects }) {
    const wanted = wantedAttributes(request);
    const found = wanted.has('ObjectParts') ? await withParts(request, objects) : await withoutParts(request, objects);
    if (found === undefined) throw missingKey(request);
    const shown = ATTRIBUTES.filter((attribute) => wanted.has(attribute)).map((attribute) => attributeElement(attribute, found));
    return xmlReply(xmlDocument('GetObjectAttributesResponse', shown), ['Last-Modified', httpDate(found.record.lastModified)]);
  },
});

type Found = { readonly record: ObjectRecord; readonly parts?: XmlNode | undefined };

async function withoutParts({ bucket, key }: InObject, objects: ObjectStore): Promise<Found | undefined> {
  const record = await objects.headObject(bucket, key);
  return record && { record };
}

async function withParts(request: Authenticated & InObject, objects: ObjectStore): Promise<Found | undefined> {
  const names = ['x-amz-max-parts', 'x-amz-part-number-marker'] as const;
  const parameters = objectPartsParameters(names.map((name) => ({ name, value: amzValue(request, name) ?? '' })));
  const options = { after: parameters.partNumberMarker, limit: parameters.maxParts };
  const found = await objects.headParts(request.bucket, request.key, options);
  if (found === undefined) return undefined;
  const { record, page } = found;
  return { record, parts: record.partCount === undefined ? undefined : objectPartsElement(record.partCount, parameters, page) };
}

function wantedAttributes(request: Authenticated): ReadonlySet<string> {
  const header = amzValue(request, 'x-amz-object-attributes');
  if (header === undefined || header.trim() === '')
    throw new S3Error('InvalidRequest', {
      message: 'The x-amz-object-attributes header specifying the attributes to be retrieved is either missing or empty',
    });
  const names = header.split(',').map((name) => name.trim());
  for (const name of names) {
    if (!(ATTRIBUTES as readonly string[]).includes(name))
      throw invalidArgument('Invalid attribute name specified.', 'x-amz-object-attributes', name);
  }
  return new Set(names);
}

function attributeElement(attribute: Attribute, { record, parts }: Found): XmlNode | undefined {
  switch (attribute) {
    case 'ETag':
      return element('ETag', record.etag);
    case 'Checksum':
      return record.checksums && element('Checksum', checksumElements(withoutPartCounts(record.checksums)));
    case 'ObjectParts':
      return parts;
    case 'StorageClass':
      return element('StorageClass', record.headers['x-amz-storage-class'] ?? 'STANDARD');
    case 'ObjectSize':
      return element('ObjectSize', record.sizeBytes);
  }
}

/** How many parts there are is told beside it: only here S3 leaves the number away. */
function withoutPartCounts({ type, values }: StoredChecksums): StoredChecksums {
  return { type, values: Object.fromEntries(Object.entries(values).map(([algorithm, value]) => [algorithm, withoutPartCount(value)])) };
}
