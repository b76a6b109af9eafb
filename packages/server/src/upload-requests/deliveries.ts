/**
 * Files on their way into an upload request: announced by a guest, sent to the S3 address with credentials of their own, and done when they
 * are stored. Of whoever ends one first (the upload, its completion, giving up, running out of time) the use store lets one through: each
 * delivery has one use.
 */
import { S3Error } from '@latchkey/s3/errors';
import type { BucketName, ObjectKey } from '@latchkey/s3/names';
import type { RecordChange, RecordStore } from '@latchkey/storage/record-store';
import type { UseTurn } from '@latchkey/storage/use-store';
import { plainAddress } from '../forwarded.ts';
import { checkSize, checkType } from '../links/upload-limits.ts';
import type { Authorised, Incoming, Reply, Site, Stores } from '../pipeline.ts';
import { refuseImpossible } from './as-its-use.ts';
import { sizeOfPart, type UploadOf } from './as-link.ts';
import { counting, keptMs, readCounts } from './counts.ts';
import { shownFileName } from './file-name.ts';
import { throughForm } from './form-upload.ts';
import { expandTemplate, isUnique, withOwnId } from './key-template.ts';
import { DELIVERY, DELIVERY_OF, type Delivery, deliveriesOf, newDeliveryId, UPLOAD_REQUEST, type UploadRequest } from './model.ts';
import { beginParts, completeParts, partBytesOf, storedParts } from './parts.ts';
import { type Sendable, signedParts, signedUpload } from './signed-upload.ts';

export type DeliveryContext = {
  readonly records: RecordStore;
  readonly stores: Pick<Stores, 'identities' | 'objects' | 'access' | 'revocations' | 'guardrails' | 'uses'>;
  readonly site: Site;
  /** Answers a request to the S3 address. */
  readonly ask: (incoming: Incoming) => Promise<Reply>;
  /** What is committed with a file that has come. */
  readonly told: (request: UploadRequest, delivery: Delivery) => Promise<readonly RecordChange[]>;
};

/** Who delivers: what the request came with, and the hash of what only they have. */
export type Guest = { readonly incoming: Incoming; readonly deliverer: string };

export type AnnouncedFile = { readonly name: string; readonly sizeBytes: number; readonly type: string; readonly lastModified: number };

/** A file of a guest's own, as they see it. `parts` are the numbers of those that have come. */
export type OwnFile = { readonly delivery: Delivery; readonly parts?: readonly number[] };

export type Deliveries = {
  /** Keeps a place for a file. Throws LimitExceeded, EntityTooLarge, EntityTooSmall, AccessDenied, NoSuchBucket. */
  announce(request: UploadRequest, file: AnnouncedFile, guest: Guest): Promise<{ readonly delivery: Delivery; readonly send: Sendable }>;
  /** What to send once more, for the parts that are named: URLs are good for an hour. Nothing for a file that has come. */
  send(delivery: Delivery, request: UploadRequest, parts: readonly number[]): Promise<Sendable | undefined>;
  /** All of it was sent. Throws InvalidPart where it has not come, RequestInProgress where it is still coming. */
  finish(delivery: Delivery, request: UploadRequest, guest: Guest): Promise<Delivery>;
  /** Gives the place back. Throws RequestInProgress for a file that has come, or is just coming. */
  abort(delivery: Delivery): Promise<void>;
  /** The guest's own file. Throws NoSuchEntity for one of somebody else as for none. */
  own(request: UploadRequest, id: string, guest: Guest): Promise<Delivery>;
  /** The guest's own files, the newest first, as many as a page shows. */
  mine(request: UploadRequest, guest: Guest): Promise<readonly OwnFile[]>;
  /** Around the storing of what came with an upload's credentials: what has come is counted before its answer leaves. */
  through(request: Authorised, upload: UploadOf, store: (request: Authorised) => Promise<Reply>): Promise<Reply>;
  /** Gives back the places of files that have not come in time; with `all`, of every one that is not just coming. */
  recover(requestId: string, options?: { readonly all?: boolean }): Promise<void>;
};

/** More is sent in parts. */
const MOST_AT_ONCE_BYTES = 16 * 1024 ** 2;
const MOST_BYTES = 5 * 1024 ** 4;
const DAY_MS = 24 * 3_600_000;
const MOST_SHOWN = 200;

export function createDeliveries(context: DeliveryContext): Deliveries {
  const { records, stores, site, told } = context;
  const { uses, objects, identities } = stores;
  const counts = counting(records);

  const deliveries: Deliveries = {
    async announce(request, file, guest) {
      checkType(file.type, request.terms);
      checkSize(file.sizeBytes, { ...request.terms, maxSize: Math.min(request.terms.maxSize ?? MOST_BYTES, MOST_BYTES) });
      const now = site.now();
      const { incoming, deliverer } = guest;
      const by = file.sizeBytes > MOST_AT_ONCE_BYTES ? 'parts' : 'put';
      const planned: Delivery = {
        id: newDeliveryId(request.id, now),
        requestId: request.id,
        key: await freeKey(request, file.name, now),
        name: shownFileName(file.name),
        type: file.type,
        sizeBytes: file.sizeBytes,
        lastModified: file.lastModified,
        status: 'open',
        by,
        createdAt: now,
        deliverer,
        address: plainAddress(incoming.peer.address),
        ...(by === 'parts' && { partBytes: partBytesOf(file.sizeBytes) }),
      };
      await refuseImpossible(request, planned, incoming, { stores, site });
      await deliveries.recover(request.id);
      const delivery = await counts.reserve(request, now, (keys) => withFreeKey(planned, request, keys));
      if (by === 'put') return { delivery, send: signedUpload(request, delivery, signing()) };
      try {
        const uploadId = await beginParts(request, delivery, incoming, { ...context, sealer: identities.sealer });
        const begun = { ...delivery, uploadId };
        await counts.renew(begun, now + keptMs(begun));
        return { delivery: begun, send: signedParts(request, begun, [], signing()) };
      } catch (error) {
        await deliveries.abort(delivery);
        throw error;
      }
    },

    async send(delivery, request, parts) {
      if (delivery.status === 'delivered') return undefined;
      await counts.renew(delivery, site.now() + keptMs(delivery));
      return delivery.by === 'parts' ? signedParts(request, delivery, parts, signing()) : signedUpload(request, delivery, signing());
    },

    async finish(delivery, request, { incoming }) {
      if (delivery.status === 'delivered') return delivery;
      if (delivery.by !== 'parts') {
        const stored = await settledIfStored(delivery);
        if (stored !== undefined) return stored;
        throw new S3Error('InvalidPart', { message: 'The file has not come yet.' });
      }
      const turn = await taken(delivery);
      if (turn === undefined) throw new S3Error('RequestInProgress', { message: 'The file is being put together.' });
      let isStored = false;
      try {
        await completeParts(request, delivery, incoming, { ...context, objects, sealer: identities.sealer });
        isStored = true;
      } finally {
        await uses.end({ ...turn, now: site.now(), deliveredBytes: 0, completed: isStored });
      }
      return settled(delivery);
    },

    async abort(delivery) {
      const turn = delivery.status === 'open' ? await taken(delivery) : undefined;
      if (turn === undefined) throw new S3Error('RequestInProgress', { message: 'The file has come, or is just coming.' });
      // The use stays taken: whatever was signed for it is good for nothing any more.
      await givenBack(delivery);
    },

    async own(request, id, { deliverer }) {
      const delivery = (await records.get(DELIVERY, id))?.value as unknown as Delivery | undefined;
      if (delivery?.requestId === request.id && delivery.deliverer === deliverer) return delivery;
      throw new S3Error('NoSuchEntity', { message: 'There is no such file.' });
    },

    async mine(request, { deliverer }) {
      const prefix = deliveriesOf(request.id, deliverer);
      const { records: found } = await records.list(DELIVERY_OF, { prefix, limit: MOST_SHOWN });
      const files: OwnFile[] = [];
      for (const { id } of found) {
        const delivery = (await records.get(DELIVERY, id.slice(prefix.length)))?.value as unknown as Delivery | undefined;
        if (delivery !== undefined) files.push(delivery.status === 'open' ? { delivery, ...(await partsOf(delivery)) } : { delivery });
      }
      return files;
    },

    async through(request, upload, store) {
      switch (upload.by) {
        case 'parts':
          return store(request);
        case 'put': {
          const reply = await store(request);
          await settled(upload.delivery);
          return reply;
        }
        case 'form':
          await deliveries.recover(upload.request.id);
          return throughForm(request, upload.request, store, { records, counts, uses, site, settled });
      }
    },

    async recover(requestId, { all = false } = {}) {
      const now = site.now();
      const { open } = await readCounts(records, requestId);
      for (const { id, until } of open) {
        if (!all && until >= now) continue;
        const delivery = (await records.get(DELIVERY, id))?.value as unknown as Delivery | undefined;
        if (delivery === undefined || delivery.status === 'delivered') continue;
        if ((await settledIfStored(delivery)) !== undefined) continue;
        // Whose use is taken is just coming; or died with its process, which shows after a day.
        if ((await taken(delivery)) !== undefined || until + DAY_MS < now) await givenBack(delivery);
      }
    },
  };
  return deliveries;

  function signing() {
    return { sealer: identities.sealer, region: site.region, now: site.now() };
  }

  /** A key that nothing has yet, as far as can be seen: at the commit it is looked at again. */
  async function freeKey(request: UploadRequest, name: string, now: number): Promise<string> {
    const key = request.keyPrefix + expandTemplate(request.keyTemplate, { name, now });
    if (request.terms.noOverwrite !== true || isUnique(request.keyTemplate)) return key;
    return (await isThere(request.bucket, key)) === undefined ? key : withOwnId(key);
  }

  /** Nothing for a bucket that is gone: that is refused by name in a moment. */
  function isThere(bucket: string, key: string) {
    return objects.headObject(bucket as BucketName, key as ObjectKey).catch((error: unknown) => {
      if (error instanceof S3Error && error.code === 'NoSuchBucket') return undefined;
      throw error;
    });
  }

  async function partsOf(delivery: Delivery): Promise<{ readonly parts?: readonly number[] }> {
    if (delivery.uploadId === undefined) return {};
    const request = await requestOf(delivery);
    if (request === undefined) return {};
    const parts = await storedParts(request, delivery, objects);
    return { parts: parts.flatMap(({ partNumber, sizeBytes }) => (sizeOfPart(delivery, partNumber) === sizeBytes ? [partNumber] : [])) };
  }

  /** The one use of a delivery, where nobody has it. */
  async function taken({ id, requestId }: Delivery): Promise<UseTurn | undefined> {
    const request = await requestOf({ requestId });
    const forgetAfter = (request?.extendableUntil ?? site.now()) + DAY_MS;
    const now = site.now();
    const wanted = { kind: 'upload', client: '', version: '', sizeBytes: 0, wantedBytes: 0, isRange: false } as const;
    const answer = await uses.begin({ subject: id, maxUses: 1, now, forgetAfter, ...wanted });
    return answer.granted ? { subject: id, useId: answer.useId, turnId: answer.turnId } : undefined;
  }

  async function settled(delivery: Delivery): Promise<Delivery> {
    const done: Delivery = { ...delivery, status: 'delivered', deliveredAt: site.now() };
    const request = await requestOf(delivery);
    await counts.settle(done, request === undefined ? [] : await told(request, done));
    return done;
  }

  /** For what was stored by a process that could not say so any more. */
  async function settledIfStored(delivery: Delivery): Promise<Delivery | undefined> {
    if ((await uses.used(delivery.id)) === 0) return undefined;
    const request = await requestOf(delivery);
    const object = request && (await isThere(request.bucket, delivery.key));
    if (object === undefined || object.lastModified < Math.floor(delivery.createdAt / 1000) * 1000) return undefined;
    if (delivery.by !== 'form' && object.sizeBytes !== delivery.sizeBytes) return undefined;
    return settled({ ...delivery, sizeBytes: object.sizeBytes });
  }

  async function givenBack(delivery: Delivery): Promise<void> {
    const request = await requestOf(delivery);
    if (delivery.uploadId !== undefined && request !== undefined)
      await objects.abortUpload(request.bucket as BucketName, delivery.key as ObjectKey, delivery.uploadId).catch((error: unknown) => {
        if (!(error instanceof S3Error) || (error.code !== 'NoSuchUpload' && error.code !== 'NoSuchBucket')) throw error;
      });
    await counts.giveBack(delivery);
  }

  async function requestOf({ requestId }: Pick<Delivery, 'requestId'>): Promise<UploadRequest | undefined> {
    return (await records.get(UPLOAD_REQUEST, requestId))?.value as unknown as UploadRequest | undefined;
  }
}

/** Two that are on their way at once do not have one key, where neither may take the place of the other. */
function withFreeKey(delivery: Delivery, { terms }: UploadRequest, keys: ReadonlySet<string>): Delivery {
  return terms.noOverwrite === true && keys.has(delivery.key) ? { ...delivery, key: withOwnId(delivery.key) } : delivery;
}
