import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readZip } from '../../../../tests/support/read-zip.ts';
import { EntryRows } from './entry-rows.ts';
import { zipNames } from './safe-name.ts';
import { dataDescriptor, directoryRecord, endOfArchive, entryShape, localHeader } from './zip-records.ts';
import { zipSize } from './zip-size.ts';
import { type ZipEntry, zipStream, zipStreamBehind } from './zip-stream.ts';

const GIB = 1024 ** 3;
const MODIFIED = Date.UTC(2026, 2, 14, 15, 9, 27);

describe('zipStream', () => {
  test('writes stored entries with UTF-8 names, their sizes in front of them and their CRC-32 behind', async () => {
    const { members, hasWideEnd } = readZip(await bytesOf([entry('dir/ä.txt', 'hello'), entry('b', 'x'.repeat(300))]));
    expect(hasWideEnd).toBe(false);
    expect(members.map(({ name, content }) => [name, content.toString()])).toEqual([
      ['dir/ä.txt', 'hello'],
      ['b', 'x'.repeat(300)],
    ]);
    expect(members[0]).toMatchObject({ flags: 0x808, crc32: 0x3610a686, localSizes: [5, 5], descriptorBytes: 16, isWide: false });
    expect(members[0]).toMatchObject({ seconds: MODIFIED / 1000, attributes: 0o100644 * 0x10000 });
  });

  test('writes MS-DOS times in UTC, and those before 1980 as its first day', async () => {
    const archive = await bytesOf([entry('a', 'a'), { ...entry('b', 'b'), modified: -5 }]);
    expect(archive.readUInt16LE(10)).toBe((15 << 11) | (9 << 5) | 13);
    expect(archive.readUInt16LE(12)).toBe((46 << 9) | (3 << 5) | 14);
    const second = readZip(archive).members[1]!;
    expect(second.seconds).toBe(0);
    expect(archive.readUInt16LE(second.offset + 12)).toBe((1 << 5) | 1);
  });

  test('writes an entry without bytes, and a directory, without a descriptor', async () => {
    const { members } = readZip(await bytesOf([entry('empty', ''), { ...entry('folder/', ''), bytes: notToBeRead }]));
    expect(members).toMatchObject([
      { name: 'empty', flags: 0x800, descriptorBytes: 0 },
      { name: 'folder/', flags: 0x800, descriptorBytes: 0, attributes: 0o040755 * 0x10000 + 0x10 },
    ]);
  });

  test('writes an entry whose size is not known as ZIP64', async () => {
    const { members } = readZip(await bytesOf([unsized('a', 'hello')]));
    expect(members).toMatchObject([{ isWide: true, descriptorBytes: 24, localSizes: [0, 0] }]);
    expect(members[0]!.content.toString()).toBe('hello');
  });

  test('of no entries is an empty archive', async () => {
    expect((await bytesOf([])).toString('hex')).toBe(`504b0506${'00'.repeat(18)}`);
  });

  test('refuses a directory with bytes, and a name that is empty or too long', async () => {
    await expect(bytesOf([entry('folder/', 'x')])).rejects.toThrow('is a directory');
    await expect(bytesOf([entry('', 'x')])).rejects.toThrow('1 to 65535 bytes');
    await expect(bytesOf([entry('ä'.repeat(33_000), 'x')])).rejects.toThrow('1 to 65535 bytes');
  });

  test('throws, and writes no directory, where an entry has fewer bytes than it said, and hands on none of those it has too many', async () => {
    for (const [said, message] of [
      [6, 'A ZIP entry of 6 bytes ended after 5.'],
      [4, 'A ZIP entry of 4 bytes has more.'],
      [0, 'A ZIP entry of 0 bytes has more.'],
    ] as const) {
      const { handedOn, error } = await untilItThrows([{ ...entry('a', 'hello'), sizeBytes: said }]);
      expect(error).toMatchObject({ message });
      expect(handedOn.includes('PK\x01\x02')).toBe(false);
      expect(handedOn.includes('hello')).toBe(said === 6);
    }
  });

  test('throws what an entry throws, and closes the entries', async () => {
    const closed: string[] = [];
    const broken = { ...entry('a', ''), sizeBytes: 9, bytes: () => chunks(['x', new Error('the disk')], closed, 'bytes') };
    await expect(collect(zipStream(entriesOf([broken, entry('b', 'b')], closed)))).rejects.toThrow('the disk');
    expect(closed).toEqual(['bytes', 'entries']);
  });

  test('asks for an entry, and opens its bytes, only when its turn has come', async () => {
    const happened: string[] = [];
    const watched = (name: string): ZipEntry => ({
      ...entry(name, 'x'),
      bytes: () => {
        happened.push(`open ${name}`);
        return chunks(['x'], happened, `close ${name}`);
      },
    });
    async function* asked() {
      for (const name of ['a', 'b']) {
        happened.push(`ask ${name}`);
        yield watched(name);
      }
    }
    for await (const chunk of zipStream(asked())) happened.push(Buffer.from(chunk).toString('latin1').slice(0, 4));
    const of = (name: string) => [`ask ${name}`, 'PK\x03\x04', `open ${name}`, 'x', `close ${name}`, 'PK\x07\x08'];
    expect(happened).toEqual([...of('a'), ...of('b'), 'PK\x01\x02', 'PK\x05\x06']);
  });

  test('stopped early closes the bytes it is at and the entries, and opens no others', async () => {
    const closed: string[] = [];
    const endless = { ...entry('a', ''), sizeBytes: GIB, bytes: () => chunks(Array(100).fill('more'), closed, 'bytes') };
    const stream = zipStream(entriesOf([endless, { ...entry('b', 'b'), bytes: notToBeRead }], closed));
    for (let count = 0; count < 3; count++) await stream.next();
    expect(closed).toEqual([]);
    await stream.return(undefined);
    expect(closed).toEqual(['bytes', 'entries']);
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });

  test('makes an archive that reads back as what went in, of the length zipSize gave, for any keys and contents', async () => {
    const object = fc.record({
      key: fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }),
      pieces: fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 4 }),
      modified: fc.integer({ min: 0, max: 0xffffffff }).map((seconds) => seconds * 1000),
      isSized: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(object, { maxLength: 12 }), fc.constantFrom(0, 4 * GIB - 300, 5 * GIB), async (objects, behind) => {
        const nameOf = zipNames();
        const size = zipSize();
        const expected = objects.map(({ key, pieces, modified, isSized }) => {
          const content = Buffer.concat(pieces);
          const name = nameOf(key, content.length);
          size.add(name, content.length);
          const sizes = isSized ? { sizeBytes: content.length } : {};
          return { name, content, pieces, modified, entry: { name, modified, ...sizes, bytes: () => chunks(pieces) } };
        });
        const archive = await collect(zipStreamBehind(behind, entriesOf(expected.map(({ entry }) => entry))));
        const { members } = readZip(archive, behind);
        expect(members.map(({ name, content, seconds }) => ({ name, content, modified: seconds * 1000 }))).toEqual(
          expected.map(({ name, content, modified }) => ({ name, content, modified })),
        );
        if (behind === 0 && objects.every(({ isSized }) => isSized)) expect(size.sizeBytes()).toBe(archive.length);
      }),
    );
  });
});

describe('ZIP64', () => {
  test('counts 65,535 entries and more, and only then', async () => {
    for (const [count, isWide] of [
      [65_534, false],
      [65_535, true],
      [70_000, true],
    ] as const) {
      const size = zipSize();
      const archive = await collect(zipStream(numbered(count, (name) => size.add(name, 0))));
      expect(size.sizeBytes()).toBe(archive.length);
      const read = readZip(archive);
      expect([read.hasWideEnd, read.members.length, read.members.at(-1)?.name]).toEqual([isWide, count, `entry-${count - 1}`]);
    }
  }, 60_000);

  test('is used by entries that begin at 4 GiB − 1 or behind, in all their records, and by the end of the archive', async () => {
    // A local header of 30 + 1 + 9 bytes and a descriptor of 16 around 4 bytes.
    const entryBytes = 60;
    for (const [offset, wide] of [
      [0xffffffff - 2 * entryBytes - 1, [false, false, false]],
      [0xffffffff - 2 * entryBytes, [false, false, true]],
      [0xffffffff - 1, [false, true, true]],
      [6 * GIB, [true, true, true]],
    ] as const) {
      const archive = await collect(zipStreamBehind(offset, entriesOf(['a', 'b', 'c'].map((name) => entry(name, 'four')))));
      const { members, hasWideEnd } = readZip(archive, offset);
      expect(members.map(({ isWide }) => isWide)).toEqual(wide);
      expect(members.map(({ descriptorBytes }) => descriptorBytes)).toEqual(wide.map((isWide) => (isWide ? 24 : 16)));
      expect(hasWideEnd).toBe(true);
    }
  });

  test('has the sizes of an entry of 4 GiB − 1 bytes or more in its local header, its descriptor and the directory', () => {
    for (const sizeBytes of [0xffffffff, 5 * GIB]) {
      const shape = entryShape('a', sizeBytes, 7);
      const local = localHeader(shape, 0, sizeBytes);
      expect([local.readUInt16LE(4), local.readUInt32LE(18), local.readUInt32LE(22)]).toEqual([45, 0xffffffff, 0xffffffff]);
      expect([local.readUInt16LE(31), local.readUInt16LE(33)]).toEqual([1, 16]);
      expect([local.readBigUInt64LE(35), local.readBigUInt64LE(43)]).toEqual([BigInt(sizeBytes), BigInt(sizeBytes)]);
      const descriptor = dataDescriptor(shape, 1, sizeBytes);
      expect([descriptor.length, descriptor.readBigUInt64LE(8), descriptor.readBigUInt64LE(16)]).toEqual([
        24,
        BigInt(sizeBytes),
        BigInt(sizeBytes),
      ]);
      const record = directoryRecord(shape, 0, 1, sizeBytes, 7);
      expect([record.readUInt16LE(47), record.readUInt16LE(49)]).toEqual([1, 24]);
      expect([record.readBigUInt64LE(51), record.readBigUInt64LE(59), record.readBigUInt64LE(67)]).toEqual([
        BigInt(sizeBytes),
        BigInt(sizeBytes),
        7n,
      ]);
    }
    expect(entryShape('a', 0xfffffffe, 7).isWide).toBe(false);
  });

  test('is in the end of an archive whose directory is too large or too far', () => {
    for (const place of [
      { entryCount: 1, offset: 0, sizeBytes: 0xffffffff },
      { entryCount: 1, offset: 0xffffffff, sizeBytes: 1 },
    ]) {
      expect(endOfArchive(place).length).toBe(98);
    }
    expect(endOfArchive({ entryCount: 65_534, offset: 0xfffffffe, sizeBytes: 0xfffffffe }).length).toBe(22);
  });
});

describe('zipSize', () => {
  test('is right about entries larger than memory', () => {
    const size = zipSize();
    size.add('a', 5 * GIB);
    size.add('b/', 0);
    size.add('c', 1);
    const local = [30 + 1 + 20 + 9 + 5 * GIB + 24, 30 + 2 + 20 + 9, 30 + 1 + 20 + 9 + 1 + 24];
    const directory = [46 + 1 + 28 + 9, 46 + 2 + 28 + 9, 46 + 1 + 28 + 9];
    expect(size.sizeBytes()).toBe([...local, ...directory, 98].reduce((sum, bytes) => sum + bytes, 0));
  });
});

describe('the memory an archive takes', () => {
  test('holds one chunk at a time, however many entries have passed', async () => {
    const chunkBytes = 64 * 1024;
    let made = 0;
    let handedOn = 0;
    async function* entries(): AsyncGenerator<ZipEntry> {
      for (let index = 0; index < 10_000; index++) yield { name: `${index}`, modified: 0, sizeBytes: chunkBytes, bytes: oneChunk };
    }
    const chunk = Buffer.alloc(chunkBytes, 7);
    async function* oneChunk() {
      // Whatever was made before has left: nothing is kept, nothing read ahead.
      expect(handedOn).toBe(made);
      made += chunkBytes;
      yield chunk;
    }
    for await (const bytes of zipStream(entries())) if (bytes === chunk) handedOn += bytes.length;
    expect(handedOn).toBe(10_000 * chunkBytes);
  }, 60_000);

  test('for the directory is 19 bytes and the name an entry', () => {
    const rows = new EntryRows();
    const shape = entryShape('n'.repeat(50), 1, 0);
    for (let index = 0; index < 100_000; index++) rows.add(shape, 0, 0, 1);
    const needed = 100_000 * (19 + 50);
    expect(rows.heldBytes).toBeGreaterThanOrEqual(needed);
    expect(rows.heldBytes).toBeLessThan(needed + 512 * 1024);
    let records = 0;
    for (const chunk of rows.directoryRecords(0)) {
      expect(chunk.length).toBeLessThan(128 * 1024);
      records += chunk.length;
    }
    expect(records).toBe(100_000 * (46 + 50 + 9));
  });
});

function entry(name: string, content: string): ZipEntry {
  const bytes = Buffer.from(content);
  return { name, modified: MODIFIED, sizeBytes: bytes.length, bytes: () => chunks(bytes.length === 0 ? [] : [bytes]) };
}

function unsized(name: string, content: string): ZipEntry {
  return { name, modified: MODIFIED, bytes: () => chunks([content]) };
}

async function* entriesOf(entries: readonly ZipEntry[], closed: string[] = []): AsyncGenerator<ZipEntry> {
  try {
    yield* entries;
  } finally {
    closed.push('entries');
  }
}

async function* numbered(count: number, told: (name: string) => void): AsyncGenerator<ZipEntry> {
  for (let index = 0; index < count; index++) {
    const name = `entry-${index}`;
    told(name);
    yield entry(name, '');
  }
}

async function* chunks(of: readonly (string | Uint8Array | Error)[], closed: string[] = [], name = ''): AsyncGenerator<Uint8Array> {
  try {
    for (const chunk of of) {
      if (chunk instanceof Error) throw chunk;
      yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    }
  } finally {
    closed.push(name);
  }
}

function notToBeRead(): never {
  throw new Error('bytes nobody should have asked for');
}

function bytesOf(entries: readonly ZipEntry[]): Promise<Buffer> {
  return collect(zipStream(entriesOf(entries)));
}

async function collect(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const collected: Uint8Array[] = [];
  for await (const chunk of stream) collected.push(chunk);
  return Buffer.concat(collected);
}

async function untilItThrows(entries: readonly ZipEntry[]): Promise<{ readonly handedOn: Buffer; readonly error: unknown }> {
  const collected: Uint8Array[] = [];
  try {
    for await (const chunk of zipStream(entriesOf(entries))) collected.push(chunk);
  } catch (error) {
    return { handedOn: Buffer.concat(collected), error };
  }
  throw new Error('nothing was thrown');
}
