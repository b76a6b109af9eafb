/**
 * Steps that wait only where there is something to wait for. An async function makes its caller wait in any case, and a request passes a dozen of
 * them: with a promise for each, those of a small GET cost a third of what all its steps do.
 */

/** Steps as a generator: `yield*` a `settled` promise where an async function would `await` it. */
export type Steps<Result> = Generator<Promise<unknown>, Result, unknown>;

/** Takes steps to their end: without a promise where none of them waits. Throws or rejects with what they throw. */
export function atOnce<Result>(steps: Steps<Result>): Result | Promise<Result> {
  const { done, value } = steps.next();
  return done === true ? value : goOn(steps, value);
}

/** What a promise settles with, for steps that cannot go on without it. */
export function* settled<Value>(promise: Promise<Value>): Steps<Value> {
  return (yield promise) as Value;
}

async function goOn<Result>(steps: Steps<Result>, first: Promise<unknown>): Promise<Result> {
  let waited = first;
  for (;;) {
    const { done, value } = await waited.then(
      (settledWith) => steps.next(settledWith),
      (failure) => steps.throw(failure),
    );
    if (done === true) return value;
    waited = value;
  }
}
