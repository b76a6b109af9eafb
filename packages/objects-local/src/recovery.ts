import { join } from 'node:path';
import { blobPath } from './blobs.ts';
import type { Catalogue } from './catalogue.ts';
import type { Files } from './files.ts';
import { garbageValue } from './garbage.ts';
import { isGone } from './instance.ts';
import { garbageKey, ID_BYTES } from './keys.ts';

/**
 * Removes what processes that are gone left in flight. Every file that the index may not know has a name under tmp/PROCESS/, so this looks at
 * those and at nothing else. A file the index knows keeps its lasting name. The id of one it does not know is marked as lost first, in the
 * index, so that even a process wrongly taken for gone could not commit it any more.
 */
export async function recover(
  files: Files,
  catalogue: Catalogue,
  directories: { readonly blobs: string; readonly tmp: string },
  now: number,
): Promise<void> {
  for (const instance of await files.list(directories.tmp)) {
    const temporary = join(directories.tmp, instance);
    if (!isGone(instance, await files.lastChange(temporary), now)) continue;
    for (const name of await files.list(temporary)) {
      if (!BLOB_NAME.test(name)) continue;
      const id = Buffer.from(name, 'hex');
      if (await isUnknown(catalogue, id, now)) await files.remove(blobPath(directories.blobs, name));
      await files.remove(join(temporary, name));
    }
    await files.removeDirectory(temporary);
  }
}

/** In the table of blobs, instead of a size: nothing may refer to this id any more. The collector removes the mark a day later. */
export const LOST = Buffer.of(0);
const A_DAY = 86_400_000;

const BLOB_NAME = new RegExp(`^[0-9a-f]{${ID_BYTES * 2}}$`);

function isUnknown(catalogue: Catalogue, id: Buffer, now: number): Promise<boolean> {
  return catalogue.change(() => {
    const known = catalogue.blobs.getBinary(id);
    if (known !== undefined && known.length > LOST.length) return false;
    catalogue.blobs.putSync(id, LOST);
    catalogue.garbage.putSync(garbageKey(now + A_DAY, id), garbageValue('file'));
    return true;
  });
}
