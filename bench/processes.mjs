// Servers under measurement run in processes of their own; each tells its port in one line of JSON.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = { accessKeyId: 'LKROOTBENCH234567ABC', secretAccessKey: 'bench-only-secret-access-key-0123456789ab' };
export const region = 'us-east-1';

/** Starts `servers/NAME.mjs`; `stop()` ends it by its process id. */
export async function start(name, options = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'latchkey-bench-'));
  const program = fileURLToPath(new URL(`servers/${name}.mjs`, import.meta.url));
  const child = spawn(process.execPath, [program, JSON.stringify({ directory, root, region, ...options })], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  process.on('exit', () => child.kill());
  const { port, console } = await new Promise((resolve, reject) => {
    child.stdout.once('data', (line) => resolve(JSON.parse(line)));
    child.once('exit', (status) => reject(new Error(`${name} ended with ${status}`)));
  });
  return {
    port,
    console,
    pid: child.pid,
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Processor time of a process so far, in microseconds, user and system. Linux only; 0 elsewhere. */
export function processorMicroseconds(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10_000;
  } catch {
    return 0;
  }
}

/** The same of a process and all that it has started, and those have. */
export function processorMicrosecondsOfAll(pid) {
  return [pid, ...descendants(pid)].reduce((sum, each) => sum + processorMicroseconds(each), 0);
}

function descendants(pid) {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
    return children.flatMap((child) => [child, ...descendants(child)]);
  } catch {
    return [];
  }
}

export const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
