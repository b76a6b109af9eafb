/** One event for each request, whatever became of it: a change is on disk before its reply leaves, a read soon after its reply has ended. */
import { S3Error } from '@latchkey/s3/errors';
import { Denial } from '../denial.ts';
import type { Authenticated, Incoming, Operation, Reply, RequestBytes } from '../pipeline.ts';
import type { AuditEvent, AuditNotes, EventSource } from './event.ts';
import type { AuditTrail } from './trail.ts';

/** What became of a request. */
export type Outcome = {
  /** As far as it got. */
  readonly request: Partial<Authenticated>;
  readonly reply: Reply;
  /** What was thrown, if anything was. */
  readonly cause?: unknown;
  /** Of a call of the JSON API, whose answers say nothing that has to be taken from them. */
  readonly parameters?: AuditEvent['parameters'];
};

export type RequestRecorder = {
  /** A promise to wait for before the request is begun, where they come faster than they can be recorded. */
  room(): Promise<void> | undefined;
  /** The request, with its body counted. To be used from its first step on. */
  begin(incoming: Incoming): WatchedRequest;
  /** Throws ServiceUnavailable where the trail could not take what this operation is about to do. */
  requireRoom(operation: Operation): void;
  /**
   * The reply, to be sent: of a change only when its event is on disk. Throws or rejects with ServiceUnavailable where there is no room for it; the
   * reply is let go of then.
   */
  end(watched: WatchedRequest, outcome: Outcome): Reply | Promise<Reply>;
  /** The same for a refusal, which never fails: where there is no room in the trail, the caller is told no more than that. */
  endRefused(watched: WatchedRequest, outcome: Outcome): Reply | Promise<Reply>;
};

export type WatchedRequest = {
  readonly incoming: Incoming;
  readonly body: CountedBytes | undefined;
  /** One event a request: whether the trail knows of it. */
  isTold: boolean;
};

/** Which reads that were answered are recorded: all, those through links and pre-signed URLs, or none. Whatever is refused always is. */
export type RecordedReads = 'all' | 'presigned' | 'none';

export function requestRecorder(
  trail: Pick<AuditTrail, 'requireRoom' | 'room' | 'record'>,
  now: () => number,
  refusal: (cause: unknown, incoming: Incoming) => Reply,
  reads: RecordedReads = 'all',
): RequestRecorder {
  const end: RequestRecorder['end'] = (watched, outcome) => {
    const { reply, request } = outcome;
    const event = (bytesOut: number, isCut: boolean) => eventOf(watched, outcome, { bytesOut, isCut, endedAt: now() });
    if (mayHaveChanged(request.operation, reply.status)) {
      watched.isTold = true;
      return trail.record(event(sizeOf(reply, request), false), 'before-reply').then(
        () => reply,
        (cause) => letGo(reply, cause),
      );
    }
    if (reads !== 'all' && reply.status < 400 && !isRecorded(request, reads)) return reply;
    trail.requireRoom('soon');
    watched.isTold = true;
    if (reply.body === undefined || reply.body instanceof Uint8Array || request.method === 'HEAD') {
      trail.record(event(sizeOf(reply, request), false), 'soon');
      return reply;
    }
    const { ended } = reply;
    return {
      ...reply,
      ended(sent) {
        ended?.(sent);
        trail.record(event(sent.bytes, !sent.isComplete), 'soon');
      },
    };
  };

  return {
    room: trail.room,
    begin(incoming) {
      if (!incoming.body.isPresent) return { incoming, body: undefined, isTold: false };
      const body = new CountedBytes(incoming.body);
      const { method, rawTarget, headers, peer, requestId, receivedAt } = incoming;
      return { incoming: { method, rawTarget, headers, body, peer, requestId, receivedAt }, body, isTold: false };
    },
    requireRoom: (operation) => trail.requireRoom(isReadOnly(operation) ? 'soon' : 'before-reply'),
    end(watched, outcome) {
      try {
        return end(watched, outcome);
      } catch (cause) {
        return letGo(outcome.reply, cause);
      }
    },
    async endRefused(watched, outcome) {
      // What is known already is the change itself; that its caller was told of a failure is in the log.
      if (watched.isTold) return outcome.reply;
      try {
        return await end(watched, outcome);
      } catch (cause) {
        return outcome.reply.status >= 500 ? outcome.reply : refusal(cause, watched.incoming);
      }
    },
  };
}

/** Of a reply that is not sent: nothing of it stays open or under way. */
async function letGo(reply: Reply, cause: unknown): Promise<never> {
  reply.ended?.({ isComplete: false, bytes: 0 });
  await reply.close?.();
  throw cause;
}

/** Whether an operation leaves everything as it is. Sessions are kept, so that making one is a change, whatever it is called. */
export function isReadOnly({ name, method, service }: Pick<Operation, 'name' | 'method' | 'service'>): boolean {
  if (method === 'GET' || method === 'HEAD') return true;
  return service !== undefined && READS.test(name) && !MAKES_SESSION.has(name);
}

const READS = /^(?:Get|List|Simulate|Explain|Verify)/;
const MAKES_SESSION: ReadonlySet<string> = new Set(['GetSessionToken', 'GetFederationToken']);

/** What fails half-way may have done half of it. */
function mayHaveChanged(operation: Operation | undefined, status: number): boolean {
  return operation !== undefined && !isReadOnly(operation) && (status < 400 || status >= 500);
}

function isRecorded({ signature }: Partial<Authenticated>, reads: RecordedReads): boolean {
  return reads === 'presigned' && signature?.authType === 'REST-QUERY-STRING';
}

function sizeOf({ body, contentLength, status }: Reply, { method }: Partial<Authenticated>): number {
  if (method === 'HEAD' || status === 204 || status === 304) return 0;
  return body instanceof Uint8Array ? body.byteLength : body === undefined ? 0 : (contentLength ?? 0);
}

type Ending = Pick<AuditEvent, 'bytesOut' | 'isCut' | 'endedAt'>;

/** Field by field, for speed. */
function eventOf(
  { incoming, body }: WatchedRequest,
  { request, reply, cause, parameters }: Outcome,
  { bytesOut, isCut, endedAt }: Ending,
): AuditEvent {
  const { operation, call, target, bucket, key, form, principal, signature } = request;
  return {
    source: parameters === undefined ? sourceOf(operation, call !== undefined) : 'latchkey',
    name: operation?.name ?? call?.action ?? (incoming.method === 'OPTIONS' ? 'Preflight' : 'Unknown'),
    isReadOnly: operation === undefined || isReadOnly(operation),
    incoming,
    query: target?.query,
    bucket,
    key: form?.key ?? key,
    principal,
    signature,
    call,
    formFields: form?.fields,
    status: reply.status,
    replyHeaders: reply.headers,
    parameters,
    answer: call !== undefined && parameters === undefined && reply.body instanceof Uint8Array ? reply.body : undefined,
    error: reply.status >= 400 ? errorOf(cause) : undefined,
    bytesIn: body?.bytes ?? 0,
    bytesOut,
    isCut,
    endedAt,
    notes: reply.notes ?? decisionOf(cause),
  };
}

function sourceOf(operation: Operation | undefined, isCall: boolean): EventSource {
  return operation?.service ?? (isCall ? 'iam' : 's3');
}

function errorOf(cause: unknown): AuditEvent['error'] {
  if (cause instanceof S3Error) return { code: cause.code, message: cause.message };
  return { code: 'InternalError', message: 'We encountered an internal error. Please try again.' };
}

function decisionOf(cause: unknown): AuditNotes | undefined {
  const why = cause instanceof S3Error ? cause.cause : undefined;
  return why instanceof Denial ? { decision: { check: why.check, reason: why.message } } : undefined;
}

/** A body that counts what is read of it. */
export class CountedBytes implements RequestBytes {
  readonly #body: RequestBytes;
  bytes = 0;

  constructor(body: RequestBytes) {
    this.#body = body;
  }

  get contentLength(): number | undefined {
    return this.#body.contentLength;
  }

  get isPresent(): boolean {
    return this.#body.isPresent;
  }

  get signal(): AbortSignal {
    return this.#body.signal;
  }

  async *stream(): AsyncGenerator<Uint8Array> {
    for await (const piece of this.#body.stream()) {
      this.bytes += piece.byteLength;
      yield piece;
    }
  }
}
