/** What the directory at the end of an archive needs of every entry, kept as bytes. */
import { directoryRecord, type EntryShape, entryOverheadBytes } from './zip-records.ts';

/**
 * One row an entry: 19 bytes and its name, in chunks of up to 256 KiB. Objects with a string each would take several hundred bytes. Offsets
 * are not kept: they follow from what comes before.
 */
export class EntryRows {
  readonly #chunks: { readonly bytes: Buffer; used: number }[] = [];

  add({ name, isWide, isDescribed }: EntryShape, seconds: number, crc32: number, sizeBytes: number): void {
    const { bytes, at } = this.#space(ROW_BYTES + name.length);
    bytes.writeUInt16LE(name.length, at);
    bytes.writeUInt8((isWide ? WIDE : 0) | (isDescribed ? DESCRIBED : 0), at + 2);
    bytes.writeUInt32LE(crc32, at + 3);
    bytes.writeUInt32LE(seconds, at + 7);
    bytes.writeDoubleLE(sizeBytes, at + 11);
    name.copy(bytes, at + ROW_BYTES);
  }

  /** The directory's records in order, many in one chunk. `offset` is that of the first entry's local header. */
  *directoryRecords(offset: number): Generator<Buffer> {
    let records: Buffer[] = [];
    let recordBytes = 0;
    let entryOffset = offset;
    for (const { shape, seconds, crc32, sizeBytes } of this.#rows()) {
      const record = directoryRecord(shape, seconds, crc32, sizeBytes, entryOffset);
      entryOffset += entryOverheadBytes(shape) + sizeBytes;
      records.push(record);
      recordBytes += record.length;
      if (recordBytes < RECORDS_BYTES) continue;
      yield Buffer.concat(records);
      records = [];
      recordBytes = 0;
    }
    if (records.length > 0) yield Buffer.concat(records);
  }

  /** Bytes kept, used or not. */
  get heldBytes(): number {
    return this.#chunks.reduce((sum, { bytes }) => sum + bytes.length, 0);
  }

  *#rows(): Generator<Row> {
    for (const { bytes, used } of this.#chunks) {
      for (let at = 0; at < used; ) {
        const nameAt = at + ROW_BYTES;
        const name = bytes.subarray(nameAt, nameAt + bytes.readUInt16LE(at));
        const flags = bytes.readUInt8(at + 2);
        const isDirectory = name.at(-1) === SLASH;
        const shape = { name, isDirectory, isWide: (flags & WIDE) !== 0, isDescribed: (flags & DESCRIBED) !== 0 };
        const [crc32, seconds, sizeBytes] = [bytes.readUInt32LE(at + 3), bytes.readUInt32LE(at + 7), bytes.readDoubleLE(at + 11)];
        yield { shape, seconds, crc32, sizeBytes };
        at = nameAt + name.length;
      }
    }
  }

  #space(sizeBytes: number): { readonly bytes: Buffer; readonly at: number } {
    let chunk = this.#chunks.at(-1);
    if (chunk === undefined || chunk.used + sizeBytes > chunk.bytes.length) {
      const wanted = chunk === undefined ? FIRST_CHUNK_BYTES : Math.min(chunk.bytes.length * 2, CHUNK_BYTES);
      chunk = { bytes: Buffer.alloc(Math.max(wanted, sizeBytes)), used: 0 };
      this.#chunks.push(chunk);
    }
    const at = chunk.used;
    chunk.used += sizeBytes;
    return { bytes: chunk.bytes, at };
  }
}

type Row = { readonly shape: EntryShape; readonly seconds: number; readonly crc32: number; readonly sizeBytes: number };

/** Length of the name 2, flags 1, CRC-32 4, seconds 4, size 8. */
const ROW_BYTES = 19;
const WIDE = 1;
const DESCRIBED = 2;
const SLASH = 0x2f;
/** Small archives are many; a large one soon gets chunks that are few. */
const FIRST_CHUNK_BYTES = 4 * 1024;
const CHUNK_BYTES = 256 * 1024;
const RECORDS_BYTES = 64 * 1024;
