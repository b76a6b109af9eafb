import { S3Error } from '@latchkey/s3/errors';
import type { Files } from './files.ts';

/**
 * Keeps the last of a disk free. Removing objects writes to the index, so a disk filled to the last byte could not be emptied any more: new
 * bytes are refused a little before that.
 */
export type Space = {
  /** Throws ServiceUnavailable where no more than the reserve is left. Asks the file system four times a second at the most. */
  requireRoom(): Promise<void>;
};

export function openSpace(files: Files, directory: string, reserveBytes: number, clock: () => number): Space {
  let askedAt = Number.NEGATIVE_INFINITY;
  let asking: Promise<number> | undefined;
  return {
    async requireRoom() {
      const now = clock();
      if (asking === undefined || Math.abs(now - askedAt) >= ASK_EVERY_MS) {
        askedAt = now;
        asking = files.freeBytes(directory);
      }
      const freeBytes = await asking;
      if (freeBytes <= reserveBytes) throw new S3Error('ServiceUnavailable', { message: `Only ${freeBytes} bytes are free for objects.` });
    },
  };
}

const ASK_EVERY_MS = 250;
