import { checksumElements } from '@latchkey/s3/checksum-elements';
import { httpDate } from '@latchkey/s3/dates';
import { invalidArgument, S3Error } from '@latchkey/s3/errors';
import { element, type XmlNode, xmlDocument } from '@latchkey/s3/xml-writer';
import type { ObjectRecord } from '@latchkey/storage/object-store';
import { amzValue } from '../headers.ts';
import type { Authenticated } from '../pipeline.ts';
import { objectOperation } from './define.ts';
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
    const record = await objects.headObject(request.bucket, request.key);
    if (record === undefined) throw missingKey(request);
    const shown = ATTRIBUTES.filter((attribute) => wanted.has(attribute)).map((attribute) => attributeElement(attribute, record));
    return xmlReply(xmlDocument('GetObjectAttributesResponse', shown), ['Last-Modified', httpDate(record.lastModified)]);
  },
});

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

function attributeElement(attribute: Attribute, record: ObjectRecord): XmlNode | undefined {
  switch (attribute) {
    case 'ETag':
      return element('ETag', record.etag);
    case 'Checksum':
      return record.checksums === undefined ? undefined : element('Checksum', checksumElements(record.checksums));
    case 'ObjectParts':
      return record.partCount === undefined ? undefined : element('ObjectParts', [element('TotalPartsCount', record.partCount)]);
    case 'StorageClass':
      return element('StorageClass', record.headers['x-amz-storage-class'] ?? 'STANDARD');
    case 'ObjectSize':
      return element('ObjectSize', record.sizeBytes);
  }
}
