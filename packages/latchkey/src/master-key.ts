import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from './failure.ts';
import { keepFile, replaceFile } from './kept-file.ts';

/** The master keys of an installation: the first seals secrets, the others open what was sealed before a rotation. */
export type MasterKeys = {
  readonly keys: readonly string[];
  readonly origin: 'environment' | 'file';
  /** The keys as they are by now; those of the environment stay. */
  reload(): readonly string[];
};

/**
 * The operator's, else those kept in the data directory, else a new one, which is kept there with mode 0600 before it is returned.
 * In the environment several stand with commas between them.
 */
export async function masterKeys(dataDirectory: string, configured: readonly string[] | undefined): Promise<MasterKeys> {
  if (configured !== undefined) return { keys: configured, origin: 'environment', reload: () => configured };
  const path = masterKeyPath(dataDirectory);
  if (readKeys(path) === undefined) await keepFile(path, dataDirectory, `${newMasterKey()}\n`);
  const keys = readKeys(path) ?? [];
  return { keys, origin: 'file', reload: () => readKeys(path) ?? keys };
}

export function masterKeyPath(dataDirectory: string): string {
  return join(dataDirectory, 'master-key');
}

/** 256 bits, in base64. */
export function newMasterKey(): string {
  return randomBytes(32).toString('base64');
}

export function replaceMasterKeys(dataDirectory: string, keys: readonly string[]): Promise<void> {
  return replaceFile(masterKeyPath(dataDirectory), dataDirectory, `${keys.join('\n')}\n`);
}

/** Of the file, a line each; undefined where there is none. */
function readKeys(path: string): readonly string[] | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Failure(`${path} can not be read: ${(error as Error).message}.`, { cause: error });
  }
  const keys = text.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trim()]));
  if (keys.length === 0)
    throw new Failure(`${path} is empty. Restore it from a backup: without it the secrets of access keys can not be opened.`);
  return keys;
}
