import { S3Error } from '@latchkey/s3/errors';
import { expect, test } from 'vitest';
import { commitQueue } from './commit-queue.ts';
import { newHealth } from './health.ts';

/** Transactions that end when told to. */
function transactions() {
  const begun: { readonly applied: number; readonly end: (error?: unknown) => void }[] = [];
  let applied = 0;
  const transact = (apply: () => void): Promise<void> => {
    const before = applied;
    apply();
    return new Promise((resolve, reject) =>
      begun.push({ applied: applied - before, end: (error) => (error === undefined ? resolve() : reject(error)) }),
    );
  };
  const count = (): void => {
    applied += 1;
  };
  return { begun, transact, count };
}

const PLENTY = async (): Promise<number> => 2 ** 40;

function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1));
}

/** What lmdb rejects with when a commit fails. */
function failedCommit(cause: Error): Error {
  return Object.assign(new Error('Commit failed'), { commitError: turn().then(() => Promise.reject(cause)) });
}

test('changes of one moment share a transaction, and later ones wait for the next', async () => {
  const { begun, transact, count } = transactions();
  const queue = commitQueue({ transact, health: newHealth('store'), freeBytes: PLENTY });
  const first = [queue.change(count), queue.change(count)];
  await turn();
  const second = [queue.change(count), queue.change(count), queue.change(count)];
  await turn();
  expect(begun.map(({ applied }) => applied)).toEqual([2]);
  begun[0]?.end();
  await Promise.all(first);
  await turn();
  expect(begun.map(({ applied }) => applied)).toEqual([2, 3]);
  begun[1]?.end();
  await Promise.all(second);
  await queue.idle();
});

test('a refusal ends its own change only', async () => {
  const { begun, transact } = transactions();
  const queue = commitQueue({ transact, health: newHealth('store'), freeBytes: PLENTY });
  const refused = queue.change(() => {
    throw new S3Error('NoSuchKey');
  });
  const accepted = queue.change(() => 'done');
  await turn();
  begun[0]?.end();
  await expect(refused).rejects.toMatchObject({ code: 'NoSuchKey' });
  expect(await accepted).toBe('done');
});

test('any other error in a change undoes the whole transaction, and the queue goes on', async () => {
  const queue = commitQueue({ transact: async (apply) => apply(), health: newHealth('store'), freeBytes: PLENTY });
  const changes = [
    queue.change(() => 'before'),
    queue.change(() => {
      throw new TypeError('a bug');
    }),
  ];
  for (const change of changes) await expect(change).rejects.toMatchObject({ code: 'InternalError' });
  expect(await queue.change(() => 'after')).toBe('after');
});

test('a commit that fails for want of space is ServiceUnavailable, and the next one is tried', async () => {
  const health = newHealth('store');
  const { begun, transact } = transactions();
  const queue = commitQueue({ transact, health, freeBytes: PLENTY });
  const change = queue.change(() => 1);
  const refused = expect(change).rejects.toMatchObject({ code: 'ServiceUnavailable', message: 'There is no space left to store this.' });
  await turn();
  begun[0]?.end(failedCommit(Object.assign(new Error('No space left on device'), { code: 28 })));
  await refused;
  expect(health.readOnlyBecause).toBeUndefined();
  const next = queue.change(() => 2);
  await turn();
  begun[1]?.end();
  expect(await next).toBe(2);
});

test('a commit that fails half way through its last write for want of space is told by the room that is left', async () => {
  const health = newHealth('store');
  const { begun, transact } = transactions();
  const queue = commitQueue({ transact, health, freeBytes: async () => 4096 });
  const refused = expect(queue.change(() => 1)).rejects.toMatchObject({ code: 'ServiceUnavailable' });
  await turn();
  begun[0]?.end(failedCommit(Object.assign(new Error('Input/output error'), { code: 5 })));
  await refused;
  expect(health.readOnlyBecause).toBeUndefined();
});

test('a commit that fails otherwise is never tried again: the store is read-only', async () => {
  const sentences: string[] = [];
  const health = newHealth('object store', (sentence) => sentences.push(sentence));
  const { begun, transact } = transactions();
  const queue = commitQueue({ transact, health, freeBytes: PLENTY });
  const refused = expect(queue.change(() => 1)).rejects.toMatchObject({ code: 'InternalError' });
  await turn();
  begun[0]?.end(failedCommit(Object.assign(new Error('Input/output error'), { code: 5 })));
  await refused;
  await expect(queue.change(() => 2)).rejects.toMatchObject({ code: 'ServiceUnavailable' });
  expect(begun).toHaveLength(1);
  expect(sentences).toEqual([
    'The object store is read-only since a change of the index did not reach the disk: Input/output error. Check the disk, then start again.',
  ]);
});
