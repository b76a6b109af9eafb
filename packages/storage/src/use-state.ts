/**
 * What is known of one subject of a use store, and how a begin, a touch and an end change it: the rules, once, for every store. Nothing here
 * is written to; each function returns what there is to remember instead, or nothing where that is what was there.
 */
import { LEASE_MS, MAX_LEASES, MAX_TURNS, SEEKING, type UseAnswer, type UseRefusal, type UseRequest, type UseStore } from './use-store.ts';

/** Can be kept as JSON. */
export type UseState = {
  /** The uses that are counted or under way: those of `leases`, and those no longer known in detail. */
  readonly used: number;
  readonly forgetAfter: number;
  /** In the order they were begun. */
  readonly leases: readonly Lease[];
};

type Lease = {
  readonly id: string;
  readonly kind: 'download' | 'upload';
  readonly client: string;
  readonly version: string;
  readonly touchedAt: number;
  readonly bytesLeft: number;
  readonly hasDelivered: boolean;
  readonly hasCompleted: boolean;
  /** Those that have not ended, as far as anybody knows. */
  readonly turns: readonly Turn[];
};

type Turn = { readonly id: string; readonly wantedBytes: number; readonly touchedAt: number };
type Touch = Parameters<UseStore['touch']>[0];
type End = Parameters<UseStore['end']>[0];

/** `id` has to be new: it names the turn, and the use where that is new too. A refusal leaves nothing to remember. */
export function begin(
  state: UseState | undefined,
  request: UseRequest,
  id: string,
): { readonly answer: UseAnswer; readonly next?: UseState } {
  const { used, leases, forgetAfter } = state ?? { used: 0, leases: [], forgetAfter: 0 };
  const { now, wantedBytes, isRange } = request;
  const turn: Turn = { id, wantedBytes, touchedAt: now };
  const remember = (next: Pick<UseState, 'used' | 'leases'>): UseState =>
    folded({ ...next, forgetAfter: Math.max(forgetAfter, request.forgetAfter) }, now);

  const own = leases.filter((lease) => isOwn(lease, request));
  const joined = own.find((lease) => (isRange ? fitsRange(lease, request) : fitsWhole(lease, request)));
  if (joined !== undefined) {
    const bytesLeft = joined.bytesLeft - wantedBytes;
    const longer = { ...joined, bytesLeft, touchedAt: now, turns: [...joined.turns, turn] };
    return {
      answer: { granted: true, useId: joined.id, turnId: id, isNewUse: false, used },
      next: remember({ used, leases: leases.map((lease) => (lease === joined ? longer : lease)) }),
    };
  }

  const isLeft = used < request.maxUses;
  const isBusy = isRange && own.some((lease) => mayFitSoon(lease, request));
  if (isBusy && !(isLeft && request.prefersNewUse === true)) return refused('busy', used);
  if (!isLeft) return refused(isRange && own.length > 0 ? 'budget-spent' : 'no-uses-left', used);
  return {
    answer: { granted: true, useId: id, turnId: id, isNewUse: true, used: used + 1 },
    next: remember({ used: used + 1, leases: [...leases, newLease(request, turn)] }),
  };
}

/** Nothing where the turn has ended or nobody knows it. */
export function touch(state: UseState | undefined, { useId, turnId, now }: Touch): UseState | undefined {
  const lease = underWay(state, useId, turnId);
  if (state === undefined || lease === undefined) return undefined;
  const turns = lease.turns.map((turn) => (turn.id === turnId ? { ...turn, touchedAt: now } : turn));
  return { ...state, leases: replaced(state.leases, { ...lease, turns, touchedAt: now }) };
}

/** Nothing where the turn had ended before or nobody knows it. */
export function end(state: UseState | undefined, { useId, turnId, now, deliveredBytes, completed }: End): UseState | undefined {
  const lease = underWay(state, useId, turnId);
  const ended = lease?.turns.find(({ id }) => id === turnId);
  if (state === undefined || lease === undefined || ended === undefined) return undefined;
  const after: Lease = {
    ...lease,
    touchedAt: now,
    bytesLeft: lease.bytesLeft + Math.max(0, ended.wantedBytes - deliveredBytes),
    // What was read of an upload is no use: only one that was stored is.
    hasDelivered: lease.hasDelivered || (lease.kind === 'download' && deliveredBytes > 0),
    hasCompleted: lease.hasCompleted || completed,
    turns: lease.turns.filter((turn) => turn !== ended),
  };
  if (after.turns.length === 0 && !after.hasDelivered && !after.hasCompleted) {
    return { ...state, used: state.used - 1, leases: state.leases.filter(({ id }) => id !== useId) };
  }
  return folded({ ...state, leases: replaced(state.leases, after) }, now);
}

/** The client's, of the same version, and not given up yet. */
function isOwn(lease: Lease, { kind, client, version, now }: UseRequest): boolean {
  return kind === 'download' && lease.kind === kind && lease.client === client && lease.version === version && isFresh(lease, now);
}

function isFresh({ touchedAt }: { readonly touchedAt: number }, now: number): boolean {
  return now - touchedAt <= LEASE_MS;
}

function fitsRange({ turns, bytesLeft }: Lease, { wantedBytes }: UseRequest): boolean {
  return turns.length < MAX_TURNS && bytesLeft >= wantedBytes;
}

/** A download that was given up when it had hardly begun starts again; many clients behind one address are not one. */
function fitsWhole({ turns, hasCompleted, bytesLeft }: Lease, { sizeBytes, now }: UseRequest): boolean {
  return !turns.some((turn) => isFresh(turn, now)) && !hasCompleted && bytesLeft >= sizeBytes;
}

/** If what is under way ended at once, with nothing delivered: a film's next range is asked for before the end of the last one is known. */
function mayFitSoon({ turns, bytesLeft }: Lease, { wantedBytes, now }: UseRequest): boolean {
  return turns.filter((turn) => isFresh(turn, now)).reduce((sum, turn) => sum + turn.wantedBytes, bytesLeft) >= wantedBytes;
}

function newLease({ kind, client, version, sizeBytes, now }: UseRequest, turn: Turn): Lease {
  const bytesLeft = kind === 'download' ? budgetOf(sizeBytes) - turn.wantedBytes : 0;
  return { id: turn.id, kind, client, version, touchedAt: now, bytesLeft, hasDelivered: false, hasCompleted: false, turns: [turn] };
}

/** A tenth more than the object, for what a client asks for twice; more where it is large enough to be sought in. */
function budgetOf(sizeBytes: number): number {
  return sizeBytes + Math.floor(sizeBytes / 10) + SEEKING.times * Math.max(0, sizeBytes - SEEKING.aboveBytes);
}

function refused(reason: UseRefusal, used: number): { readonly answer: UseAnswer } {
  return { answer: { granted: false, reason, used } };
}

function underWay(state: UseState | undefined, useId: string, turnId: string): Lease | undefined {
  return state?.leases.find(({ id, turns }) => id === useId && turns.some((turn) => turn.id === turnId));
}

function replaced(leases: readonly Lease[], by: Lease): readonly Lease[] {
  return leases.map((lease) => (lease.id === by.id ? by : lease));
}

/** Keeps in detail only what a client may go on with or give back, and not too much of that: the number knows of the rest. */
function folded(state: UseState, now: number): UseState {
  const leases = state.leases.filter((lease) => lease.turns.length > 0 || (lease.kind === 'download' && isFresh(lease, now)));
  while (leases.length > MAX_LEASES) {
    const oldest = leases.reduce((first, lease) => (lease.touchedAt < first.touchedAt ? lease : first));
    leases.splice(leases.indexOf(oldest), 1);
  }
  return { ...state, leases };
}
