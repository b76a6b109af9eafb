import { randomBytes } from 'node:crypto';
import { link, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Says at the door what a directory holds. The file FORMAT is made once, when the directory is new, and a directory of another format is
 * refused: a program that does not know it could only harm it. `store` is what is kept there, such as "record store".
 */
export async function requireKnownFormat(directory: string, store: string): Promise<void> {
  const text = (await formatOf(directory)) ?? (await writeFormat(directory, store));
  const [name, version] = text.split(' ');
  if (name !== nameOf(store)) throw new Error(`${directory} is no ${store} of Latchkey: its FORMAT says "${text}".`);
  if (Number(version) !== VERSION)
    throw new Error(
      `${directory} has format ${version}; this version of Latchkey knows format ${VERSION}. Use the version that wrote it, or a later one.`,
    );
}

const FILE = 'FORMAT';
const VERSION = 1;

const nameOf = (store: string): string => `latchkey-${store.replaceAll(' ', '-')}`;

async function formatOf(directory: string): Promise<string | undefined> {
  try {
    return (await readFile(join(directory, FILE), 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** The file appears whole: several processes may begin at the same moment, and each reads what one of them wrote. */
async function writeFormat(directory: string, store: string): Promise<string> {
  const draft = join(directory, `${FILE}.${randomBytes(6).toString('hex')}`);
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(`${nameOf(store)} ${VERSION}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    await link(draft, join(directory, FILE));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  await rm(draft, { force: true });
  return (await formatOf(directory)) ?? '';
}
