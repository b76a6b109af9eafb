/**
 * The keys of the index, as bytes, so that LMDB orders them as S3 orders keys. A bucket's rows begin with its name and a zero byte, which no
 * bucket name holds; ids are 16 bytes; numbers are big-endian.
 */
import type { BucketName, ObjectKey } from '@latchkey/s3/names';

export const ID_BYTES = 16;

/** The key of an object, or where the keys beginning with `text` start. */
export function inBucket(bucket: BucketName, text: string): Buffer {
  // At most 63 + 1 + 1024 bytes; prefixes and markers come from clients and may be longer than any key.
  const key = Buffer.allocUnsafe(bucket.length + 1 + text.length * 3);
  key.write(bucket, 0, 'latin1');
  key[bucket.length] = 0;
  const written = key.write(text, bucket.length + 1, 'utf8');
  return key.subarray(0, Math.min(bucket.length + 1 + written, MAX_KEY_BYTES));
}

/** The same, of a key that is one, written somewhere; returns where it ends. */
export function writeInBucket(bucket: BucketName, key: ObjectKey, into: Buffer, at: number): number {
  const separator = at + into.write(bucket, at, 'latin1');
  into[separator] = 0;
  return separator + 1 + into.write(key, separator + 1, 'utf8');
}

/** The first key behind all that begin with `start`: UTF-8 has no byte 255, and neither has the separator. */
export function behindAll(start: Buffer): Buffer {
  const end = Buffer.from(start);
  const last = end.length - 1;
  end[last] = (end[last] ?? 0) + 1;
  return end;
}

/** The first key behind this one. */
export function justBehind(key: Buffer): Buffer {
  const end = Buffer.alloc(key.length + 1);
  end.set(key);
  return end;
}

export function nameKey(name: string): Buffer {
  return Buffer.from(name, 'utf8');
}

/** Key of a part; all parts of an upload lie between part 0 and the id's `behindAllOf`. */
export function partKey(uploadId: Buffer, partNumber: number): Buffer {
  const key = Buffer.allocUnsafe(ID_BYTES + 2);
  uploadId.copy(key);
  key.writeUInt16BE(partNumber, ID_BYTES);
  return key;
}

/** Key of the piece of a manifest that begins at this offset in the object. */
export function manifestKey(id: Buffer, offset: number): Buffer {
  const key = Buffer.allocUnsafe(ID_BYTES + 8);
  id.copy(key);
  writeUint64(key, offset, ID_BYTES);
  return key;
}

export function manifestOffset(key: Buffer): number {
  return readUint64(key, ID_BYTES);
}

/** Behind every key that begins with an id, which may end in any byte. */
export function behindAllOf(id: Buffer): Buffer {
  return Buffer.concat([id, BEHIND]);
}

export function garbageKey(dueAt: number, id: Buffer): Buffer {
  const key = Buffer.allocUnsafe(8 + ID_BYTES);
  writeUint64(key, dueAt, 0);
  id.copy(key, 8);
  return key;
}

/** Where the garbage begins that is not yet due. */
export function garbageAfter(now: number): Buffer {
  const key = Buffer.allocUnsafe(8);
  writeUint64(key, now + 1, 0);
  return key;
}

export function garbageId(key: Buffer): Buffer {
  return Buffer.from(key.subarray(8));
}

export function pinKey(id: Buffer, holder: Buffer): Buffer {
  return Buffer.concat([id, holder]);
}

/** Longer than every key and short enough for LMDB, which takes 1978 bytes. */
const MAX_KEY_BYTES = 1536;
const BEHIND = Buffer.alloc(9, 0xff);

function writeUint64(into: Buffer, value: number, at: number): void {
  into.writeUInt32BE(Math.floor(value / 2 ** 32), at);
  into.writeUInt32BE(value % 2 ** 32, at + 4);
}

function readUint64(from: Buffer, at: number): number {
  return from.readUInt32BE(at) * 2 ** 32 + from.readUInt32BE(at + 4);
}
