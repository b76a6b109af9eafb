/** Moving and copying objects and folders: nothing that is there already is overwritten unless somebody said so, and nothing is lost on the way. */
import { isCode } from '../api/refusal.ts';
import { copyObject, deleteEach, type FailedKey, objectExists } from '../s3/objects.ts';
import { ChangedMeanwhile } from '../s3/replace-properties.ts';
import type { ObjectRow, Row } from '../s3/rows.ts';
import { inBatches, objectsUnder, type Progress } from './bulk.ts';
import { keyProblem, numberedName } from './names.ts';

/** `to` is the new name; of a folder, what its objects begin with then. */
export type Transfer = { readonly row: Row; readonly to: string };

/** What to do where there is an object of that name: leave both as they are, put the new one in its place, or give it another name. */
export type ConflictAnswer = 'skip' | 'replace' | 'both';

export type TransferOptions = {
  /** A copy leaves the original where it is. */
  readonly action: 'move' | 'copy';
  /** Asked about each name that is taken, however many objects are under way. Rejects where the whole is given up. */
  readonly ask: (key: string) => Promise<ConflictAnswer>;
  readonly onProgress: Progress;
  readonly signal: AbortSignal;
};

export type Transferred = {
  readonly done: number;
  readonly skipped: number;
  readonly failedCount: number;
  /** The first few, by their old names. */
  readonly failed: readonly FailedKey[];
};

const AT_ONCE = 4;
const FAILURES_KEPT = 20;

/**
 * What begins with the name of a row begins with `to` then. Each object is copied, on the condition that its new name is free, and then deleted, on the
 * condition that it is what was copied: where it stops half-way every object is in one place at least. What fails is told, and the others go on.
 */
export async function transferRows(bucket: string, transfers: readonly Transfer[], options: TransferOptions): Promise<Transferred> {
  const { action, onProgress, signal } = options;
  let done = 0;
  let skipped = 0;
  let failedCount = 0;
  const failed: FailedKey[] = [];
  const fail = (failure: FailedKey) => {
    failedCount += 1;
    if (failed.length < FAILURES_KEPT) failed.push(failure);
  };
  for (const { row, to } of transfers) {
    for await (const objects of inBatches(objectsUnder(bucket, [row], signal), 100)) {
      const copied: ObjectRow[] = [];
      await eachOf(objects, AT_ONCE, async (object) => {
        signal.throwIfAborted();
        try {
          const isCopied = await copyAsAsked(bucket, object, to + object.key.slice(row.key.length), options);
          if (isCopied) copied.push(object);
          else skipped += 1;
        } catch (error) {
          signal.throwIfAborted();
          fail({ key: object.key, error });
        }
      });
      const kept = action === 'copy' || copied.length === 0 ? [] : await deleteEach(bucket, copied);
      kept.forEach(fail);
      done += copied.length - kept.length;
      onProgress(done);
    }
  }
  return { done, skipped, failedCount, failed };
}

/** Resolves with whether it was copied. */
async function copyAsAsked(bucket: string, object: ObjectRow, wanted: string, { ask, signal }: TransferOptions): Promise<boolean> {
  let to = wanted;
  let answer: ConflictAnswer | undefined;
  for (let turn = 2; ; turn++) {
    if (await copiedIfFree(bucket, object, to, signal)) return true;
    // The marks of two folders that become one.
    if (object.key.endsWith('/') && object.sizeBytes === 0) return true;
    answer ??= await ask(to);
    if (answer === 'skip') return false;
    if (answer === 'replace') return copied(bucket, object, to, {}, signal);
    if (turn > MOST_NUMBERED) throw new ChangedMeanwhile();
    to = numberedName(wanted, turn);
  }
}

const MOST_NUMBERED = 1000;

/** Resolves with `false`, having written nothing, where there is an object of that name. */
async function copiedIfFree(bucket: string, object: ObjectRow, to: string, signal: AbortSignal): Promise<boolean> {
  try {
    return await copied(bucket, object, to, { 'if-none-match': '*' }, signal);
  } catch (error) {
    const isTaken = isCode(error, 'PreconditionFailed', 'NotImplemented') && (await objectExists({ bucket, key: to }));
    if (isTaken) return false;
    // An S3 behind a gateway that knows no such condition: looking before is what is left.
    if (isCode(error, 'NotImplemented')) return copied(bucket, object, to, {}, signal);
    throw isCode(error, 'PreconditionFailed') ? new ChangedMeanwhile() : error;
  }
}

async function copied(
  bucket: string,
  { key, etag }: ObjectRow,
  to: string,
  conditions: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<true> {
  const problem = keyProblem(to);
  if (problem !== undefined) throw new UnusableName(problem);
  const source = etag === '' ? {} : { 'x-amz-copy-source-if-match': `"${etag}"` };
  await copyObject({ bucket, key }, { bucket, key: to }, { ...source, ...conditions }, signal);
  return true;
}

/** No object can have the new name, or no browser can address it. */
export class UnusableName extends Error {
  readonly problem: NonNullable<ReturnType<typeof keyProblem>>;

  constructor(problem: UnusableName['problem']) {
    super(`The new name can not be used: ${problem}.`);
    this.name = 'UnusableName';
    this.problem = problem;
  }
}

/** Why rows can not go where they are sent: into themselves, or where they are. */
export function transferProblem(row: Row, to: string): 'same' | 'inside' | undefined {
  if (to === row.key) return 'same';
  return row.kind === 'folder' && to.startsWith(row.key) ? 'inside' : undefined;
}

/** Runs `work` for each item, so many at a time; the first failure ends it. */
async function eachOf<Item>(items: readonly Item[], atOnce: number, work: (item: Item) => Promise<void>): Promise<void> {
  const queue = items.values();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const item of queue) await work(item);
    }),
  );
}
