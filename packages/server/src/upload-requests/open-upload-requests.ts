/** Upload requests as a server has them: the service, the pages, and what gives back the places of files that never came. */
import type { Log } from '../log.ts';
import type { Incoming, Reply, Site, Stores } from '../pipeline.ts';
import { createDeliveries, type Deliveries } from './deliveries.ts';
import { fulfilled } from './fulfilled.ts';
import type { Delivery, UploadRequest } from './model.ts';
import { createUploadRequests } from './request-service.ts';
import { sweepPlaces } from './sweep-places.ts';
import type { UploadRequests } from './upload-requests.ts';

export type OpenUploadRequests = {
  readonly service: UploadRequests;
  /** For the pages: see `uploadHandler`. */
  readonly deliveries: Deliveries;
  readonly sweeping: { stop(): Promise<void> };
};

export type OpenUploadRequestsOptions = {
  readonly stores: Pick<Stores, 'objects' | 'records' | 'uses' | 'identities' | 'access' | 'guardrails' | 'revocations' | 'events'>;
  readonly site: Site;
  readonly log: Log;
  readonly endpoint: () => string;
  readonly consoleUrl: () => string;
  /** Answers a request to the S3 address. */
  readonly ask: (incoming: Incoming) => Promise<Reply>;
};

export function openUploadRequests({ stores, site, log, endpoint, consoleUrl, ask }: OpenUploadRequestsOptions): OpenUploadRequests {
  const { records, identities, guardrails, events } = stores;
  const told = async (request: UploadRequest, delivery: Delivery) => events.changesFor([fulfilled(request, delivery)]);
  const deliveries = createDeliveries({ records, stores, site, ask, told });
  const service = createUploadRequests({ records, identities, guardrails, site, endpoint, consoleUrl, deliveries });
  return { service, deliveries, sweeping: sweepPlaces({ records, deliveries, log }) };
}
