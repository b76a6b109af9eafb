import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { Failure, wrongUsage } from './failure.ts';

/** A file that can be sent. */
export type LocalFile = { readonly path: string; readonly name: string; readonly sizeBytes: number };

/** Looks at a file. Throws a `Failure` for what is not one. */
export async function localFile(path: string): Promise<LocalFile> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => error);
  if (found instanceof Error)
    throw new Failure(found.code === 'ENOENT' ? `There is no file ${path}.` : `${path} can not be read: ${found.message}.`);
  if (!found.isFile()) throw wrongUsage(`${path} is ${found.isDirectory() ? 'a directory' : 'no regular file'}: share takes one file.`);
  return { path, name: basename(path), sizeBytes: found.size };
}
