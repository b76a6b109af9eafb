/** Archives of `zipStream` in the hands of the programs that people have, or of what those are made of (bsdtar: macOS, Windows 11). */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, open, readdir, readFile, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { zipNames } from '@latchkey/server/zip/safe-name';
import { zipSize } from '@latchkey/server/zip/zip-size';
import { type ZipEntry, zipStream, zipStreamBehind } from '@latchkey/server/zip/zip-stream';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { needs } from '../support/programs.ts';
import { runProgram, streamProgram } from '../support/run-program.ts';
import { digestOf, GIB, MIB, sampleBytes } from '../support/sample-bytes.ts';

/** An entry over 4 GiB is written and read only then: gigabytes through every program. */
const IS_FULL = process.env.FULL === '1';
const MODIFIED = Date.UTC(2026, 2, 14, 15, 9, 26);
const folder = await mkdtemp(join(tmpdir(), 'latchkey-zip-'));
const environment = { PATH: process.env.PATH, HOME: folder, LC_ALL: 'C.UTF-8', TZ: 'UTC' };
const options = { env: environment, cwd: folder };

/** Keys that a folder of objects may have: plain ones, those meant to do harm, and whatever fast-check thinks of. */
const KEYS = [
  ...['photos/', 'photos/cat.jpg', 'photos/CAT.jpg', 'photos', 'ä/日本語/🐈.txt', 'empty', 'a', 'a/b', 'a/b/c', 'large.bin', 'unsized.bin'],
  ...[
    '../../etc/passwd',
    '/absolute',
    'C:\\Windows\\system.ini',
    'con.txt',
    'x\u0000y',
    'end.',
    'a//b',
    '\u202egpj.exe',
    `${'long'.repeat(100)}.txt`,
  ],
  ...fc.sample(fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }), { numRuns: 200, seed: 20260314 }),
];

type Expected = ReadonlyMap<string, { readonly sizeBytes: number; readonly digest: string }>;

/** Files by name, a directory's with its slash. */
let mixed: Expected;

beforeAll(async () => {
  const nameOf = zipNames();
  const objects = KEYS.map((key, index) => {
    const content = key === 'empty' || key.endsWith('/') ? Buffer.alloc(0) : sampleBytes(key === 'large.bin' ? 3 * MIB : 10 + index, index);
    return { name: nameOf(key, content.length), content, isSized: key !== 'unsized.bin' };
  });
  mixed = new Map(
    await Promise.all(
      objects.map(async ({ name, content }) => [name, { sizeBytes: content.length, digest: await digestOf(content) }] as const),
    ),
  );
  expect(mixed.size).toBe(KEYS.length);
  await writeArchive('mixed.zip', 0, entriesOf(objects));
  await writeArchive('behind.zip', 4 * GIB + 1, entriesOf(objects));
  await writeArchive('many.zip', 0, manyEntries(70_000));
  if (IS_FULL) await writeArchive('huge.zip', 0, hugeEntries());
}, 600_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

describe("Python's zipfile", () => {
  const test = needs('python3');

  test('reads every name, time and byte', async () => {
    expect(await readByPython('mixed.zip')).toEqual(mixed);
  });

  test('reads an archive whose entries begin behind 4 GiB', async () => {
    expect(await readByPython('behind.zip')).toEqual(mixed);
  });

  test('reads 70,000 entries', async () => {
    expect((await readByPython('many.zip')).size).toBe(70_000);
  });

  if (IS_FULL)
    test('reads an entry over 4 GiB', async () => expect((await readByPython('huge.zip')).get('huge')?.sizeBytes).toBe(HUGE_BYTES));
});

describe('unzip', () => {
  const test = needs('unzip');

  test('extracts every file under its name', async () => {
    await mkdir(join(folder, 'unzip'));
    await runProgram('unzip', ['-q', 'mixed.zip', '-d', 'unzip'], options);
    expect(await readFolder(join(folder, 'unzip'))).toEqual(filesOf(mixed));
  });

  for (const archive of archives()) {
    test(`finds nothing wrong with ${archive}`, async () => {
      expect(await runProgram('unzip', ['-tqq', archive], options)).toBe('');
    });
  }
});

describe('7z', () => {
  const test = needs('7z');

  test('extracts every file under its name', async () => {
    await runProgram('7z', ['x', '-o7z', 'mixed.zip'], options);
    expect(await readFolder(join(folder, '7z'))).toEqual(filesOf(mixed));
  });

  // It takes a file for an archive by its first bytes, which behind.zip has none of.
  for (const archive of archives().filter((name) => name !== 'behind.zip')) {
    test(`finds nothing wrong with ${archive}, and warns of nothing`, async () => {
      const said = await runProgram('7z', ['t', archive], options);
      expect(said).toContain('Everything is Ok');
      expect(said).not.toMatch(/warning|error/i);
    });
  }
});

describe('bsdtar', () => {
  const test = needs('bsdtar');

  test('extracts every file under its name', async () => {
    await mkdir(join(folder, 'bsdtar'));
    await runProgram('bsdtar', ['-xf', 'mixed.zip', '-C', 'bsdtar'], options);
    expect(await readFolder(join(folder, 'bsdtar'))).toEqual(filesOf(mixed));
  });

  test('extracts every file from a stream, without the directory', async () => {
    await mkdir(join(folder, 'bsdtar-stream'));
    const input = createReadStream(join(folder, 'mixed.zip'));
    await runProgram('bsdtar', ['-xf', '-', '-C', 'bsdtar-stream'], { ...options, input });
    expect(await readFolder(join(folder, 'bsdtar-stream'))).toEqual(filesOf(mixed));
  });

  for (const archive of archives().filter((name) => name !== 'mixed.zip')) {
    test(`lists ${archive}`, async () => {
      const names = (await runProgram('bsdtar', ['-tf', archive], options)).trimEnd().split('\n');
      expect(names.length).toBe({ 'behind.zip': KEYS.length, 'many.zip': 70_000, 'huge.zip': 2 }[archive]);
    });
  }

  if (IS_FULL) {
    test('reads an entry over 4 GiB', async () => {
      const count = await streamProgram('bsdtar', ['-xOf', 'huge.zip', 'huge'], options, bytesIn);
      expect(count).toBe(HUGE_BYTES);
    });
  }
});

function archives(): string[] {
  return ['mixed.zip', 'behind.zip', 'many.zip', ...(IS_FULL ? ['huge.zip'] : [])];
}

async function* entriesOf(objects: readonly { name: string; content: Buffer; isSized: boolean }[]): AsyncGenerator<ZipEntry> {
  for (const { name, content, isSized } of objects)
    yield { name, modified: MODIFIED, ...(isSized ? { sizeBytes: content.length } : {}), bytes: () => piecesOf(content) };
}

async function* piecesOf(content: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < content.length; at += 100_000) yield content.subarray(at, at + 100_000);
}

async function* manyEntries(count: number): AsyncGenerator<ZipEntry> {
  for (let index = 0; index < count; index++)
    yield { name: `folder-${index % 100}/entry-${index}`, modified: MODIFIED, sizeBytes: 4, bytes: () => piecesOf(Buffer.from('four')) };
}

const HUGE_BYTES = 4 * GIB + 5 * MIB;

async function* hugeEntries(): AsyncGenerator<ZipEntry> {
  yield { name: 'huge', modified: MODIFIED, sizeBytes: HUGE_BYTES, bytes: zeros };
  yield { name: 'behind', modified: MODIFIED, sizeBytes: 4, bytes: () => piecesOf(Buffer.from('four')) };
}

async function* zeros(): AsyncGenerator<Buffer> {
  const chunk = Buffer.alloc(MIB);
  for (let at = 0; at < HUGE_BYTES; at += MIB) yield chunk;
}

/** The archive behind so many bytes of nothing, which take no room on a disk. Expects the length that was foretold. */
async function writeArchive(name: string, behind: number, entries: AsyncIterable<ZipEntry>): Promise<void> {
  const path = join(folder, name);
  await (await open(path, 'w')).close();
  await truncate(path, behind);
  const size = zipSize();
  let isForetold = behind === 0;
  async function* told() {
    for await (const entry of entries) {
      if (entry.sizeBytes === undefined) isForetold = false;
      else size.add(entry.name, entry.sizeBytes);
      yield entry;
    }
  }
  let written = 0;
  async function* counted(stream: AsyncIterable<Uint8Array>) {
    for await (const chunk of stream) {
      written += chunk.length;
      yield chunk;
    }
  }
  const stream = behind === 0 ? zipStream(told()) : zipStreamBehind(behind, told());
  await pipeline(counted(stream), createWriteStream(path, { flags: 'a' }));
  if (isForetold) expect(size.sizeBytes()).toBe(written);
}

const PYTHON = `
import hashlib, json, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as archive:
    for info in archive.infolist():
        assert info.date_time == (2026, 3, 14, 15, 9, 26), info.date_time
        digest, size = hashlib.sha256(), 0
        with archive.open(info) as member:
            while chunk := member.read(1 << 20):
                digest.update(chunk)
                size += len(chunk)
        print(json.dumps([info.filename, size, digest.hexdigest()]))
`;

async function readByPython(archive: string): Promise<Expected> {
  const lines = (await runProgram('python3', ['-c', PYTHON, archive], options)).trimEnd().split('\n');
  const members = lines.map((line) => JSON.parse(line) as [name: string, sizeBytes: number, digest: string]);
  expect(new Set(members.map(([name]) => name)).size).toBe(members.length);
  return new Map(members.map(([name, sizeBytes, digest]) => [name, { sizeBytes, digest }]));
}

async function readFolder(path: string): Promise<Expected> {
  const found = await readdir(path, { recursive: true, withFileTypes: true });
  const files = found.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name));
  const read = files.map(async (file) => {
    const content = await readFile(file);
    return [
      file.slice(path.length + 1),
      { sizeBytes: content.length, digest: createHash('sha256').update(content).digest('hex') },
    ] as const;
  });
  return new Map(await Promise.all(read));
}

function filesOf(expected: Expected): Expected {
  return new Map([...expected].filter(([name]) => !name.endsWith('/')));
}

async function bytesIn(stream: AsyncIterable<Uint8Array>): Promise<number> {
  let count = 0;
  for await (const chunk of stream) count += chunk.length;
  return count;
}
