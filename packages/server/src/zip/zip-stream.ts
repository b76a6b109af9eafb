/** A ZIP archive as a stream: nothing is compressed, and every byte is handed on as it comes. */
import { openHasher } from '@latchkey/s3/checksum-hasher';
import { EntryRows } from './entry-rows.ts';
import { dataDescriptor, endOfArchive, entryOverheadBytes, entryShape, localHeader, zipSeconds } from './zip-records.ts';

export type ZipEntry = {
  /** At most 65,535 bytes of UTF-8; `/` between folders, and at the end of a directory's name. Made safe and distinct by `zipNames`. */
  readonly name: string;
  /** Milliseconds since the epoch. Whole seconds are kept. */
  readonly modified: number;
  /** How many bytes there will be: exactly. Where it is left out the entry is written as ZIP64, which fewer readers know. */
  readonly sizeBytes?: number;
  /** Called once, when the entry's turn has come; not at all for a directory. */
  readonly bytes: () => AsyncIterable<Uint8Array>;
};

/**
 * The archive of these entries, in their order. An entry is asked for when the one before it has been handed on. Whoever stops early
 * (`return()`) closes the entry's bytes and the entries. Throws what they throw, and an Error where an entry has more or fewer bytes than
 * it said: what was handed on until then has no directory, so that no reader takes it for whole.
 *
 * Memory: the chunk at hand, and for the directory at the end 19 bytes and the name for every entry: 69 MB for a million names of 50 bytes.
 *
 * Written for these readers. Python, unzip, 7-Zip and libarchive are in the tests; of the others this is what their users report:
 *
 * - macOS's Archive Utility and what else is made of libarchive: the descriptor has its signature, and an entry in ZIP64 says so in its
 *   local header too, or it is "Inappropriate file type or format" (error 79).
 * - Windows Explorer and the archivers of phones: names are UTF-8 and say so; ZIP64 only where it is needed; sizes stand in the local header
 *   although a descriptor follows. The specification would have zeros there, from which a reader that goes from header to header cannot
 *   tell where stored bytes end.
 * - 7-Zip ("Headers Error") and unzip, which compare: flags, widths and sizes are the same in the local header, the descriptor and the
 *   directory. Hence an entry behind the first 4 GiB is ZIP64 in all three.
 * - Readers of streams: an entry without bytes has no descriptor. Java's `ZipInputStream` refuses every other stored entry that has one;
 *   `ZipFile` and `jar`, which read the directory, do not.
 *
 * Own code, since of the libraries client-zip 2.5 writes 70,000 entries that unzip and 7-Zip call broken, leaves an entry's bytes open when
 * stopped and takes 900 MB for a million entries; yazl 3 takes entries without saying when it wants the next, and keeps them; zip-stream 7
 * brings a stream library of its own.
 */
export async function* zipStream(entries: AsyncIterable<ZipEntry>): AsyncGenerator<Uint8Array> {
  yield* zipStreamBehind(0, entries);
}

/** The archive as it is when `offset` bytes of something else come before it. Tests reach what lies behind 4 GiB with it. */
export async function* zipStreamBehind(offset: number, entries: AsyncIterable<ZipEntry>): AsyncGenerator<Uint8Array> {
  const rows = new EntryRows();
  let entryCount = 0;
  let directoryOffset = offset;
  for await (const entry of entries) {
    const shape = entryShape(entry.name, entry.sizeBytes, directoryOffset);
    const seconds = zipSeconds(entry.modified);
    yield localHeader(shape, seconds, entry.sizeBytes);
    const sum = { crc32: 0, sizeBytes: 0 };
    if (!shape.isDirectory) yield* summed(entry, sum);
    if (shape.isDescribed) yield dataDescriptor(shape, sum.crc32, sum.sizeBytes);
    rows.add(shape, seconds, sum.crc32, sum.sizeBytes);
    entryCount += 1;
    directoryOffset += entryOverheadBytes(shape) + sum.sizeBytes;
  }
  let sizeBytes = 0;
  for (const records of rows.directoryRecords(offset)) {
    sizeBytes += records.length;
    yield records;
  }
  yield endOfArchive({ entryCount, offset: directoryOffset, sizeBytes });
}

/** The entry's bytes as they are; `sum` is right once they have all passed. */
async function* summed(entry: ZipEntry, sum: { crc32: number; sizeBytes: number }): AsyncGenerator<Uint8Array> {
  const hasher = await openHasher('CRC32');
  for await (const chunk of entry.bytes()) {
    sum.sizeBytes += chunk.length;
    if (sum.sizeBytes > (entry.sizeBytes ?? Infinity)) throw new Error(`A ZIP entry of ${entry.sizeBytes} bytes has more.`);
    hasher.update(chunk);
    yield chunk;
  }
  if (entry.sizeBytes !== undefined && sum.sizeBytes !== entry.sizeBytes)
    throw new Error(`A ZIP entry of ${entry.sizeBytes} bytes ended after ${sum.sizeBytes}.`);
  sum.crc32 = Buffer.from(hasher.digest()).readUInt32BE();
}
