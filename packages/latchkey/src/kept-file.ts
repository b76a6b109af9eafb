import { randomBytes } from 'node:crypto';
import { link, open, rename, unlink } from 'node:fs/promises';

/** Writes a secret file with mode 0600, durable and all at once: a crash leaves the whole file or none. False if there already is one. */
export async function keepFile(path: string, directory: string, text: string): Promise<boolean> {
  const temporary = await writeBeside(path, text);
  try {
    // Unlike a rename, a link fails when somebody else was faster.
    await link(temporary, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await unlink(temporary);
  }
  await syncDirectory(directory);
  return true;
}

/** As `keepFile`, in place of the file that is there. */
export async function replaceFile(path: string, directory: string, text: string): Promise<void> {
  await rename(await writeBeside(path, text), path);
  await syncDirectory(directory);
}

async function writeBeside(path: string, text: string): Promise<string> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}`;
  const file = await open(temporary, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  return temporary;
}

async function syncDirectory(directory: string): Promise<void> {
  const folder = await open(directory, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
