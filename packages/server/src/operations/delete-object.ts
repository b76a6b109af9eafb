import { parseHttpDate } from '@latchkey/s3/dates';
import { invalidArgument } from '@latchkey/s3/errors';
import { etagFromHeader } from '@latchkey/s3/etag';
import type { DeleteCondition } from '@latchkey/storage/object-store';
import { amzValue, headerValue } from '../headers.ts';
import type { Authenticated } from '../pipeline.ts';
import { objectOperation } from './define.ts';
import { onObject } from './permissions.ts';
import { emptyReply } from './replies.ts';
import { refuseVersion } from './version-id.ts';

export const deleteObject = objectOperation({
  name: 'DeleteObject',
  method: 'DELETE',
  needs: onObject('s3:DeleteObject'),
  async run(request, { objects, events }) {
    refuseVersion(request);
    const announce = await events.ofObject(request, 'ObjectRemoved:Delete');
    await objects.deleteObject(request.bucket, request.key, deleteCondition(request), { announce });
    return emptyReply(204);
  },
});

function deleteCondition(request: Authenticated): DeleteCondition {
  const ifMatch = headerValue(request.headers, 'if-match');
  const lastModified = amzValue(request, 'x-amz-if-match-last-modified-time');
  const size = amzValue(request, 'x-amz-if-match-size');
  if (size !== undefined && !/^\d{1,16}$/.test(size)) throw invalidArgument('Invalid x-amz-if-match-size', 'x-amz-if-match-size', size);
  const ifMatchLastModified = lastModified === undefined ? undefined : (parseHttpDate(lastModified) ?? Date.parse(lastModified));
  if (Number.isNaN(ifMatchLastModified))
    throw invalidArgument('Invalid x-amz-if-match-last-modified-time', 'x-amz-if-match-last-modified-time', lastModified ?? '');
  return {
    ifMatch: ifMatch === undefined ? undefined : etagFromHeader(ifMatch),
    ifMatchLastModified,
    ifMatchSizeBytes: size === undefined ? undefined : Number(size),
  };
}
