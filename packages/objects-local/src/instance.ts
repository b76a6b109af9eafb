import { randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';

/**
 * A name for this opening of a store that tells others whether its process still lives: which start of the machine, which process namespace
 * (a container has its own), which process, since when, and something random. A process id alone would be given out again.
 */
export function instanceName(): string {
  return [bootId(), processNamespace(), process.pid, startTime(process.pid) ?? 0, randomBytes(6).toString('hex')].join('.');
}

/**
 * Whether the process that made this name is known to be gone. Of a process in another container nothing can be known but when it last showed
 * itself: it counts as gone after an hour.
 */
export function isGone(name: string, lastSeenAt: number, now: number): boolean {
  const [boot, namespace, pid, since] = name.split('.');
  if (boot === undefined || namespace === undefined || pid === undefined || since === undefined) return now - lastSeenAt > AN_HOUR;
  if (boot !== bootId()) return true;
  if (namespace !== processNamespace()) return now - lastSeenAt > AN_HOUR;
  return String(startTime(Number(pid)) ?? 'gone') !== since;
}

const AN_HOUR = 3_600_000;

function bootId(): string {
  return read('/proc/sys/kernel/random/boot_id')?.slice(0, 8) ?? 'unknown';
}

function processNamespace(): string {
  try {
    return /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? '0';
  } catch {
    return '0';
  }
}

/** When the process began, in the kernel's ticks; 0 on systems that do not say; `undefined` where there is no such process. */
function startTime(pid: number): number | undefined {
  const stat = read(`/proc/${pid}/stat`);
  // The name in parentheses may hold anything, so count from behind it: the start time is field 22.
  if (stat !== undefined) return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
  if (read('/proc/self/stat') !== undefined) return undefined;
  return isRunning(pid) ? 0 : undefined;
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}
