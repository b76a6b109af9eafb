import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, unlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { SegmentName } from '@latchkey/storage/trail-store';

/** The files of a trail: `CHAIN-NNNNNN.jsonl`, a line of JSON each event. Only the process that began a chain writes to its files. */
export type SegmentFiles = {
  name(segment: SegmentName): string;
  /** Writes bytes at a place, over whatever a write that failed has left there. They may still have to reach the disk. */
  write(segment: SegmentName, bytes: Uint8Array, offset: number): Promise<void>;
  /** Resolves when all that was written to these segments is on the disk, their names too. */
  sync(segments: Iterable<SegmentName>): Promise<void>;
  /** Bytes of a segment as they lie there, in pieces; nothing where there is no such file. */
  read(segment: SegmentName): AsyncIterable<Buffer>;
  /** Some bytes of each of these places; fewer where the file ends before. */
  readSome(segment: SegmentName, places: readonly { readonly offset: number; readonly length: number }[]): Promise<Buffer[]>;
  list(): Promise<SegmentName[]>;
  /** Does nothing where it is not there. */
  remove(segment: SegmentName): Promise<void>;
  close(): Promise<void>;
};

export async function openSegmentFiles(directory: string): Promise<SegmentFiles> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await syncDirectory(dirname(resolve(directory)));
  const handles = new Map<string, FileHandle>();
  const made = new Set<string>();

  const handleOf = async (segment: SegmentName): Promise<FileHandle> => {
    const name = fileName(segment);
    const known = handles.get(name);
    if (known !== undefined) return known;
    const path = join(directory, name);
    const handle = await open(path, constants.O_RDWR | constants.O_CREAT, 0o600);
    handles.set(name, handle);
    // Whether it was there before does not matter: its name reaches the disk with the next sync either way.
    made.add(name);
    return handle;
  };

  return {
    name: fileName,
    async write(segment, bytes, offset) {
      const handle = await handleOf(segment);
      for (let done = 0; done < bytes.byteLength; ) {
        const { bytesWritten } = await handle.write(bytes, done, bytes.byteLength - done, offset + done);
        done += bytesWritten;
      }
    },
    async sync(segments) {
      for (const segment of segments) {
        const name = fileName(segment);
        await (await handleOf(segment)).datasync();
        if (!made.has(name)) continue;
        await syncDirectory(directory);
        made.clear();
      }
      await closeOldest(handles);
    },
    async *read(segment) {
      const handle = await openExisting(join(directory, fileName(segment)));
      try {
        for (;;) {
          const { bytesRead, buffer } = (await handle?.read(Buffer.allocUnsafe(PIECE_BYTES))) ?? { bytesRead: 0, buffer: Buffer.alloc(0) };
          if (bytesRead === 0) return;
          yield buffer.subarray(0, bytesRead);
        }
      } finally {
        await handle?.close();
      }
    },
    async readSome(segment, places) {
      const handle = await openExisting(join(directory, fileName(segment)));
      if (handle === undefined) return places.map(() => Buffer.alloc(0));
      try {
        const found: Buffer[] = [];
        for (const { offset, length } of places) {
          const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(length), 0, length, offset);
          found.push(buffer.subarray(0, bytesRead));
        }
        return found;
      } finally {
        await handle.close();
      }
    },
    async list() {
      return (await readdir(directory)).flatMap((name) => {
        const match = /^([0-9a-f]{32})-(\d{6,10})\.jsonl$/.exec(name);
        return match === null ? [] : [{ chain: match[1] ?? '', segment: Number(match[2]) }];
      });
    },
    async remove(segment) {
      const name = fileName(segment);
      await handles.get(name)?.close();
      handles.delete(name);
      await unlink(join(directory, name)).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error;
      });
    },
    async close() {
      for (const handle of handles.values()) await handle.close();
      handles.clear();
    },
  };
}

const PIECE_BYTES = 256 * 1024;

function fileName({ chain, segment }: SegmentName): string {
  return `${chain}-${String(segment).padStart(6, '0')}.jsonl`;
}

async function openExisting(path: string): Promise<FileHandle | undefined> {
  return open(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path);
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** A chain writes to one file at a time; those it has left need not stay open. */
async function closeOldest(handles: Map<string, FileHandle>): Promise<void> {
  for (const [name, handle] of handles) {
    if (handles.size <= OPEN_FILES) return;
    handles.delete(name);
    await handle.close();
  }
}

const OPEN_FILES = 8;
