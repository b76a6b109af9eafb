import { createReadStream } from 'node:fs';
import { opendir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { BucketName, ObjectKey } from '@latchkey/s3/names';
import type { ListedObject, OpenObject } from '@latchkey/storage/object-store';
import { contentTypeOf } from '../content-type.ts';
import type { ImportSource } from './import-source.ts';

/** The files in a directory and all directories in it, as objects of one bucket whose keys begin with `prefix`. Links are not followed. */
export function fileSource(directory: string, bucket: BucketName, prefix: string): ImportSource {
  return {
    // As the file system has them: putting them in order would take all names of a directory at once.
    isOrdered: false,
    hasMd5Etags: false,
    async *buckets() {
      yield bucket;
    },
    objects: () => filesIn(directory, prefix),
    open: (_, key) => openFile(join(directory, key.slice(prefix.length)), key),
    close: async () => undefined,
  };
}

async function* filesIn(directory: string, prefix: string): AsyncGenerator<ListedObject, void, undefined> {
  for await (const entry of await opendir(directory)) {
    const path = join(directory, entry.name);
    const key = `${prefix}${entry.name}`;
    if (entry.isDirectory()) yield* filesIn(path, `${key}/`);
    else if (entry.isFile()) yield { key: key as ObjectKey, etag: '', ...(await factsOf(path)) };
  }
}

async function openFile(path: string, key: ObjectKey): Promise<OpenObject | undefined> {
  const facts = await factsOf(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (facts === undefined) return undefined;
  return {
    record: { key, ...facts, etag: '', headers: { 'content-type': contentTypeOf(path) }, metadata: {} },
    // A file that was cut short meanwhile is too short for what was announced, and one that grew is not read beyond that.
    read: ({ start, end } = { start: 0, end: facts.sizeBytes - 1 }) => (end < start ? nothing() : createReadStream(path, { start, end })),
    part: async () => undefined,
    close: async () => undefined,
  };
}

async function factsOf(path: string): Promise<{ readonly sizeBytes: number; readonly lastModified: number }> {
  const { size, mtimeMs } = await stat(path);
  return { sizeBytes: size, lastModified: Math.floor(mtimeMs / 1000) * 1000 };
}

async function* nothing(): AsyncGenerator<Uint8Array, void, undefined> {}
