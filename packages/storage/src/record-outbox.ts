import { randomBytes } from 'node:crypto';
import type { BucketName, ObjectKey } from '@latchkey/s3/names';
import type { Intent } from './intent.ts';
import type { KeptOutbox } from './kept-outbox.ts';
import { nextSequence, type OutboxEntry } from './outbox.ts';
import type { JsonValue, RecordChange, RecordStore } from './record-store.ts';

const ENTRY = 'outbox';
const INTENT = 'outbox-intent';
const STATE = 'outbox-state';

/** The last sequence, and how much each queue holds. */
type State = { readonly last: number; readonly sizes: Readonly<Record<string, number>> };
type Kept = Omit<OutboxEntry, 'sequence'>;
/** What is to be done to the state and with it. Called again where another process was quicker. */
type Change = (state: State) => Promise<{ readonly state: State; readonly changes: readonly RecordChange[] }>;

/**
 * An outbox in a record store: whoever shares the records shares it, on whichever machine. What comes while a commit is under way is in the
 * next one, together.
 */
export function recordOutbox(records: RecordStore, clock: () => number = Date.now): KeptOutbox {
  const inTurn = oneCommitAtATime(records);
  return {
    async intend(intended, withinMs) {
      const at = clock();
      const until = at + withinMs;
      // In the order in which they are over.
      const id = `${String(until).padStart(16, '0')}-${randomBytes(8).toString('hex')}`;
      const intent = { ...intended, at, until };
      await records.commit([{ put: { kind: INTENT, id, value: intent as unknown as JsonValue } }]);
      return { ...intent, id };
    },
    async withdraw({ id }) {
      await records.commit([{ remove: { kind: INTENT, id } }]);
    },
    async overdue(limit) {
      const page = await records.list(INTENT, { limit });
      const intents = page.records.map(({ id, value }) => ({ ...(value as unknown as Omit<Intent, 'id'>), id }));
      return intents.filter(({ until }) => until < clock());
    },
    async add(announced, { bucket, key, object }, intent) {
      const announcements = announced?.announce ?? [];
      if (announcements.length === 0) return;
      const facts = object && { sizeBytes: object.sizeBytes, etag: object.etag };
      await inTurn(async (state) => {
        const sequence = nextSequence(state.last, clock());
        const changes = announcements.map(({ to, what }) => {
          const value = { what, bucket, key, ...(facts && { object: facts }) };
          return { put: { kind: ENTRY, id: entryId(to, sequence), value } };
        });
        const sizes = announcements.reduce((sofar, { to }) => resized(sofar, to, 1), state.sizes);
        const settled = intent === undefined ? [] : [{ remove: { kind: INTENT, id: intent.id } }];
        return { state: { last: sequence, sizes }, changes: [...changes, ...settled] };
      });
    },
    outbox: {
      async read(queue, { after, limit }) {
        const prefix = `${queue}/`;
        const page = await records.list(ENTRY, { prefix, after: after === undefined ? undefined : entryId(queue, after), limit });
        return page.records.map(({ id, value }) => {
          const { what, bucket, key, object } = value as unknown as Kept;
          return { sequence: Number(id.slice(prefix.length)), what, bucket: bucket as BucketName, key: key as ObjectKey, object };
        });
      },
      async remove(queue, sequences) {
        const named = [...new Set(sequences.map((sequence) => entryId(queue, sequence)))];
        await inTurn(async ({ last, sizes }) => {
          const found = await Promise.all(named.map(async (id) => ((await records.get(ENTRY, id)) === undefined ? [] : [id])));
          const ids = found.flat();
          // At its version, so that what two remove at once is counted once.
          const changes = ids.map((id) => ({ remove: { kind: ENTRY, id }, ifVersion: 1 }));
          return { state: { last, sizes: resized(sizes, queue, -ids.length) }, changes };
        });
      },
      async sizes() {
        return new Map(Object.entries((await stateOf(records)).state.sizes));
      },
    },
  };
}

function entryId(queue: string, sequence: number): string {
  return `${queue}/${String(sequence).padStart(16, '0')}`;
}

function resized(sizes: State['sizes'], queue: string, more: number): State['sizes'] {
  const { [queue]: before = 0, ...others } = sizes;
  return before + more > 0 ? { ...others, [queue]: before + more } : others;
}

async function stateOf(records: RecordStore): Promise<{ readonly state: State; readonly version: number }> {
  const record = await records.get(STATE, STATE);
  return record === undefined
    ? { state: { last: 0, sizes: {} }, version: 0 }
    : { state: record.value as unknown as State, version: record.version };
}

type Waiting = { readonly change: Change; readonly done: (error?: unknown) => void };

/** Changes of the state, each made of what the one before left, in as few commits as there are. */
function oneCommitAtATime(records: RecordStore): (change: Change) => Promise<void> {
  const waiting: Waiting[] = [];
  let isUnderWay = false;

  const run = async (): Promise<void> => {
    isUnderWay = true;
    while (waiting.length > 0) {
      const together = waiting.splice(0, MOST_TOGETHER);
      const error = await commit(
        records,
        together.map(({ change }) => change),
      ).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      for (const { done } of together) done(error);
    }
    isUnderWay = false;
  };

  return (change) =>
    new Promise((resolve, reject) => {
      waiting.push({ change, done: (error) => (error === undefined ? resolve() : reject(error)) });
      if (!isUnderWay) void run();
    });
}

const MOST_TOGETHER = 100;

async function commit(records: RecordStore, together: readonly Change[]): Promise<void> {
  for (;;) {
    const { state: before, version } = await stateOf(records);
    let state = before;
    const changes: RecordChange[] = [];
    for (const change of together) {
      const next = await change(state);
      state = next.state;
      changes.push(...next.changes);
    }
    const value = state as unknown as JsonValue;
    const result = await records.commit([...changes, { put: { kind: STATE, id: STATE, value }, ifVersion: version }]);
    if (result.committed) return;
  }
}
