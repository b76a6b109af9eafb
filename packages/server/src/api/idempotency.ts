/**
 * Requests that may be sent again: the same key, principal, operation and body within a day get the same answer, and nothing is done twice.
 * Only answers that say "done" are kept, sealed, since they hold URLs that work. A refusal is forgotten, so that a corrected policy helps.
 */
import { createHash } from 'node:crypto';
import { S3Error } from '@latchkey/s3/errors';
import type { JsonValue, RecordStore, StoredRecord } from '@latchkey/storage/record-store';
import { SealError, type Sealed, type Sealer } from '../identity/sealing.ts';
import type { ApiAnswer } from './replies.ts';

export const IDEMPOTENCY = 'idempotency';
const KEPT_MS = 24 * 60 * 60_000;
/** A request that has not ended after so long died with its process; the key may be used again. */
const UNDER_WAY_MS = 60_000;
/** How many old records each new key looks at; those whose time is past go. */
const SWEPT_AT_ONCE = 20;

export type IdempotentRequest = {
  readonly key: string;
  /** Stays the same for a principal, and is nobody else's. */
  readonly principal: string;
  readonly operation: string;
  /** In hex. */
  readonly bodySha256: string;
};

export type Idempotency = {
  /**
   * Runs once, and answers every repetition with the first answer, marked `Idempotent-Replayed: true`.
   * Throws IdempotentParameterMismatch for another body, RequestInProgress while the first is being answered.
   */
  once(request: IdempotentRequest, run: () => Promise<ApiAnswer>): Promise<ApiAnswer>;
};

type Kept = {
  /** The hash of what was asked for, sealed: a password in it could be guessed from the hash. */
  readonly body: Sealed;
  readonly startedAt: number;
  /** Once it is answered. */
  readonly answer?: Sealed;
};

export function idempotency(records: RecordStore, sealer: Sealer, now: () => number): Idempotency {
  let sweptUpTo: string | undefined;
  return {
    async once({ key, principal, operation, bodySha256 }, run) {
      const id = createHash('sha256')
        .update(JSON.stringify([principal, operation, key]))
        .digest('hex');
      const found = await records.get(IDEMPOTENCY, id);
      const earlier = found === undefined ? undefined : answerOf(found, id, bodySha256);
      if (earlier !== undefined) return earlier;
      const version = found?.version ?? 0;
      const asked = sealer.seal(bodySha256, placeOf(id));
      const { committed } = await put(id, { body: asked, startedAt: now() }, version);
      if (!committed) throw new S3Error('RequestInProgress');
      let answer: ApiAnswer;
      try {
        answer = await run();
      } catch (refusal) {
        await records.commit([{ remove: { kind: IDEMPOTENCY, id }, ifVersion: version + 1 }]);
        throw refusal;
      }
      const text = JSON.stringify('body' in answer ? { body: answer.body, headers: answer.headers } : {});
      await put(id, { body: asked, startedAt: now(), answer: sealer.seal(text, placeOf(id)) }, version + 1);
      await sweep();
      return answer;
    },
  };

  function put(id: string, kept: Kept, ifVersion: number) {
    return records.commit([{ put: { kind: IDEMPOTENCY, id, value: kept as unknown as JsonValue }, ifVersion }]);
  }

  /** The answer to repeat; `undefined` where the key is free again. */
  function answerOf({ value }: StoredRecord, id: string, bodySha256: string): ApiAnswer | undefined {
    const kept = value as unknown as Kept;
    const age = now() - kept.startedAt;
    if (age > KEPT_MS || (kept.answer === undefined && age > UNDER_WAY_MS)) return undefined;
    if (openKept(kept.body, id) !== bodySha256) throw new S3Error('IdempotentParameterMismatch');
    if (kept.answer === undefined) throw new S3Error('RequestInProgress');
    const { body, headers = [] } = JSON.parse(openKept(kept.answer, id)) as ApiAnswer & { readonly body?: unknown };
    return { body, headers: [...headers, 'Idempotent-Replayed', 'true'] };
  }

  function openKept(sealed: Sealed, id: string): string {
    try {
      return sealer.open(sealed, placeOf(id));
    } catch (cause) {
      if (!(cause instanceof SealError)) throw cause;
      // Sealed with a master key that has been replaced: that it was done is known, the answer no longer is.
      throw new S3Error('IdempotentParameterMismatch', {
        message: 'The request with this Idempotency-Key was answered, but its answer can not be repeated any more. Use another key.',
        cause,
      });
    }
  }

  /** Goes round all records, a few at a time. */
  async function sweep(): Promise<void> {
    const page = await records.list(IDEMPOTENCY, { after: sweptUpTo, limit: SWEPT_AT_ONCE });
    sweptUpTo = page.next;
    const old = page.records.filter(({ value }) => now() - (value as unknown as Kept).startedAt > KEPT_MS);
    for (const { id, version } of old) await records.commit([{ remove: { kind: IDEMPOTENCY, id }, ifVersion: version }]);
  }
}

/** With the sealer's first key whatever another one sealed; resolves to how many answers that were. */
export async function resealAnswers(records: RecordStore, sealer: Sealer): Promise<number> {
  let count = 0;
  let after: string | undefined;
  do {
    const page = await records.list(IDEMPOTENCY, { after, limit: 200 });
    for (const { id, value, version } of page.records) {
      const kept = value as unknown as Kept;
      if (kept.body.key === sealer.keyId && (kept.answer === undefined || kept.answer.key === sealer.keyId)) continue;
      const again = (sealed: Sealed) => sealer.seal(sealer.open(sealed, placeOf(id)), placeOf(id));
      const resealed = { ...kept, body: again(kept.body), ...(kept.answer && { answer: again(kept.answer) }) };
      // An answer never changes; one that is gone by now needs nothing.
      await records.commit([{ put: { kind: IDEMPOTENCY, id, value: resealed as unknown as JsonValue }, ifVersion: version }]);
      count++;
    }
    after = page.next;
  } while (after !== undefined);
  return count;
}

const placeOf = (id: string): string => `idempotency/${id}`;

/** Throws ValidationError-like InvalidRequest for a key that is none, or that the signature does not cover. */
export function idempotencyKey(value: string | undefined, signedHeaders: readonly string[] | undefined): string | undefined {
  if (value === undefined) return undefined;
  if (!/^[!-~]{1,255}$/.test(value))
    throw new S3Error('InvalidRequest', { message: 'An Idempotency-Key has 1 to 255 visible ASCII characters.' });
  if (signedHeaders?.includes('idempotency-key') !== true)
    throw new S3Error('InvalidRequest', { message: 'The header Idempotency-Key has to be one of the signed headers.' });
  return value;
}
