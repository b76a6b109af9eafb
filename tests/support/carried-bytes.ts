import { readFile } from 'node:fs/promises';

/** What a process has written so far, to sockets and files together, in bytes: what it hands to clients is all in it. */
export async function writtenBytesOf(pid: number): Promise<number> {
  return Number(/^wchar: (\d+)$/m.exec(await readFile(`/proc/${pid}/io`, 'utf8'))?.[1]);
}
