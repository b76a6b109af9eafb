import { timeOrderedId } from '@latchkey/storage/time-ordered-id';
import { begin, end, touch, type UseState } from '@latchkey/storage/use-state';
import type { UseAnswer, UseStore } from '@latchkey/storage/use-store';
import { decodedJson } from './decoded.ts';
import { openEnvironment } from './environment.ts';

export type LocalUseStoreOptions = {
  /** Made where it is not there. On a local file system: LMDB does not work over a network. */
  readonly directory: string;
  /** Told once, in a sentence, when the store becomes read-only. */
  readonly onReadOnly?: ((sentence: string) => void) | undefined;
};

/** Uses in one directory, on LMDB. Several processes may have it open, and count together. A subject has at most 1900 bytes. */
export async function openLocalUseStore({ directory, onReadOnly }: LocalUseStoreOptions): Promise<UseStore> {
  /** What the transaction at hand has changed: read once, written once, however many ask for the same subject at a time. */
  const changed = new Map<string, UseState>();
  const inTransaction = (changes: () => void): void => {
    changed.clear();
    changes();
    for (const [subject, state] of changed) write(subject, state);
  };
  const { root, health, commits, table, close } = await openEnvironment({ directory, store: 'use store', onReadOnly, inTransaction });
  const states = table('uses');
  /** In the order they may be forgotten: eight bytes of time, then the subject. */
  const due = table('due');

  const decoded = decodedJson<UseState>();
  const committed = (subject: string): UseState | undefined => {
    const bytes = states.getBinary(Buffer.from(subject));
    return bytes && decoded.decode(subject, bytes);
  };
  const read = (subject: string): UseState | undefined => {
    root.resetReadTxn();
    return committed(subject);
  };
  const write = (subject: string, state: UseState): void => {
    const before = committed(subject)?.forgetAfter;
    if (before !== state.forgetAfter) {
      if (before !== undefined) due.removeSync(dueKey(before, subject));
      due.putSync(dueKey(state.forgetAfter, subject), NOTHING);
    }
    const bytes = Buffer.from(JSON.stringify(state));
    states.putSync(Buffer.from(subject), bytes);
    decoded.learn(subject, bytes, state);
  };
  const change = (subject: string, step: (state: UseState | undefined) => UseState | undefined): void => {
    const next = step(changed.get(subject) ?? committed(subject));
    if (next !== undefined) changed.set(subject, next);
  };

  return {
    async begin(request) {
      const { subject } = request;
      const id = timeOrderedId(request.now).toString('base64url');
      // Who has none left is told so without a transaction: a spent link that is asked for again and again costs nobody else anything.
      const { answer } = begin(read(subject), request, id);
      if (!answer.granted) return answer;
      health.requireWritable();
      return commits.change(() => {
        let settled: UseAnswer = answer;
        change(subject, (state) => {
          const { answer, next } = begin(state, request, id);
          settled = answer;
          return next;
        });
        return settled;
      });
    },
    async touch(turn) {
      await commits.change(() => change(turn.subject, (state) => touch(state, turn)));
    },
    async end(turn) {
      await commits.change(() => change(turn.subject, (state) => end(state, turn)));
    },
    async used(subject) {
      return read(subject)?.used ?? 0;
    },
    async sweep(now) {
      root.resetReadTxn();
      const found = [...due.getKeys({ end: dueKey(now, ''), limit: SWEPT_AT_ONCE })].map((key) => Buffer.from(key));
      if (found.length === 0) return 0;
      return commits.change(() => {
        // Somebody may have been granted a use since that is to be kept for longer, or another process have been quicker.
        const still = found.filter((key) => due.doesExist(key));
        for (const key of still) {
          states.removeSync(subjectOf(key));
          due.removeSync(key);
        }
        return still.length;
      });
    },
    close,
  };
}

const SWEPT_AT_ONCE = 500;
const NOTHING = Buffer.alloc(0);
const TIME_BYTES = 8;

function dueKey(forgetAfter: number, subject: string): Buffer {
  const key = Buffer.alloc(TIME_BYTES + Buffer.byteLength(subject));
  key.writeDoubleBE(forgetAfter);
  key.write(subject, TIME_BYTES);
  return key;
}

function subjectOf(key: Buffer): Buffer {
  return key.subarray(TIME_BYTES);
}
