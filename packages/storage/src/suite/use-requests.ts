/** What the suites ask use stores for. */
import type { UseAnswer, UseRequest, UseStore, UseTurn } from '../use-store.ts';

export const MINUTE = 60_000;
export const NOON = Date.UTC(2026, 10, 5, 12, 0, 0);

let subjects = 0;
export function nextSubject(): string {
  subjects += 1;
  return `LKLN${subjects}`;
}

/** The whole of an object of 1000 bytes, by a client that may have it three times, where nothing else is said. */
export function whole(subject: string, other: Partial<UseRequest> = {}): UseRequest {
  return {
    subject,
    maxUses: 3,
    now: NOON,
    forgetAfter: NOON + 24 * 60 * MINUTE,
    kind: 'download',
    client: '192.0.2.1',
    version: 'v1',
    sizeBytes: 1000,
    wantedBytes: 1000,
    isRange: false,
    ...other,
  };
}

export function range(subject: string, wantedBytes: number, other: Partial<UseRequest> = {}): UseRequest {
  return whole(subject, { wantedBytes, isRange: true, ...other });
}

export function upload(subject: string, other: Partial<UseRequest> = {}): UseRequest {
  return whole(subject, { kind: 'upload', version: '', sizeBytes: 0, wantedBytes: 0, ...other });
}

export type Turn = UseTurn & { readonly isNewUse: boolean };

/** Begins what has to be granted. */
export async function granted(store: UseStore, request: UseRequest): Promise<Turn> {
  const answer = await store.begin(request);
  if (!answer.granted) throw new Error(`It is refused: ${answer.reason}, with ${answer.used} used.`);
  return { subject: request.subject, ...answer };
}

/** `granted`, and what else tells how it was answered. */
export async function reasonOf(answer: Promise<UseAnswer>): Promise<string> {
  const settled = await answer;
  if (!settled.granted) return settled.reason;
  return settled.isNewUse ? 'new use' : 'same use';
}

/** The end of a turn of which so many bytes reached the client. */
export function end(
  store: UseStore,
  { subject, useId, turnId }: Turn,
  deliveredBytes: number,
  completed = false,
  now = NOON,
): Promise<void> {
  return store.end({ subject, useId, turnId, deliveredBytes, completed, now });
}
