import type { Happened } from '../webhooks/link-event.ts';
import { linkOfRequest } from './as-link.ts';
import type { Delivery, UploadRequest } from './model.ts';

/**
 * What is told of a file that has come through an upload request: once for each, in the commit that counts it. The trail has the upload itself,
 * under the id of the request.
 */
export function fulfilled(request: UploadRequest, { id, key, name, type, sizeBytes, deliveredAt }: Delivery): Happened {
  return {
    type: 'upload-request.fulfilled',
    link: linkOfRequest(request),
    more: { file: { id, key, name, type, sizeBytes } },
    at: deliveredAt,
  };
}
