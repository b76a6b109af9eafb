import { invalidArgument } from '@latchkey/s3/errors';
import { quoteEtag } from '@latchkey/s3/etag';
import type { Written } from '@latchkey/storage/object-store';
import { objectBody } from '../body.ts';
import { queryValue } from '../headers.ts';
import type { Authenticated } from '../pipeline.ts';
import { objectOperation } from './define.ts';
import { objectProperties } from './object-properties.ts';
import { onObject } from './permissions.ts';
import { emptyReply } from './replies.ts';
import { writeCondition } from './write-condition.ts';

/** 5 GiB: what one PUT may bring. */
export const MAX_PUT_BYTES = 5 * 1024 ** 3;

export const putObject = objectOperation({
  name: 'PutObject',
  method: 'PUT',
  needs: onObject('s3:PutObject'),
  async run(request, { objects, events }, site) {
    refusePartWithoutUpload(request);
    const properties = objectProperties(request);
    const condition = writeCondition(request);
    const body = await objectBody(request, { maxBytes: MAX_PUT_BYTES });
    const told = events.ofObject(request, 'ObjectCreated:Put');
    const written = await objects.putObject(request.bucket, request.key, body, properties, {
      announce: told instanceof Promise ? await told : told,
      condition,
      now: site.now(),
      signal: request.body.signal,
    });
    return emptyReply(200, writtenHeaders(written));
  },
});

/** ETag and checksums, as the answer to a write shows them. */
export function writtenHeaders(written: Pick<Written, 'etag' | 'checksums'>): string[] {
  const headers = ['ETag', quoteEtag(written.etag)];
  if (written.checksums !== undefined) {
    for (const [algorithm, value] of Object.entries(written.checksums.values))
      headers.push(`x-amz-checksum-${algorithm.toLowerCase()}`, value);
    headers.push('x-amz-checksum-type', written.checksums.type);
  }
  return headers;
}

/** A client that lost its upload id must not overwrite the whole object with one part. */
function refusePartWithoutUpload(request: Authenticated): void {
  const partNumber = queryValue(request, 'partNumber');
  if (partNumber !== undefined)
    throw invalidArgument('This operation does not accept a part number without an upload id.', 'partNumber', partNumber);
}
