import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Files, isSystemError } from './files.ts';

/**
 * Says at the door what a directory holds. The file FORMAT is written once, when the directory is new, and a directory of a later format is
 * refused: a program that does not know it could only harm it.
 */
export async function requireKnownFormat(files: Files, directory: string): Promise<void> {
  const path = join(directory, 'FORMAT');
  try {
    await writeFile(path, `${NAME} ${VERSION}\n`, { flag: 'wx', mode: 0o600, flush: true });
    await files.syncDirectory(directory);
  } catch (error) {
    if (!isSystemError(error, 'EEXIST')) throw error;
  }
  const text = (await readFile(path, 'utf8')).trim();
  const [name, version] = text.split(' ');
  if (name !== NAME) throw new Error(`${directory} is no object store of Latchkey: its FORMAT says "${text}".`);
  if (Number(version) !== VERSION) {
    throw new Error(
      `${directory} has format ${version}; this version of Latchkey knows format ${VERSION}. Use the version that wrote it, or a later one.`,
    );
  }
}

const NAME = 'latchkey-objects';
const VERSION = 1;
