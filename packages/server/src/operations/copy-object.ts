import { copyObjectXml } from '@latchkey/s3/copy-results';
import { invalidArgument, S3Error } from '@latchkey/s3/errors';
import type { ObjectProperties, ObjectRecord } from '@latchkey/storage/object-store';
import { copiedBody, copyChecksumAlgorithm } from '../copied-body.ts';
import { amzValue } from '../headers.ts';
import { checkSize, checkType } from '../links/upload-limits.ts';
import type { Authorised } from '../pipeline.ts';
import { copyPermissions, copySourceOf, openCopySource } from './copy-source.ts';
import { objectOperation } from './define.ts';
import { objectProperties, refuseUnsupported } from './object-properties.ts';
import { MAX_PUT_BYTES } from './put-object.ts';
import { xmlReply } from './replies.ts';
import { writeCondition } from './write-condition.ts';

export const copyObject = objectOperation({
  name: 'CopyObject',
  method: 'PUT',
  header: 'x-amz-copy-source',
  needs: copyPermissions,
  async run(request, stores, site) {
    refuseUnsupported(request);
    const replaces = { metadata: directive(request, 'x-amz-metadata-directive'), tags: directive(request, 'x-amz-tagging-directive') };
    refuseCopyOntoItself(request, replaces.metadata);
    const condition = writeCondition(request);
    const source = await openCopySource(request, stores);
    try {
      if (source.record.sizeBytes > MAX_PUT_BYTES) {
        throw new S3Error('InvalidRequest', {
          message: `The specified copy source is larger than the maximum allowable size for a copy source: ${MAX_PUT_BYTES}`,
        });
      }
      const properties = propertiesOf(request, source.record, replaces);
      if (request.terms !== undefined) {
        checkSize(source.record.sizeBytes, request.terms);
        checkType(properties.headers['content-type'], request.terms);
      }
      const body = await copiedBody(source, undefined, copyChecksumAlgorithm(request, source.record));
      const written = await stores.objects.putObject(request.bucket, request.key, body, properties, {
        announce: await stores.events.ofObject(request, 'ObjectCreated:Copy'),
        condition,
        now: site.now(),
        signal: request.body.signal,
      });
      return xmlReply(copyObjectXml(written));
    } finally {
      await source.close();
    }
  },
});

type Replaces = { readonly metadata: boolean; readonly tags: boolean };

function propertiesOf(request: Authorised, source: ObjectRecord, replaces: Replaces): ObjectProperties {
  const given = objectProperties(request);
  const { headers, metadata } = replaces.metadata ? given : { headers: copiedHeaders(source, given), metadata: source.metadata };
  const tags = replaces.tags ? given.tags : source.tags;
  return { headers, metadata, ...(tags === undefined ? {} : { tags }) };
}

/** Storage class and redirect are the copy's own, as the request has them; the rest comes along. */
function copiedHeaders(source: ObjectRecord, given: ObjectProperties): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(source.headers)) if (!name.startsWith('x-amz-')) headers[name] = value;
  for (const [name, value] of Object.entries(given.headers)) if (name.startsWith('x-amz-')) headers[name] = value;
  return headers;
}

/** True for REPLACE. */
function directive(request: Authorised, name: 'x-amz-metadata-directive' | 'x-amz-tagging-directive'): boolean {
  const value = amzValue(request, name);
  if (value === undefined || value === 'COPY') return false;
  if (value === 'REPLACE') return true;
  throw invalidArgument(`Unknown ${name === 'x-amz-metadata-directive' ? 'metadata' : 'tagging'} directive.`, name, value);
}

function refuseCopyOntoItself(request: Authorised, replacesMetadata: boolean): void {
  const source = copySourceOf(request);
  if (replacesMetadata || source.bucket !== request.bucket || source.key !== request.key) return;
  if (amzValue(request, 'x-amz-storage-class') !== undefined || amzValue(request, 'x-amz-website-redirect-location') !== undefined) return;
  throw new S3Error('InvalidRequest', {
    message:
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
  });
}
