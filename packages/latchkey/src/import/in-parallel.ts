/** Does `task` for each of `items`, so many at a time; the next item is asked for when there is a hand free for it. Rejects as the first that fails. */
export async function inParallel<T>(items: AsyncIterable<T>, atOnce: number, task: (item: T) => Promise<void>): Promise<void> {
  const iterator = items[Symbol.asyncIterator]();
  let isOver = false;
  const work = async () => {
    while (!isOver) {
      const next = await iterator.next();
      if (next.done === true) return;
      await task(next.value);
    }
  };
  const stopping = (error: unknown) => {
    isOver = true;
    throw error;
  };
  const outcomes = await Promise.allSettled(Array.from({ length: atOnce }, () => work().catch(stopping)));
  await iterator.return?.();
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
