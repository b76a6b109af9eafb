/** Upload requests as the record store keeps them, for whoever may: see `UploadRequests` for what each function promises. */
import { S3Error } from '@latchkey/s3/errors';
import type { JsonValue } from '@latchkey/storage/record-store';
import type { GuardrailStore } from '../guardrails/store.ts';
import { changing } from '../identity/documents.ts';
import { requireOwnEndpoint } from '../landing/known-endpoint.ts';
import { refuseLinksAndStrangers } from '../links/link-permissions.ts';
import type { LinkCaller, Page, PageOf } from '../links/links.ts';
import { shownPage } from '../links/shown-page.ts';
import { readCounts, taken } from './counts.ts';
import type { Deliveries } from './deliveries.ts';
import {
  DELIVERY,
  type Delivery,
  firstOfRequest,
  isRequestId,
  UPLOAD_PAGE,
  UPLOAD_REQUEST,
  type UploadCounts,
  type UploadRequest,
} from './model.ts';
import { changedRequest, changesTerms, forgottenRequests, type MakingContext, newRequest, noSuchRequest } from './new-request.ts';
import { checkRequestGuardrails } from './request-guardrails.ts';
import { mayOnRequest, type RequestAction, requestPermission } from './request-permissions.ts';
import type { UploadRequestFilter, UploadRequestStatus, UploadRequests, UploadRequestView } from './upload-requests.ts';

export type RequestServiceOptions = MakingContext & {
  readonly guardrails: GuardrailStore;
  readonly deliveries: Pick<Deliveries, 'through' | 'recover'>;
  /** Where the pages are: the URL of the console address as people reach it, without a slash at the end. */
  readonly consoleUrl: () => string;
};

export function createUploadRequests(options: RequestServiceOptions): UploadRequests {
  const { records, identities, guardrails, site, deliveries } = options;
  const viewOf = async (request: UploadRequest): Promise<UploadRequestView> =>
    requestView(request, await readCounts(records, request.id), site.now());
  const withUrl = async (request: UploadRequest): Promise<UploadRequestView> => ({
    ...(await viewOf(request)),
    url: `${options.consoleUrl()}/r/${identities.sealer.open(request.landing.token, `landing/${request.id}`)}`,
  });

  return {
    through: deliveries.through,

    async create(input, caller) {
      refuseLinksAndStrangers(caller);
      await caller.judge.demand(requestPermission('CreateUploadRequest', input));
      const request = await newRequest(input, caller, options);
      requireOwnEndpoint(request.endpoint, site, [options.endpoint(), options.consoleUrl()]);
      await checkRequestGuardrails(request, guardrails);
      const { committed } = await records.commit([
        ...(await forgottenRequests(records, request.createdAt)),
        { put: { kind: UPLOAD_REQUEST, id: request.id, value: jsonOf(request) }, ifVersion: 0 },
        { put: { kind: UPLOAD_PAGE, id: request.landing.tokenHash, value: { request: request.id } }, ifVersion: 0 },
      ]);
      if (!committed) throw new S3Error('ConcurrentModification');
      return withUrl(request);
    },

    async list(filter, page, caller) {
      refuseLinksAndStrangers(caller);
      return matching(filter, page, caller);
    },

    async show(id, caller, { withUrl: wantsUrl = false } = {}) {
      const request = await requestFor('ReadUploadRequest', id, caller);
      if (!wantsUrl) return viewOf(request);
      if (!(await mayOnRequest('ReadUploadRequestUrl', request, caller))) throw new S3Error('AccessDenied');
      return withUrl(request);
    },

    async change(id, change, caller) {
      await requestFor('ChangeUploadRequest', id, caller);
      const changed = await rewritten(id, async (request) => {
        const after = await changedRequest(request, change, site.now());
        if (changesTerms(change)) await checkRequestGuardrails(after, guardrails);
        return after;
      });
      if (changed.status === 'closed') await deliveries.recover(id, { all: true });
      return viewOf(changed);
    },

    async close(id, caller) {
      await requestFor('CloseUploadRequest', id, caller);
      const closed = await rewritten(id, (request) => changedRequest(request, { status: 'closed' }, site.now()));
      await deliveries.recover(id, { all: true });
      return viewOf(closed);
    },

    async deliveries(id, { after, limit }, caller) {
      const request = await requestFor('ReadUploadRequest', id, caller);
      const page = await records.list(DELIVERY, { prefix: firstOfRequest(id), after, limit });
      const items = page.records.map(({ value }) => value as unknown as Delivery);
      return { items, next: page.next, request: await viewOf(request) };
    },
  };

  /** Throws NoSuchEntity alike for one that is not there and one that the caller may not see, AccessDenied for one seen but not for this. */
  async function requestFor(action: RequestAction, id: string, caller: LinkCaller): Promise<UploadRequest> {
    refuseLinksAndStrangers(caller);
    const request = isRequestId(id) ? ((await records.get(UPLOAD_REQUEST, id))?.value as unknown as UploadRequest | undefined) : undefined;
    if (request === undefined) throw noSuchRequest();
    if (await mayOnRequest(action, request, caller)) return request;
    if (action !== 'ReadUploadRequest' && (await mayOnRequest('ReadUploadRequest', request, caller))) throw new S3Error('AccessDenied');
    throw noSuchRequest();
  }

  async function rewritten(id: string, rewrite: (request: UploadRequest) => Promise<UploadRequest>): Promise<UploadRequest> {
    return changing(records, async () => {
      const stored = await records.get(UPLOAD_REQUEST, id);
      if (stored === undefined) throw noSuchRequest();
      const result = await rewrite(stored.value as unknown as UploadRequest);
      return { changes: [{ put: { kind: UPLOAD_REQUEST, id, value: jsonOf(result) }, ifVersion: stored.version }], result };
    });
  }

  async function matching(filter: UploadRequestFilter, page: Page, caller: LinkCaller): Promise<PageOf<UploadRequestView>> {
    return shownPage<UploadRequest, UploadRequestView>(records, UPLOAD_REQUEST, page, async (request) => {
      if (!isOf(request, filter) || !(await mayOnRequest('ReadUploadRequest', request, caller))) return undefined;
      const view = await viewOf(request);
      return filter.status === undefined || view.status === filter.status ? view : undefined;
    });
  }
}

function isOf(request: UploadRequest, { bucket, prefix, label, createdBy }: UploadRequestFilter): boolean {
  if (bucket !== undefined && request.bucket !== bucket) return false;
  if (prefix !== undefined && !request.keyPrefix.startsWith(prefix)) return false;
  if (label !== undefined && request.label !== label) return false;
  return createdBy === undefined || request.createdBy === createdBy;
}

function requestView(request: UploadRequest, counts: UploadCounts, now: number): UploadRequestView {
  const { id, bucket, keyPrefix, keyTemplate, terms, createdAt, createdBy, closedAt, label, note, landing } = request;
  const delivered = { files: counts.files, bytes: counts.bytes };
  const all = taken(counts);
  return {
    id,
    bucket,
    keyPrefix,
    keyTemplate,
    status: statusOf(request, delivered, now),
    terms,
    delivered,
    open: { files: all.files - delivered.files, bytes: all.bytes - delivered.bytes },
    createdAt,
    createdBy,
    closedAt,
    label,
    note,
    hasPassword: landing.password !== undefined,
  };
}

/** Full is what has come, not what somebody has announced. */
function statusOf({ status, terms }: UploadRequest, { files, bytes }: UploadRequestView['delivered'], now: number): UploadRequestStatus {
  if (status === 'closed') return 'closed';
  if (now >= terms.expiresAt) return 'expired';
  if (terms.notBefore !== undefined && now < terms.notBefore) return 'not-yet';
  return files >= (terms.maxFiles ?? Number.POSITIVE_INFINITY) || bytes >= (terms.maxTotalBytes ?? Number.POSITIVE_INFINITY)
    ? 'full'
    : 'active';
}

/** Without members that are `undefined`, which JSON does not know. */
const jsonOf = (request: UploadRequest): JsonValue => JSON.parse(JSON.stringify(request)) as JsonValue;
