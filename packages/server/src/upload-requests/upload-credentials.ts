/**
 * Upload requests and their deliveries as credentials: an access key id names the record, and who asks is whoever made the request, as they
 * are now; with them gone, it is nobody's. The secrets of deliveries are made of that of their request.
 */
import { createHmac } from 'node:crypto';
import type { RecordStore } from '@latchkey/storage/record-store';
import { boundedCache } from '../identity/bounded-cache.ts';
import { IDENTITY } from '../identity/documents.ts';
import type { IdentityPrincipal, RootPrincipal } from '../identity/principals.ts';
import type { Sealer } from '../identity/sealing.ts';
import type { FindLink, LinkCredentials } from '../links/link-credentials.ts';
import type { LinkIssuer } from '../links/model.ts';
import { linkOfDelivery, linkOfRequest } from './as-link.ts';
import {
  DELIVERY,
  DELIVERY_PREFIX,
  type Delivery,
  isDeliveryId,
  isRequestId,
  REQUEST_PREFIX,
  requestOfDelivery,
  UPLOAD_REQUEST,
  type UploadRequest,
} from './model.ts';

/** Whether an access key id is one of these; asked for every one that is not known otherwise. */
export const isUploadCredential = (id: string): boolean => id.startsWith(REQUEST_PREFIX) || id.startsWith(DELIVERY_PREFIX);

const KEPT = 10_000;

/** `issuerOf` makes the principal of an issuer as it is now; `undefined` where there is none any more. */
export function uploadCredentials(
  records: RecordStore,
  sealer: Sealer,
  issuerOf: (issuer: LinkIssuer, accessKeyId: string) => Promise<RootPrincipal | IdentityPrincipal | undefined>,
): FindLink {
  const found = boundedCache<LinkCredentials>(
    KEPT,
    () => records.generation(UPLOAD_REQUEST) + records.generation(DELIVERY) + records.generation(IDENTITY),
  );
  const issuers = boundedCache<RootPrincipal | IdentityPrincipal>(KEPT, () => records.generation(IDENTITY));
  return (id) => found.get(id, () => read(id));

  async function read(id: string): Promise<LinkCredentials | undefined> {
    const ofDelivery = isDeliveryId(id);
    if (!ofDelivery && !isRequestId(id)) return undefined;
    const delivery = ofDelivery ? ((await records.get(DELIVERY, id))?.value as unknown as Delivery | undefined) : undefined;
    const requestId = ofDelivery ? requestOfDelivery(id) : id;
    const request = (await records.get(UPLOAD_REQUEST, requestId))?.value as unknown as UploadRequest | undefined;
    if (request === undefined || (ofDelivery && delivery === undefined)) return undefined;
    const issuer = await issuers.get(JSON.stringify(request.issuer), () => issuerOf(request.issuer, id));
    if (issuer === undefined) return undefined;
    const link = delivery === undefined ? linkOfRequest(request) : linkOfDelivery(request, delivery);
    return { secretAccessKey: secretOf(request, id, sealer), principal: { ...issuer, accessKeyId: id, link } };
  }
}

/** What signs for a request or for one of its deliveries. */
export function secretOf(request: UploadRequest, id: string, sealer: Pick<Sealer, 'open'>): string {
  const secret = sealer.open(request.secret, `link/${request.id}`);
  return id === request.id ? secret : createHmac('sha256', secret).update(`latchkey delivery ${id}`).digest('base64url');
}
