import { readFile } from 'node:fs/promises';

/** The most that was ever resident, in bytes, of a process and its children. Linux keeps the mark itself, so nothing is missed between samples. */
export async function peakMemoryOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const children = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).split(' ').filter((child) => child !== '');
  const own = Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)![1]) * 1024;
  const others = await Promise.all(children.map((child) => peakMemoryOf(Number(child))));
  return others.reduce((sum, each) => sum + each, own);
}
