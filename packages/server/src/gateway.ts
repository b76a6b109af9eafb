/**
 * A request's life, in order, and the only place where an error becomes a reply.
 *
 *     parse → route → authenticate → admit → authorise → deliver (which executes) → respond
 *
 * A call of IAM or STS goes the same way; its form is read first, since it is its address and a part of what is signed.
 *
 * A browser's preflight is the one request that nobody signs and nobody has to: it is answered from the bucket's CORS rules alone.
 */
import { type BucketName, isBucketName } from '@latchkey/s3/names';
import { admit } from './admit.ts';
import { atOnce, type Steps, settled } from './at-once.ts';
import { type RecordedReads, requestRecorder, type WatchedRequest } from './audit/requests.ts';
import { authenticateAsMeant } from './authenticate/as-meant.ts';
import { authenticate } from './authenticate/authenticate.ts';
import { authorise } from './authorise.ts';
import { answerPreflight, crossOriginHeaders } from './bucket-cors.ts';
import { respectGuardrails } from './guardrails/respect.ts';
import { headerValue } from './headers.ts';
import { deliverer } from './links/deliver.ts';
import type { Log } from './log.ts';
import type { RequestCounts } from './metrics.ts';
import { operations } from './operations/index.ts';
import { parse } from './parse.ts';
import type { Addressed, Authenticated, Incoming, Operation, Reply, Site, Stores } from './pipeline.ts';
import { calledService } from './query/called-service.ts';
import { queryErrorReply } from './query/error-reply.ts';
import { withCall } from './query/read-call.ts';
import { errorReply } from './respond.ts';
import { createRouter, type Router } from './route.ts';
import type { Siblings } from './siblings.ts';
import { refusalTeller } from './webhooks/link-refusals.ts';

export type Gateway = {
  /** Answers one request; never throws or rejects. Without a promise where no step has to wait. */
  handle(incoming: Incoming): Reply | Promise<Reply>;
};

export type GatewayOptions = {
  readonly stores: Stores;
  readonly site: Site;
  readonly sigv2: boolean;
  readonly ignoreForeignAuthorization: boolean;
  readonly log: Log;
  readonly counts: RequestCounts;
  readonly siblings: Pick<Siblings, 'isToTell' | 'rates'>;
  readonly auditReads?: RecordedReads | undefined;
};

export function createGateway({
  stores,
  site,
  sigv2,
  ignoreForeignAuthorization,
  log,
  counts,
  siblings,
  auditReads,
}: GatewayOptions): Gateway {
  const { identities } = stores;
  const route = createRouter(operations);
  const recorder = requestRecorder(stores.trail, site.now, (cause, incoming) => errorReply(cause, incoming, site.hostId, log), auditReads);
  const deliver = deliverer({ stores, site, rates: siblings.rates, log });
  const tellRefusal = refusalTeller(stores.events, siblings.isToTell, log);
  const rules = { region: site.region, service: 's3', sigv2, ignoreForeignAuthorization } as const;
  const authenticateOne = (addressed: Addressed) => authenticate(addressed, route(addressed), rules, identities);

  /** `yield*` stands where a step has to wait for something; mostly none has to, and the reply is there at once. */
  function* life(arrived: Incoming): Steps<Reply> {
    const room = recorder.room();
    if (room !== undefined) yield* settled(room);
    const watched = recorder.begin(arrived);
    const { incoming } = watched;
    let request: Partial<Authenticated> = incoming;
    try {
      const parsed = parse(incoming, site);
      request = parsed;
      const addressed = parsed.scope === 'service' ? yield* settled(withCall(parsed)) : parsed;
      request = addressed;
      if (addressed.method === 'OPTIONS') {
        const answered = recorder.end(watched, { request, reply: yield* settled(answerPreflight(addressed, stores, site)) });
        return answered instanceof Promise ? yield* settled(answered) : answered;
      }
      const who = authenticateAsMeant(addressed, site, authenticateOne);
      const authenticated = who instanceof Promise ? yield* settled(who) : who;
      request = authenticated;
      const within = admit(authenticated, stores);
      const admitted = within instanceof Promise ? yield* settled(within) : within;
      const respected = respectGuardrails(admitted, stores.guardrails);
      if (respected instanceof Promise) yield* settled(respected);
      const may = authorise(admitted, stores, site);
      const allowed = may instanceof Promise ? yield* settled(may) : may;
      // Not before: a promise that is left alone with its rejection would end the process.
      recorder.requireRoom(authenticated.operation);
      const delivered = deliver(allowed);
      const reply = delivered instanceof Promise ? yield* settled(delivered) : delivered;
      counts.count(authenticated.operation.name, authenticated.signature?.authType, reply.status);
      const isCrossOrigin = headerValue(incoming.headers, 'origin') !== undefined;
      const sent = isCrossOrigin ? yield* settled(crossOrigin(reply, addressed, stores, site)) : reply;
      const recorded = recorder.end(watched, { request, reply: sent });
      return recorded instanceof Promise ? yield* settled(recorded) : recorded;
    } catch (cause) {
      return yield* settled(refuse(watched, request, cause));
    }
  }

  async function refuse(watched: WatchedRequest, request: Partial<Authenticated>, cause: unknown): Promise<Reply> {
    const { incoming } = watched;
    await tellRefusal(request, cause);
    const service = calledService(request, operations);
    const reply = service === undefined ? errorReply(cause, incoming, site.hostId, log) : queryErrorReply(cause, incoming, service, log);
    counts.count(request.operation?.name ?? 'none', request.signature?.authType, reply.status);
    const bucket = request.bucket ?? bucketNamedIn(incoming.rawTarget);
    const operation = request.operation ?? addressedOperation(request, route);
    const seen = { ...request, operation, bucket, headers: incoming.headers } as Partial<Authenticated>;
    const sent = await crossOrigin(reply, seen, stores, site).catch(() => reply);
    return recorder.endRefused(watched, { request: { ...request, operation } as Partial<Authenticated>, reply: sent, cause });
  }

  return { handle: (arrived) => atOnce(life(arrived)) };
}

/** What was asked for by somebody who could not say who they are: the trail has it all the same. */
function addressedOperation(request: Partial<Authenticated>, route: Router): Operation | undefined {
  try {
    return request.target === undefined ? undefined : route(request as Addressed);
  } catch {
    return undefined;
  }
}

/** For the refusal of a target that could not be parsed as a whole, so that pages can read even that. */
function bucketNamedIn(rawTarget: string): BucketName | undefined {
  const segment = /^\/([^/?]*)/.exec(rawTarget)?.[1] ?? '';
  return isBucketName(segment) ? segment : undefined;
}

/** Pages may read an answer, above all a refusal, only with these headers. A failed preflight gets none. */
async function crossOrigin(reply: Reply, request: Partial<Authenticated>, stores: Stores, site: Site): Promise<Reply> {
  const { headers, bucket, method } = request;
  if (headers === undefined || method === undefined || method === 'OPTIONS') return reply;
  if (headerValue(headers, 'origin') === undefined) return reply;
  const added = await crossOriginHeaders({ headers, bucket, method }, stores, site).catch(async (error: unknown) => {
    await abandon(reply);
    throw error;
  });
  return added.length === 0 ? reply : { ...reply, headers: [...reply.headers, ...added] };
}

/** Of a reply that is not sent: nothing of it stays open or under way. */
async function abandon(reply: Reply): Promise<void> {
  reply.ended?.({ isComplete: false, bytes: 0 });
  await reply.close?.();
}
