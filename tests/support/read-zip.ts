/**
 * A small strict reader of ZIP archives for tests, written from the specification and sharing nothing with the writer: it reads the
 * directory, then every local header and data descriptor, and throws where two records disagree or a byte belongs to none.
 */

export type ZipMember = {
  readonly name: string;
  readonly content: Buffer;
  readonly flags: number;
  readonly crc32: number;
  readonly isWide: boolean;
  /** Of the local header. */
  readonly offset: number;
  /** Seconds since the epoch, from the extended timestamp. */
  readonly seconds: number;
  readonly attributes: number;
  readonly localSizes: readonly [number, number];
  readonly descriptorBytes: number;
};

export type ReadZip = { readonly members: readonly ZipMember[]; readonly hasWideEnd: boolean; readonly directoryOffset: number };

/** `behind`: how many bytes, which are not in `archive`, come before it. */
export function readZip(archive: Buffer, behind = 0): ReadZip {
  const end = endOf(archive, behind);
  const members: ZipMember[] = [];
  let at = end.directoryOffset - behind;
  let next = behind;
  for (let index = 0; index < end.entryCount; index++) {
    const { member, recordBytes, entryBytes } = memberAt(archive, at, behind);
    same(member.offset, next, 'offset');
    next += entryBytes;
    at += recordBytes;
    members.push(member);
  }
  same(next, end.directoryOffset, 'end of the entries');
  same(at, end.directoryOffset - behind + end.directoryBytes, 'end of the directory');
  same(at, end.at, 'start of the end records');
  return { members, hasWideEnd: end.isWide, directoryOffset: end.directoryOffset };
}

function endOf(archive: Buffer, behind: number) {
  const at = archive.length - 22;
  same(archive.readUInt32LE(at), 0x06054b50, 'end signature');
  same(archive.readUInt16LE(at + 20), 0, 'comment length');
  const narrow = { entryCount: archive.readUInt16LE(at + 10), bytes: archive.readUInt32LE(at + 12), offset: archive.readUInt32LE(at + 16) };
  same(archive.readUInt16LE(at + 8), narrow.entryCount, 'entries on this disk');
  if (at < 20 || archive.readUInt32LE(at - 20) !== 0x07064b50)
    return { at, isWide: false, entryCount: narrow.entryCount, directoryBytes: narrow.bytes, directoryOffset: narrow.offset };
  same(archive.readUInt32LE(at - 4), 1, 'number of disks');
  const wide = number64(archive, at - 20 + 8) - behind;
  same(wide, at - 20 - 56, 'place of the ZIP64 end');
  same(archive.readUInt32LE(wide), 0x06064b50, 'ZIP64 end signature');
  same(number64(archive, wide + 4), 44, 'size of the ZIP64 end');
  const entryCount = number64(archive, wide + 32);
  same(number64(archive, wide + 24), entryCount, 'entries on this disk');
  const [directoryBytes, directoryOffset] = [number64(archive, wide + 40), number64(archive, wide + 48)];
  same(narrow.entryCount, Math.min(entryCount, 0xffff), 'entries in 16 bits');
  same(narrow.bytes, Math.min(directoryBytes, 0xffffffff), 'directory size in 32 bits');
  same(narrow.offset, Math.min(directoryOffset, 0xffffffff), 'directory offset in 32 bits');
  return { at: wide, isWide: true, entryCount, directoryBytes, directoryOffset };
}

function memberAt(archive: Buffer, at: number, behind: number) {
  same(archive.readUInt32LE(at), 0x02014b50, 'directory signature');
  const nameBytes = archive.readUInt16LE(at + 28);
  const extra = extraFields(archive.subarray(at + 46 + nameBytes, at + 46 + nameBytes + archive.readUInt16LE(at + 30)));
  const wide = extra.get(1);
  const [sizeBytes, offset] =
    wide === undefined ? [archive.readUInt32LE(at + 24), archive.readUInt32LE(at + 42)] : [number64(wide, 0), number64(wide, 16)];
  if (wide !== undefined) {
    same(number64(wide, 8), sizeBytes, 'compressed size');
    for (const field of [20, 24, 42]) same(archive.readUInt32LE(at + field), 0xffffffff, 'field that is in the ZIP64 field');
  } else same(archive.readUInt32LE(at + 20), sizeBytes, 'compressed size');

  const local = offset - behind;
  same(archive.readUInt32LE(local), 0x04034b50, 'local signature');
  same(archive.readUInt16LE(local + 26), nameBytes, 'local name length');
  // Version needed, flags, method, time, date.
  equalBytes(archive.subarray(local + 4, local + 14), archive.subarray(at + 6, at + 16), 'what both headers say');
  equalBytes(archive.subarray(local + 30, local + 30 + nameBytes), archive.subarray(at + 46, at + 46 + nameBytes), 'name');
  same(archive.readUInt16LE(at + 10), 0, 'method');
  const localExtraBytes = archive.readUInt16LE(local + 28);
  const localExtra = extraFields(archive.subarray(local + 30 + nameBytes, local + 30 + nameBytes + localExtraBytes));
  const localWide = localExtra.get(1);
  same(localWide !== undefined, wide !== undefined, 'ZIP64 in both headers');
  same(archive.readUInt16LE(local + 4), wide === undefined ? 20 : 45, 'version needed');
  equalBytes(localExtra.get(0x5455)!, extra.get(0x5455)!, 'timestamp');

  const contentAt = local + 30 + nameBytes + localExtraBytes;
  const crc32 = archive.readUInt32LE(at + 16);
  const flags = archive.readUInt16LE(at + 8);
  const hasDescriptor = (flags & 8) !== 0;
  const descriptorBytes = hasDescriptor ? (wide === undefined ? 16 : 24) : 0;
  if (hasDescriptor) {
    const descriptor = archive.subarray(contentAt + sizeBytes, contentAt + sizeBytes + descriptorBytes);
    same(descriptor.readUInt32LE(0), 0x08074b50, 'descriptor signature');
    same(descriptor.readUInt32LE(4), crc32, 'CRC-32 in the descriptor');
    for (const index of [0, 1])
      same(wide === undefined ? descriptor.readUInt32LE(8 + 4 * index) : number64(descriptor, 8 + 8 * index), sizeBytes, 'descriptor size');
  } else same(archive.readUInt32LE(local + 14), crc32, 'CRC-32 in the local header');
  const content = archive.subarray(contentAt, contentAt + sizeBytes);
  same(bitwiseCrc32(content), crc32, 'CRC-32 of the content');

  const localSizes: readonly [number, number] =
    localWide === undefined
      ? [archive.readUInt32LE(local + 18), archive.readUInt32LE(local + 22)]
      : [number64(localWide, 8), number64(localWide, 0)];
  const name = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(archive.subarray(at + 46, at + 46 + nameBytes));
  const seconds = extra.get(0x5455)!.readUInt32LE(1);
  const attributes = archive.readUInt32LE(at + 38);
  const isWide = wide !== undefined;
  return {
    member: { name, content, flags, crc32, isWide, offset, seconds, attributes, localSizes, descriptorBytes },
    recordBytes: 46 + nameBytes + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32),
    entryBytes: contentAt - local + sizeBytes + descriptorBytes,
  };
}

function extraFields(bytes: Buffer): ReadonlyMap<number, Buffer> {
  const fields = new Map<number, Buffer>();
  let at = 0;
  while (at < bytes.length) {
    const sizeBytes = bytes.readUInt16LE(at + 2);
    fields.set(bytes.readUInt16LE(at), bytes.subarray(at + 4, at + 4 + sizeBytes));
    at += 4 + sizeBytes;
  }
  same(at, bytes.length, 'end of the extra fields');
  return fields;
}

/** Bit by bit, slow and plain. */
function bitwiseCrc32(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

function number64(bytes: Buffer, at: number): number {
  return Number(bytes.readBigUInt64LE(at));
}

function same(found: unknown, expected: unknown, what: string): void {
  if (found !== expected) throw new Error(`ZIP archive: ${what} is ${found}, not ${expected}`);
}

function equalBytes(found: Buffer, expected: Buffer, what: string): void {
  if (!found.equals(expected)) throw new Error(`ZIP archive: ${what} is ${found.toString('hex')}, not ${expected.toString('hex')}`);
}
