/**
 * Runs an operation within the terms of what asks for it: size and type as declared, then the uses, then the operation; its reply, or the
 * upload's body, is limited, paced, counted and cut while it flows. What is not pre-signed passes by.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { S3Error } from '@latchkey/s3/errors';
import { Denial } from '../denial.ts';
import { headerValue } from '../headers.ts';
import { linkOf } from '../identity/principals.ts';
import type { Log } from '../log.ts';
import type { Authorised, Reply, Site, Stores } from '../pipeline.ts';
import { tellDownload, tellUse } from '../webhooks/link-uses.ts';
import { AN_UPLOAD, beginTurn, type Counted, countedOf, refuseUsedUp, type Turn } from './counted.ts';
import { untilCut } from './cut.ts';
import { deliveredObject, withLimitedBody, withTerms, withTurn } from './flowing.ts';
import type { LinkRates } from './link-rates.ts';
import { createPacer } from './pace.ts';
import type { Terms } from './terms.ts';
import { checkDeclared } from './upload-limits.ts';

/** Without a promise where the operation answers without one, and nothing is counted. */
export type Deliver = (request: Authorised) => Reply | Promise<Reply>;

export type DelivererOptions = { readonly stores: Stores; readonly site: Site; readonly rates: LinkRates; readonly log: Log };

export function deliverer({ stores, site, rates, log }: DelivererOptions): Deliver {
  // A client that is gone ends the wait, and nothing else.
  const pause = (ms: number, signal: AbortSignal) => sleep(ms, undefined, { signal }).catch(() => undefined);
  const context = { uses: stores.uses, now: site.now, pause, log };
  const pacer = createPacer({ rates, pause: (ms) => sleep(ms) });

  return (request) => {
    const { signature, operation } = request;
    if (signature === undefined || signature.authType === 'REST-HEADER') return operation.run(request, stores, site);
    switch (operation.method) {
      case 'GET':
      case 'HEAD':
        return request.terms === undefined ? untilRevoked(request) : download(request, request.terms);
      case 'PUT':
      case 'POST':
        return upload(request);
      default:
        return operation.run(request, stores, site);
    }
  };

  function untilRevoked(request: Authorised): Reply | Promise<Reply> {
    const reply = request.operation.run(request, stores, site);
    return reply instanceof Promise ? reply.then((made) => cutting(made, request)) : cutting(reply, request);
  }

  /** Bytes that are in memory are sent before anything could be cut. */
  function cutting(reply: Reply, request: Authorised): Reply {
    const { body } = reply;
    return body === undefined || body instanceof Uint8Array ? reply : { ...reply, body: untilCut(body, request, stores, site) };
  }

  function download(request: Authorised, terms: Terms): Reply | Promise<Reply> {
    if (terms.maxUses !== undefined) return counted(request);
    const reply = untilRevoked(request);
    return reply instanceof Promise ? reply.then((made) => told(made, request)) : told(reply, request);
  }

  /** With its use known to whoever is to be told, before its first byte. */
  function told(reply: Reply, request: Authorised): Reply | Promise<Reply> {
    const telling = tellDownload(reply, request, stores.events);
    const limited = () => withTerms(reply, request, pacer);
    return telling === undefined ? limited() : afterTelling(telling, reply).then(limited);
  }

  async function afterTelling(telling: Promise<void>, reply: Reply): Promise<void> {
    try {
      await telling;
    } catch (error) {
      await reply.close?.();
      throw error;
    }
  }

  async function counted(request: Authorised): Promise<Reply> {
    const subject = countedOf(request);
    if (subject !== undefined) refusePrefetch(request);
    const flowing = await untilRevoked(request);
    const turn = subject === undefined ? undefined : await turnFor(flowing, request, subject);
    if (turn !== undefined && flowing.notes?.redirect !== undefined) return handedOver(flowing, turn);
    const limited = withTerms(flowing, request, pacer);
    return turn === undefined ? limited : withTurn(limited, turn);
  }

  /** What the client does at the upstream is not seen here: all that it was sent for counts as delivered. */
  async function handedOver(reply: Reply, turn: Turn): Promise<Reply> {
    await turn.end({ isComplete: true, bytes: deliveredObject(reply).wantedBytes });
    return { ...reply, notes: { ...reply.notes, uses: turn.uses } };
  }

  /** On disk before the first byte; a use that nobody could be told of is none. */
  async function tellOfTurn(request: Authorised, turn: Turn): Promise<void> {
    try {
      await tellUse(request, stores.events, turn.uses);
    } catch (error) {
      await turn.end({ isComplete: false, bytes: 0 });
      throw error;
    }
  }

  /** Only what is delivered is counted: no refusal, no 304, no HEAD. */
  async function turnFor(reply: Reply, request: Authorised, counted: Counted): Promise<Turn | undefined> {
    const redirect = reply.notes?.redirect;
    if (reply.status !== 200 && reply.status !== 206 && redirect === undefined) return undefined;
    const object = deliveredObject(reply);
    try {
      if (request.operation.name === 'HeadObject') {
        await refuseUsedUp(counted, object, context);
        return undefined;
      }
      const wanted = {
        kind: 'download',
        ...object,
        isRange: redirect === undefined ? reply.status === 206 : redirect.range !== undefined,
      } as const;
      const turn = await beginTurn(counted, wanted, request.body.signal, context);
      if (turn.isNewUse) await tellOfTurn(request, turn);
      return turn;
    } catch (error) {
      await reply.close?.();
      throw error;
    }
  }

  /** A guest's file is counted against its upload request, too. */
  function upload(request: Authorised): Promise<Reply> {
    const of = linkOf(request.principal)?.upload;
    return of === undefined ? stored(request) : stores.uploadRequests.through(request, of, stored);
  }

  async function stored(request: Authorised): Promise<Reply> {
    const { operation, terms } = request;
    if (terms !== undefined) checkDeclared(request, terms);
    const counted = countedOf(request);
    const limited = withLimitedBody(request, stores, site, pacer);
    if (counted === undefined) {
      const reply = await operation.run(limited, stores, site);
      await tellUse(request, stores.events);
      return reply;
    }
    const turn = await beginTurn(counted, AN_UPLOAD, request.body.signal, context);
    let isStored = false;
    try {
      const reply = await operation.run(limited, stores, site);
      isStored = true;
      await tellUse(request, stores.events, turn.uses);
      return { ...reply, notes: { ...reply.notes, uses: turn.uses } };
    } finally {
      await turn.end({ isComplete: isStored, bytes: 0 });
    }
  }
}

/** Nobody has asked for it yet: a use would be lost to a guess of the browser's. */
function refusePrefetch({ headers }: Authorised): void {
  const purposes = ['sec-purpose', 'purpose', 'x-purpose', 'x-moz'].map((name) => headerValue(headers, name) ?? '');
  if (!purposes.some((purpose) => /prefetch|prerender|preview/i.test(purpose))) return;
  throw new S3Error('AccessDenied', {
    message: 'What is counted is not fetched beforehand.',
    cause: new Denial('uses', 'The browser said that it fetches this beforehand, for a page that may never be opened.'),
  });
}
