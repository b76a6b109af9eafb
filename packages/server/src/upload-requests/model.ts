/** What is kept of upload requests, and of what was delivered through them. Times are milliseconds since the epoch. */
import type { Sealed } from '../identity/sealing.ts';
import { firstLinkIdAt, LINK_PREFIX, newLinkId } from '../links/link-id.ts';
import type { Landing, LinkIssuer } from '../links/model.ts';
import type { LinkTerms } from '../links/terms.ts';

export const UPLOAD_REQUEST = 'upload-request';
/** Where a token leads: the id is its hash, the value `{ request: ID }`. */
export const UPLOAD_PAGE = 'upload-page';
/** How much of a request is taken; its id is that of the request. Apart from it, since it changes with every file. */
export const UPLOAD_COUNTS = 'upload-counts';
/** A file that was announced or delivered. */
export const DELIVERY = 'delivery';
/** Whose a delivery is: the id is `REQUEST/DELIVERER/DELIVERY`, without the prefixes; the value empty. */
export const DELIVERY_OF = 'delivery-of';

/** What a request is limited to: a link's terms for uploads, and how much in all. */
export type UploadTerms = Pick<
  LinkTerms,
  'notBefore' | 'expiresAt' | 'sourceIp' | 'minSize' | 'maxSize' | 'contentTypes' | 'checksContent' | 'noOverwrite' | 'maxBytesPerSecond'
> & {
  readonly maxFiles?: number | undefined;
  readonly maxTotalBytes?: number | undefined;
};

/** An upload request as stored. Its id is an access key id, too: that of the form on its page. */
export type UploadRequest = {
  /** `LKRQ` and 16 letters and digits; newer ones come first in the order of their bytes. */
  readonly id: string;
  readonly issuer: LinkIssuer;
  /** ARN. */
  readonly createdBy: string;
  readonly createdWith: string;
  readonly createdAt: number;
  readonly bucket: string;
  /** What every key of it begins with; may be empty. */
  readonly keyPrefix: string;
  /** What a key is behind the prefix: see `key-template.ts`. */
  readonly keyTemplate: string;
  readonly endpoint: string;
  readonly style: 'path' | 'virtual';
  readonly terms: UploadTerms;
  readonly label?: string;
  readonly note?: string;
  readonly status: 'active' | 'closed';
  readonly closedAt?: number;
  /** Sealed for `link/ID`: signs its form, and what signs deliveries is made of it. */
  readonly secret: Sealed;
  readonly landing: Landing;
  /** Until then what was counted is remembered. */
  readonly extendableUntil: number;
};

/** What is taken of a request: by files that were delivered, and by those that are under way. */
export type UploadCounts = { readonly files: number; readonly bytes: number; readonly open: readonly Reservation[] };

/** A place that is kept for a file. It is given back when it has not come in time. */
export type Reservation = { readonly id: string; readonly key: string; readonly sizeBytes: number; readonly until: number };

/** A file that was announced. Its id is the access key id of what the guest is given to deliver it with. */
export type Delivery = {
  /** `LKDL`, the 16 characters of its request, and 16 of its own: newer ones come first. */
  readonly id: string;
  readonly requestId: string;
  readonly key: string;
  /** As the deliverer calls it: to be shown, and for nothing else. */
  readonly name: string;
  readonly type: string;
  /** As announced, which is what it has to have; of a form, what it had in the end. */
  readonly sizeBytes: number;
  /** Of the deliverer's file, to know it again; 0 where nobody said. */
  readonly lastModified: number;
  readonly status: 'open' | 'delivered';
  readonly by: 'put' | 'parts' | 'form';
  readonly createdAt: number;
  readonly deliveredAt?: number;
  /** Who delivers: a hash of what only they have. */
  readonly deliverer: string;
  /** The address it was announced from. */
  readonly address: string;
  /** Of one in parts. */
  readonly uploadId?: string;
  readonly partBytes?: number;
};

export const REQUEST_PREFIX = 'LKRQ';
export const DELIVERY_PREFIX = 'LKDL';

export const newRequestId = (now: number): string => REQUEST_PREFIX + newLinkId(now).slice(LINK_PREFIX.length);
/** Sorts before every id of that moment and of all before it. */
export const firstRequestIdAt = (now: number): string => REQUEST_PREFIX + firstLinkIdAt(now).slice(LINK_PREFIX.length);
export const newDeliveryId = (requestId: string, now: number): string =>
  firstOfRequest(requestId) + newLinkId(now).slice(LINK_PREFIX.length);

/** What the ids of all deliveries of a request begin with. */
export const firstOfRequest = (requestId: string): string => DELIVERY_PREFIX + requestId.slice(REQUEST_PREFIX.length);

export const isRequestId = (text: string): boolean => /^LKRQ[A-Z2-7]{16}$/.test(text);
export const isDeliveryId = (text: string): boolean => /^LKDL[A-Z2-7]{32}$/.test(text);
/** Of which request a delivery is; its id says it. */
export const requestOfDelivery = (deliveryId: string): string =>
  REQUEST_PREFIX + deliveryId.slice(DELIVERY_PREFIX.length, DELIVERY_PREFIX.length + 16);

/** For the index by deliverer. */
export const deliveriesOf = (requestId: string, deliverer: string): string => `${requestId.slice(REQUEST_PREFIX.length)}/${deliverer}/`;
