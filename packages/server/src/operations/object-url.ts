/** Where the answer to an upload says that the object is: under the public URL, where there is one. */
import type { BucketName } from '@latchkey/s3/names';
import type { Authenticated, Site } from '../pipeline.ts';

/** The URL of the request's bucket, in the style of the request, without a slash at its end. */
export function bucketUrl(request: Authenticated & { readonly bucket: BucketName }, site: Site): string {
  const [shown] = site.publicAddresses;
  if (request.style === 'virtual') return `${scheme(request)}://${request.host}`;
  return `${shown?.url ?? `${scheme(request)}://${request.host}`}/${request.bucket}`;
}

function scheme(request: Authenticated): string {
  return request.peer.secure ? 'https' : 'http';
}
