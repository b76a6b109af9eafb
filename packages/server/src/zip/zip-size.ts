/** How long an archive will be. */
import { directoryRecordBytes, endOfArchiveBytes, entryOverheadBytes, entryShape } from './zip-records.ts';

/** Told of every entry in the order of the archive, it knows the archive's length. Keeps four numbers. */
export type ZipSize = {
  /** The name as it will be in the archive, and all its bytes. Throws for what `zipStream` throws for. */
  add(name: string, sizeBytes: number): void;
  /** The length in bytes of the archive of what was added until now. */
  sizeBytes(): number;
};

/**
 * The exact length of what `zipStream` makes of the same entries, for a Content-Length. It can be exact because nothing is compressed, and
 * holds only for entries that carry their `sizeBytes`.
 */
export function zipSize(): ZipSize {
  let entryCount = 0;
  let offset = 0;
  let directoryBytes = 0;
  return {
    add(name, sizeBytes) {
      const shape = entryShape(name, sizeBytes, offset);
      entryCount += 1;
      offset += entryOverheadBytes(shape) + sizeBytes;
      directoryBytes += directoryRecordBytes(shape);
    },
    sizeBytes: () => offset + directoryBytes + endOfArchiveBytes({ entryCount, offset, sizeBytes: directoryBytes }),
  };
}
