import { S3Error } from '@latchkey/s3/errors';

/**
 * Whether this process may still write to a store on a disk. After a failed fsync the kernel may have dropped the very pages it could not
 * write and report success the next time, so nothing is tried again: the store only reads from then on, until it is opened anew and looks at
 * what is there.
 */
export type Health = {
  /** The sentence why nothing can be written, for good. */
  readonly readOnlyBecause: string | undefined;
  /** Throws ServiceUnavailable where nothing can be written. */
  requireWritable(): void;
  /**
   * Waits for what must reach the disk; if it does not, the store is read-only from then on, and this throws InternalError. A full disk is
   * ServiceUnavailable and no more: what did not fit is dropped by whoever asked, and nothing else is in doubt.
   */
  durably(what: string, reaching: Promise<void>): Promise<void>;
  /** Makes the store read-only; returns what to throw. */
  giveUp(what: string, cause: unknown): S3Error;
};

/** `store` names it in the sentence: "object store". `onReadOnly` is told that sentence, once. */
export function newHealth(store: string, onReadOnly: (sentence: string) => void = () => {}): Health {
  let readOnlyBecause: string | undefined;
  const giveUp = (what: string, cause: unknown): S3Error => {
    if (readOnlyBecause === undefined) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      readOnlyBecause = `The ${store} is read-only since ${what} did not reach the disk: ${reason}. Check the disk, then start again.`;
      onReadOnly(readOnlyBecause);
    }
    return new S3Error('InternalError', { cause });
  };
  return {
    get readOnlyBecause() {
      return readOnlyBecause;
    },
    requireWritable() {
      if (readOnlyBecause !== undefined) throw new S3Error('ServiceUnavailable', { cause: new Error(readOnlyBecause) });
    },
    async durably(what, reaching) {
      try {
        await reaching;
      } catch (cause) {
        throw isFull(cause) ? writeError(cause) : giveUp(what, cause);
      }
    },
    giveUp,
  };
}

/** A failed write in words a client may read: a full disk is worth another try later, anything else is ours to look at. */
export function writeError(cause: unknown): S3Error {
  if (cause instanceof S3Error) return cause;
  if (isFull(cause)) return outOfSpace(cause);
  return new S3Error('InternalError', { cause });
}

export function outOfSpace(cause: unknown): S3Error {
  return new S3Error('ServiceUnavailable', { message: 'There is no space left to store this.', cause });
}

/** Node names the error, LMDB numbers it. */
export function isFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && FULL.includes(String(error.code));
}

const FULL = ['ENOSPC', 'EDQUOT', '28', '122'];
