/** What a guest sends a file with: URLs that are good for an hour, for this one file and nothing else. */
import { presign } from '@latchkey/sigv4/presign';
import type { Sealer } from '../identity/sealing.ts';
import { partCount, sizeOfPart } from './as-link.ts';
import type { Delivery, UploadRequest } from './model.ts';
import { secretOf } from './upload-credentials.ts';

export type Sendable =
  | { readonly kind: 'put'; readonly url: string; readonly headers: Readonly<Record<string, string>>; readonly expiresAt: number }
  | {
      readonly kind: 'parts';
      readonly partBytes: number;
      readonly partCount: number;
      /** For those that were asked for. */
      readonly parts: readonly { readonly partNumber: number; readonly url: string; readonly sizeBytes: number }[];
      readonly expiresAt: number;
    };

export type Signing = { readonly sealer: Pick<Sealer, 'open'>; readonly region: string; readonly now: number };

const GOOD_FOR_SECONDS = 3600;

export function signedUpload(request: UploadRequest, delivery: Delivery, signing: Signing): Sendable {
  const { url, expiresAt } = signedUrl('PUT', request, delivery, signing);
  return { kind: 'put', url, headers: { 'Content-Type': delivery.type }, expiresAt: expiresAt.getTime() };
}

/** Numbers that no part of the file has are passed over. */
export function signedParts(request: UploadRequest, delivery: Delivery, numbers: readonly number[], signing: Signing): Sendable {
  const { partBytes = delivery.sizeBytes, uploadId = '' } = delivery;
  const parts = numbers.flatMap((partNumber) => {
    const sizeBytes = sizeOfPart(delivery, partNumber);
    if (sizeBytes === undefined) return [];
    const { url } = signedUrl('PUT', request, delivery, signing, { partNumber: String(partNumber), uploadId });
    return [{ partNumber, url, sizeBytes }];
  });
  return { kind: 'parts', partBytes, partCount: partCount(delivery), parts, expiresAt: signing.now + GOOD_FOR_SECONDS * 1000 };
}

export function signedUrl(
  method: 'PUT' | 'POST',
  { bucket, endpoint, style, ...request }: UploadRequest,
  { id, key }: Pick<Delivery, 'id' | 'key'>,
  { sealer, region, now }: Signing,
  query: Readonly<Record<string, string>> = {},
) {
  const credentials = { accessKeyId: id, secretAccessKey: secretOf({ ...request, bucket, endpoint, style }, id, sealer) };
  return presign({ method, bucket, key, endpoint, style, region, credentials, expiresIn: GOOD_FOR_SECONDS, now: new Date(now), query });
}
