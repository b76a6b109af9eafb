/** Uses of what is counted: begun before the first byte, ended with what was really handed over. */
import { invalidArgument, S3Error } from '@latchkey/s3/errors';
import type { UseAnswer, UseRequest, UseStore, UseTurn } from '@latchkey/storage/use-store';
import { Denial } from '../denial.ts';
import { plainAddress } from '../forwarded.ts';
import { queryValue } from '../headers.ts';
import { linkOf } from '../identity/principals.ts';
import type { Log } from '../log.ts';
import type { Admitted, ReplyEnd } from '../pipeline.ts';
import { signatureHash } from './signature-hash.ts';

/** Of a link, or of a URL by its signature. */
export type Counted = { readonly subject: string; readonly maxUses: number; readonly forgetAfter: number; readonly client: string };

/** What is to be counted of a request; `undefined` for nearly every one, which is not counted. */
export function countedOf(request: Admitted): Counted | undefined {
  const maxUses = request.terms?.maxUses;
  // Looking at what there is, is no use of it.
  if (maxUses === undefined || request.operation.name === 'ListObjects') return undefined;
  const client = plainAddress(request.peer.address);
  const link = linkOf(request.principal);
  // Of a guest's file in parts, the use is taken when they are put together.
  if (link?.upload?.by === 'parts') return undefined;
  if (link !== undefined) return { subject: link.id, maxUses, forgetAfter: link.extendableUntil + DAY_MS, client };
  const subject = signatureHash(request);
  if (subject === undefined) throw invalidArgument('Only what is pre-signed is counted.', 'X-Latchkey-Max-Uses', String(maxUses));
  const expiresInMs = Number(queryValue(request, 'X-Amz-Expires')) * 1000;
  return { subject, maxUses, forgetAfter: (request.signature?.signedAt ?? 0) + expiresInMs + DAY_MS, client };
}

/** However wrong a clock was or will be. */
const DAY_MS = 24 * 3600 * 1000;

export type Turn = UseTurn & {
  /** For the audit trail: how many uses were counted before this one, and how many there may be. */
  readonly uses: { readonly before: number; readonly max: number };
  /** Whether it begins a use, and does not go on with one. */
  readonly isNewUse: boolean;
  /** To be called while bytes flow; tells the store every few minutes. */
  touch(): void;
  /** Once. Never rejects: what is not known to have ended stays counted. */
  end(end: ReplyEnd): Promise<void>;
};

export type TurnContext = {
  readonly uses: UseStore;
  readonly now: () => number;
  /** Ends early, and well, when the signal says that nobody waits any more. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly log: Log;
};

/** What one reply wants of a use. */
export type Wanted = Pick<UseRequest, 'kind' | 'version' | 'sizeBytes' | 'wantedBytes' | 'isRange'>;

export const AN_UPLOAD: Wanted = { kind: 'upload', version: '', sizeBytes: 0, wantedBytes: 0, isRange: false };

/** A browser asks for the next range of a film before the server has noticed that it is done with the last one: so long that is waited for. */
const PATIENCE_MS = 2000;
const PAUSES_MS = [10, 20, 40, 80, 150];

/** Throws AccessDenied where no use is left, SlowDown where one may be in a moment. `signal` is that of the client being gone. */
export async function beginTurn(counted: Counted, wanted: Wanted, signal: AbortSignal, context: TurnContext): Promise<Turn> {
  const { uses, now, pause } = context;
  const { subject, maxUses, forgetAfter, client } = counted;
  for (let waitedMs = 0, tries = 0; ; tries++) {
    const prefersNewUse = waitedMs >= PATIENCE_MS;
    const answer = await uses.begin({ subject, maxUses, forgetAfter, client, ...wanted, now: now(), prefersNewUse });
    if (answer.granted) return turnOf(answer, counted, context);
    if (answer.reason !== 'busy') throw usedUp(answer.reason, counted, answer.used);
    if (prefersNewUse || signal.aborted)
      throw new S3Error('SlowDown', { message: 'The link is in use by you; please try again in a moment.' });
    const pauseMs = PAUSES_MS[Math.min(tries, PAUSES_MS.length - 1)] ?? 0;
    await pause(pauseMs, signal);
    waitedMs += pauseMs;
  }
}

/** Throws AccessDenied where a download would be refused for the want of uses. Nothing is counted: whoever is in the midst of one may go on. */
export async function refuseUsedUp(counted: Counted, object: Pick<Wanted, 'version' | 'sizeBytes'>, context: TurnContext): Promise<void> {
  const { uses, now } = context;
  if ((await uses.used(counted.subject)) < counted.maxUses) return;
  const { subject, maxUses, forgetAfter, client } = counted;
  const wanted: Wanted = { kind: 'download', ...object, wantedBytes: 0, isRange: true };
  const answer = await uses.begin({ subject, maxUses, forgetAfter, client, ...wanted, now: now() });
  if (!answer.granted) throw usedUp('no-uses-left', counted, answer.used);
  await turnOf(answer, counted, context).end({ isComplete: false, bytes: 0 });
}

/** Well within what a use store waits for before it takes a turn for lost. */
const TOUCH_EVERY_MS = 2 * 60_000;

type Granted = Extract<UseAnswer, { granted: true }>;

function turnOf(granted: Granted, { subject, maxUses }: Counted, { uses, now, log }: TurnContext): Turn {
  const { useId, turnId, isNewUse, used } = granted;
  const turn = { subject, useId, turnId };
  let touchedAt = now();
  const failed = (cause: unknown) => log.error('use not ended', { cause: cause instanceof Error ? cause.message : String(cause) });
  return {
    ...turn,
    uses: { before: isNewUse ? used - 1 : used, max: maxUses },
    isNewUse,
    touch() {
      const time = now();
      if (time - touchedAt < TOUCH_EVERY_MS) return;
      touchedAt = time;
      uses.touch({ ...turn, now: time }).catch(failed);
    },
    end: ({ isComplete, bytes }) => uses.end({ ...turn, now: now(), deliveredBytes: bytes, completed: isComplete }).catch(failed),
  };
}

/** The refusal where no use is left. */
export function usedUp(reason: 'no-uses-left' | 'budget-spent', { maxUses }: Counted, used: number): S3Error {
  const explanation =
    reason === 'no-uses-left'
      ? `${used} of ${maxUses} uses are counted or under way.`
      : `What this client may still fetch in its use is less than it asks for, and ${used} of ${maxUses} uses are counted.`;
  return new S3Error('AccessDenied', {
    message: 'The link has been used as often as it may be.',
    cause: new Denial('uses', explanation),
  });
}
