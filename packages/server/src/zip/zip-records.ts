/**
 * The records of a ZIP archive, as in PKWARE's APPNOTE 6.3.10, and how many bytes each takes. Numbers are little-endian. What is written
 * where several things would be allowed is chosen for the readers that people have; `zip-stream.ts` says which.
 */

/** What decides how an entry is written. */
export type EntryShape = {
  /** UTF-8, at most 65,535 bytes. Ends in `/` for a directory. */
  readonly name: Buffer;
  readonly isDirectory: boolean;
  /** ZIP64 in the local header, the data descriptor and the directory alike, so that no two of them disagree about widths. */
  readonly isWide: boolean;
  /** Whether a data descriptor follows the bytes: not where there are none, whose CRC-32 is 0 and known beforehand. */
  readonly isDescribed: boolean;
};

/** The shape of an entry whose local header begins `offset` bytes into the archive. Throws for a name that is empty or too long. */
export function entryShape(name: string, sizeBytes: number | undefined, offset: number): EntryShape {
  const nameBytes = Buffer.from(name);
  if (nameBytes.length === 0 || nameBytes.length > MAX_16) throw new Error(`A ZIP entry's name has 1 to ${MAX_16} bytes.`);
  const isDirectory = name.endsWith('/');
  if (isDirectory && sizeBytes !== undefined && sizeBytes !== 0)
    throw new Error('A ZIP entry whose name ends in / is a directory: no bytes.');
  const isEmpty = isDirectory || sizeBytes === 0;
  const isWide = offset >= MAX_32 || (!isEmpty && (sizeBytes === undefined || sizeBytes >= MAX_32));
  return { name: nameBytes, isDirectory, isWide, isDescribed: !isEmpty };
}

/** Bytes around an entry's own: its local header and data descriptor. */
export function entryOverheadBytes({ name, isWide, isDescribed }: EntryShape): number {
  return 30 + name.length + (isWide ? 20 : 0) + TIME_BYTES + (isDescribed ? (isWide ? 24 : 16) : 0);
}

export function directoryRecordBytes({ name, isWide }: EntryShape): number {
  return 46 + name.length + (isWide ? 28 : 0) + TIME_BYTES;
}

/** `seconds` since the epoch, as `zipSeconds` gives them. The size is what was announced. */
export function localHeader(shape: EntryShape, seconds: number, sizeBytes = 0): Buffer {
  const header = record(30, 0x04034b50);
  writeCommon(header, 4, shape, seconds);
  header.writeUInt32LE(shape.isWide ? MAX_32 : sizeBytes, 18);
  header.writeUInt32LE(shape.isWide ? MAX_32 : sizeBytes, 22);
  header.writeUInt16LE(shape.name.length, 26);
  const extra = shape.isWide ? [wideField(sizeBytes, sizeBytes), timeField(seconds)] : [timeField(seconds)];
  return withExtra(header, 28, shape.name, extra);
}

export function dataDescriptor({ isWide }: EntryShape, crc32: number, sizeBytes: number): Buffer {
  // The signature was once optional. macOS's Archive Utility does without the whole entry where it is missing.
  const descriptor = record(isWide ? 24 : 16, 0x08074b50);
  descriptor.writeUInt32LE(crc32, 4);
  if (isWide) {
    writeUInt64(descriptor, sizeBytes, 8);
    writeUInt64(descriptor, sizeBytes, 16);
  } else {
    descriptor.writeUInt32LE(sizeBytes, 8);
    descriptor.writeUInt32LE(sizeBytes, 12);
  }
  return descriptor;
}

/** What the directory says of an entry, `offset` being that of its local header. */
export function directoryRecord(shape: EntryShape, seconds: number, crc32: number, sizeBytes: number, offset: number): Buffer {
  const header = record(46, 0x02014b50);
  header.writeUInt16LE(MADE_ON_UNIX, 4);
  writeCommon(header, 6, shape, seconds);
  header.writeUInt32LE(crc32, 16);
  header.writeUInt32LE(shape.isWide ? MAX_32 : sizeBytes, 20);
  header.writeUInt32LE(shape.isWide ? MAX_32 : sizeBytes, 24);
  header.writeUInt16LE(shape.name.length, 28);
  header.writeUInt32LE(shape.isDirectory ? DIRECTORY_ATTRIBUTES : FILE_ATTRIBUTES, 38);
  header.writeUInt32LE(shape.isWide ? MAX_32 : offset, 42);
  const extra = shape.isWide ? [wideField(sizeBytes, sizeBytes, offset), timeField(seconds)] : [timeField(seconds)];
  return withExtra(header, 30, shape.name, extra);
}

/** How many entries the archive has, and where its directory is. */
export type DirectoryPlace = { readonly entryCount: number; readonly offset: number; readonly sizeBytes: number };

/** The end of the archive: with ZIP64's record and its locator where a field is too small, and every field that fits right in either. */
export function endOfArchive(place: DirectoryPlace): Buffer {
  const { entryCount, offset, sizeBytes } = place;
  const end = record(22, 0x06054b50);
  end.writeUInt16LE(Math.min(entryCount, MAX_16), 8);
  end.writeUInt16LE(Math.min(entryCount, MAX_16), 10);
  end.writeUInt32LE(Math.min(sizeBytes, MAX_32), 12);
  end.writeUInt32LE(Math.min(offset, MAX_32), 16);
  return needsWideEnd(place) ? Buffer.concat([wideEnd(place), end]) : end;
}

export function endOfArchiveBytes(place: DirectoryPlace): number {
  return needsWideEnd(place) ? 56 + 20 + 22 : 22;
}

/** Milliseconds since the epoch as the seconds that are stored: from 1970 to 2106, later and earlier times becoming these. */
export function zipSeconds(modified: number): number {
  return Math.min(Math.max(Math.floor(modified / 1000), 0), MAX_32);
}

const MAX_16 = 0xffff;
const MAX_32 = 0xffffffff;
/** The field for times, in both headers. */
const TIME_BYTES = 9;
/** Version 6.3 of the specification, on Unix: the attributes are those of a Unix file. */
const MADE_ON_UNIX = (3 << 8) | 63;
const FILE_ATTRIBUTES = 0o100644 * 0x10000;
const DIRECTORY_ATTRIBUTES = 0o040755 * 0x10000 + 0x10;

const FLAG_DESCRIPTOR = 1 << 3;
const FLAG_UTF8 = 1 << 11;

/** From the version needed to the time of day, which both headers have in a row. The method, stored, is 0. */
function writeCommon(header: Buffer, at: number, { isWide, isDescribed }: EntryShape, seconds: number): void {
  header.writeUInt16LE(isWide ? 45 : 20, at);
  header.writeUInt16LE(FLAG_UTF8 | (isDescribed ? FLAG_DESCRIPTOR : 0), at + 2);
  const time = dosTime(seconds);
  header.writeUInt16LE(time.timeOfDay, at + 6);
  header.writeUInt16LE(time.day, at + 8);
}

/** MS-DOS's time, in UTC: whoever reads the archive is in no better known a zone. Readers that can use the field for times instead. */
function dosTime(seconds: number): { readonly day: number; readonly timeOfDay: number } {
  const date = new Date(seconds * 1000);
  const year = date.getUTCFullYear();
  if (year < 1980) return { day: (1 << 5) | 1, timeOfDay: 0 };
  return {
    day: ((year - 1980) << 9) | ((date.getUTCMonth() + 1) << 5) | date.getUTCDate(),
    timeOfDay: (date.getUTCHours() << 11) | (date.getUTCMinutes() << 5) | (date.getUTCSeconds() >> 1),
  };
}

/** Info-ZIP's extended timestamp, the modification alone. */
function timeField(seconds: number): Buffer {
  const field = extraField(0x5455, TIME_BYTES);
  field.writeUInt8(1, 4);
  field.writeUInt32LE(seconds, 5);
  return field;
}

/** ZIP64's field: both sizes, and in the directory the offset. */
function wideField(...values: readonly number[]): Buffer {
  const field = extraField(0x0001, 4 + 8 * values.length);
  values.forEach((value, index) => {
    writeUInt64(field, value, 4 + 8 * index);
  });
  return field;
}

function needsWideEnd({ entryCount, offset, sizeBytes }: DirectoryPlace): boolean {
  return entryCount >= MAX_16 || offset >= MAX_32 || sizeBytes >= MAX_32;
}

function wideEnd({ entryCount, offset, sizeBytes }: DirectoryPlace): Buffer {
  const end = record(56, 0x06064b50);
  writeUInt64(end, 56 - 12, 4);
  end.writeUInt16LE(MADE_ON_UNIX, 12);
  end.writeUInt16LE(45, 14);
  writeUInt64(end, entryCount, 24);
  writeUInt64(end, entryCount, 32);
  writeUInt64(end, sizeBytes, 40);
  writeUInt64(end, offset, 48);
  const locator = record(20, 0x07064b50);
  writeUInt64(locator, offset + sizeBytes, 8);
  locator.writeUInt32LE(1, 16);
  return Buffer.concat([end, locator]);
}

function record(sizeBytes: number, signature: number): Buffer {
  const bytes = Buffer.alloc(sizeBytes);
  bytes.writeUInt32LE(signature, 0);
  return bytes;
}

function extraField(id: number, sizeBytes: number): Buffer {
  const field = Buffer.alloc(sizeBytes);
  field.writeUInt16LE(id, 0);
  field.writeUInt16LE(sizeBytes - 4, 2);
  return field;
}

/** The header, its name and its extra fields, whose length is written at `lengthAt`. */
function withExtra(header: Buffer, lengthAt: number, name: Buffer, extra: readonly Buffer[]): Buffer {
  header.writeUInt16LE(
    extra.reduce((sum, field) => sum + field.length, 0),
    lengthAt,
  );
  return Buffer.concat([header, name, ...extra]);
}

function writeUInt64(bytes: Buffer, value: number, at: number): void {
  bytes.writeBigUInt64LE(BigInt(value), at);
}
