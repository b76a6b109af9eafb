import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Files, isSystemError } from './files.ts';

/**
 * Says at the door what a directory holds. The file FORMAT is made once, when the directory is new, and a directory of a later format is
 * refused: a program that does not know it could only harm it.
 */
export async function requireKnownFormat(files: Files, directory: string): Promise<void> {
  const text = (await formatOf(directory)) ?? (await writeFormat(files, directory));
  const [name, version] = text.split(' ');
  if (name !== NAME) throw new Error(`${directory} is no object store of Latchkey: its FORMAT says "${text}".`);
  if (Number(version) !== VERSION) {
    throw new Error(
      `${directory} has format ${version}; this version of Latchkey knows format ${VERSION}. Use the version that wrote it, or a later one.`,
    );
  }
}

const FILE = 'FORMAT';
const NAME = 'latchkey-objects';
const VERSION = 1;

async function formatOf(directory: string): Promise<string | undefined> {
  try {
    return (await readFile(join(directory, FILE), 'utf8')).trim();
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** The file appears whole: several processes may begin at the same moment, and each reads what one of them wrote. */
async function writeFormat(files: Files, directory: string): Promise<string> {
  const draft = join(directory, `${FILE}.${randomBytes(6).toString('hex')}`);
  const file = await files.create(draft);
  await files.append(file, [Buffer.from(`${NAME} ${VERSION}\n`)]);
  await files.sync(file);
  await files.close(file);
  try {
    await files.link(draft, join(directory, FILE));
  } catch (error) {
    if (!isSystemError(error, 'EEXIST')) throw error;
  }
  await files.remove(draft);
  await files.syncDirectory(directory);
  return (await formatOf(directory)) ?? '';
}
