import { statfs } from 'node:fs/promises';
import type { DiskSpace } from '@latchkey/server/api/server-facts';

/** Of the file system that a folder is on. */
export async function diskSpace(folder: string): Promise<DiskSpace> {
  const { bsize, blocks, bavail } = await statfs(folder);
  return { totalBytes: bsize * blocks, freeBytes: bsize * bavail };
}
