/** What was read from the record store, for as long as it is still what is there. */

export type BoundedCache<Value> = {
  /** The value, read where it is not known. A value that is known comes without a promise. */
  get(id: string, read: () => Promise<Value | undefined>): Value | undefined | Promise<Value | undefined>;
};

/**
 * Keeps up to `limit` values, in the order in which they were read; all are dropped when `generation` has changed. What is not there is
 * not remembered, so that nobody fills the cache with names they made up.
 */
export function boundedCache<Value>(limit: number, generation: () => number): BoundedCache<Value> {
  const values = new Map<string, Value>();
  let current = Number.NaN;
  return {
    get(id, read) {
      const now = generation();
      if (now !== current) {
        values.clear();
        current = now;
      }
      return values.get(id) ?? readInto(id, read, now);
    },
  };

  async function readInto(id: string, read: () => Promise<Value | undefined>, began: number): Promise<Value | undefined> {
    const value = await read();
    // Something may have changed while it was read; then it serves this one request only.
    if (value === undefined || current !== began || generation() !== began) return value;
    if (values.size >= limit) values.delete(values.keys().next().value as string);
    values.set(id, value);
    return value;
  }
}
