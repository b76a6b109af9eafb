/** Decodes bytes, and knows again those it has met. It keeps them and shares what it returns: neither is to be written to. */
export type Decoded<T> = {
  decode(key: string, bytes: Buffer): T;
  /** What was made by hand: these bytes, should they come back. */
  learn(key: string, bytes: Buffer, value: T): void;
};

/**
 * For JSON that is read more often than another process changes it. The bytes are compared, so nothing is ever out of date, whoever wrote
 * them and whether or not they reached the disk. What is small is decoded as fast as it is compared, and not kept.
 */
export function decodedJson<T>(): Decoded<T> {
  const known = new Map<string, { readonly bytes: Buffer; readonly value: T }>();
  const learn = (key: string, bytes: Buffer, value: T): void => {
    known.delete(key);
    if (bytes.length < WORTH_KEEPING_BYTES) return;
    known.set(key, { bytes, value });
    for (const oldest of known.keys()) {
      if (known.size <= MAX_KNOWN) break;
      known.delete(oldest);
    }
  };
  return {
    decode(key, bytes) {
      const before = known.get(key);
      if (before?.bytes.equals(bytes)) return before.value;
      const value = JSON.parse(bytes.toString()) as T;
      learn(key, bytes, value);
      return value;
    },
    learn,
  };
}

const WORTH_KEEPING_BYTES = 2048;
const MAX_KNOWN = 64;
