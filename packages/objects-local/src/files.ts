import * as fs from 'node:fs';
import { promisify } from 'node:util';

/**
 * What the store asks of a file system: few calls, so that tests can let any of them fail. Files are made with mode 0600, directories with
 * 0700. Every call rejects with Node's system errors.
 */
export type Files = {
  /** A new file for writing; fails where there is one. */
  create(path: string): Promise<number>;
  open(path: string): Promise<number>;
  /** Appends every chunk, whole, however many calls that takes. */
  append(file: number, chunks: readonly Uint8Array[]): Promise<void>;
  /** Fills `into` from `position` on; resolves to how many bytes there were. */
  read(file: number, into: Uint8Array, position: number): Promise<number>;
  sizeBytes(file: number): Promise<number>;
  /** When it resolves, the file's bytes are on the disk. */
  sync(file: number): Promise<void>;
  close(file: number): Promise<void>;
  link(existing: string, name: string): Promise<void>;
  /** `false` where there was no such file. */
  remove(path: string): Promise<boolean>;
  /** When it resolves, the directory's entries are on the disk. */
  syncDirectory(path: string): Promise<void>;
  makeDirectory(path: string): Promise<void>;
  /** Sets the time of a file or directory to now. Does nothing where it is not there. */
  touch(path: string): Promise<void>;
  /** When a file or directory was last changed or touched, in milliseconds since the epoch; 0 where it is not there. */
  lastChange(path: string): Promise<number>;
  /** Does nothing where the directory is not empty or not there. */
  removeDirectory(path: string): Promise<void>;
  /** Names in a directory; none where there is no such directory. */
  list(path: string): Promise<readonly string[]>;
  /** Bytes that may still be written to the file system `path` is on. */
  freeBytes(path: string): Promise<number>;
};

export const nodeFiles: Files = {
  create: (path) => open(path, 'wx', 0o600),
  open: (path) => open(path, 'r'),
  append,
  read: readFully,
  async sizeBytes(file) {
    return (await fstat(file)).size;
  },
  sync: promisify(fs.fdatasync),
  close: promisify(fs.close),
  link: promisify(fs.link),
  remove: (path) => unless('ENOENT', unlink(path)),
  async syncDirectory(path) {
    const directory = await open(path, 'r');
    try {
      await fsync(directory);
    } finally {
      await close(directory);
    }
  },
  async makeDirectory(path) {
    await mkdir(path, { recursive: true, mode: 0o700 });
  },
  async touch(path) {
    const now = new Date();
    await unless('ENOENT', utimes(path, now, now));
  },
  async lastChange(path) {
    try {
      return (await stat(path)).mtimeMs;
    } catch (error) {
      if (isSystemError(error, 'ENOENT')) return 0;
      throw error;
    }
  },
  async removeDirectory(path) {
    await unless('ENOTEMPTY', unless('ENOENT', rmdir(path)));
  },
  async list(path) {
    try {
      return await readdir(path);
    } catch (error) {
      if (isSystemError(error, 'ENOENT')) return [];
      throw error;
    }
  },
  async freeBytes(path) {
    const { bavail, bsize } = await statfs(path);
    return bavail * bsize;
  },
};

export function isSystemError(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}

const open = promisify(fs.open);
const close = promisify(fs.close);
const fsync = promisify(fs.fsync);
const fstat = promisify(fs.fstat);
const unlink = promisify(fs.unlink);
const mkdir = promisify(fs.mkdir);
const stat = promisify(fs.stat);
const utimes = promisify(fs.utimes);
const rmdir = promisify(fs.rmdir);
const readdir = promisify((path: string, done: (error: Error | null, names: string[]) => void) => fs.readdir(path, done));
const statfs = promisify((path: string, done: (error: Error | null, stats: fs.StatsFs) => void) => fs.statfs(path, done));

async function append(file: number, chunks: readonly Uint8Array[]): Promise<void> {
  let rest = chunks;
  while (rest.length > 0) rest = without(rest, await writev(file, rest));
}

/** One call takes 1024 buffers and 2 GiB at the most, and may take less: a full disk shows up as a short write first. */
function writev(file: number, chunks: readonly Uint8Array[]): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.writev(file, chunks.slice(0, 1024), (error, written) => (error ? reject(error) : resolve(written)));
  });
}

function without(chunks: readonly Uint8Array[], written: number): readonly Uint8Array[] {
  let skipped = 0;
  let left = written;
  for (const chunk of chunks) {
    if (chunk.length > left) break;
    left -= chunk.length;
    skipped += 1;
  }
  const [partly, ...rest] = chunks.slice(skipped);
  return partly === undefined ? [] : [left === 0 ? partly : partly.subarray(left), ...rest];
}

async function readFully(file: number, into: Uint8Array, position: number): Promise<number> {
  let filled = 0;
  while (filled < into.length) {
    const count = await readOnce(file, into, filled, position + filled);
    if (count === 0) break;
    filled += count;
  }
  return filled;
}

function readOnce(file: number, into: Uint8Array, offset: number, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.read(file, into, offset, into.length - offset, position, (error, count) => (error ? reject(error) : resolve(count)));
  });
}

async function unless(code: string, removing: Promise<unknown>): Promise<boolean> {
  try {
    return (await removing) !== false;
  } catch (error) {
    if (isSystemError(error, code)) return false;
    throw error;
  }
}
