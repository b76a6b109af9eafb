/**
 * An upload request, and each file that is announced, as a link: who asks with its credentials is whoever made the request, as they are now,
 * narrowed by its terms. All that holds for links holds for them, in the same places.
 */
import type { Link } from '../links/model.ts';
import type { Delivery, UploadRequest } from './model.ts';

/** What the credentials of a request, or of one of its deliveries, are good for. */
export type UploadOf =
  | { readonly by: 'form'; readonly request: UploadRequest }
  | { readonly by: 'put' | 'parts'; readonly request: UploadRequest; readonly delivery: Delivery };

/** The request itself: what its form may do. Its key is made when the form comes. */
export function linkOfRequest(request: UploadRequest): Link {
  return {
    ...common(request),
    id: request.id,
    method: 'POST',
    keyPrefix: request.keyPrefix,
    terms: request.terms,
    upload: { by: 'form', request },
  };
}

/** One file: its key, its size and its type, once. Of one in parts, `termsOfUpload` says what each of them may be. */
export function linkOfDelivery(request: UploadRequest, delivery: Delivery): Link {
  const { id, key, sizeBytes, type, by } = delivery;
  const { checksContent, ...terms } = request.terms;
  const own = {
    minSize: sizeBytes,
    maxSize: sizeBytes,
    contentTypes: [type],
    maxUses: 1,
    ...(by === 'put' && checksContent === true && { checksContent }),
  };
  return {
    ...common(request),
    id,
    method: 'PUT',
    key,
    terms: { ...terms, ...own },
    upload: { by: by === 'parts' ? 'parts' : 'put', request, delivery },
  };
}

/** The size that part `partNumber` has to have; `undefined` where there is no such part. */
export function sizeOfPart(
  { sizeBytes, partBytes = sizeBytes }: Pick<Delivery, 'sizeBytes' | 'partBytes'>,
  partNumber: number,
): number | undefined {
  const start = (partNumber - 1) * partBytes;
  return partNumber >= 1 && start < sizeBytes ? Math.min(partBytes, sizeBytes - start) : undefined;
}

export const partCount = ({ sizeBytes, partBytes = sizeBytes }: Pick<Delivery, 'sizeBytes' | 'partBytes'>): number =>
  Math.max(1, Math.ceil(sizeBytes / partBytes));

function common(request: UploadRequest): Omit<Link, 'id' | 'method' | 'terms'> {
  const { issuer, createdBy, createdWith, createdAt, bucket, endpoint, style, label, status, secret, landing, extendableUntil } = request;
  return {
    issuer,
    createdBy,
    createdWith,
    createdAt,
    bucket,
    endpoint,
    style,
    ...(label !== undefined && { label }),
    status: status === 'active' ? 'active' : 'revoked',
    secret,
    landing,
    // What it signs for whoever asks is no younger than itself.
    signedAt: createdAt,
    extendableUntil,
  };
}
