/** The built `latchkey`, run as a child process the way people run it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const bin = join(process.cwd(), 'packages/latchkey/bin/latchkey.js');

export type RunOptions = {
  readonly environment?: Readonly<Record<string, string>>;
  readonly cwd?: string /** What it reads from stdin. */;
  readonly input?: string;
};
export type Ended = { readonly status: number | null; readonly stdout: string; readonly stderr: string };

/** Runs `latchkey ARGS` to its end. Of our environment it sees PATH and nothing else. */
export async function latchkey(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const child = start(args, options);
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) child[name]?.setEncoding('utf8').on('data', (text: string) => (texts[name] += text));
  child.stdin?.end(options.input);
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, ...texts };
}

export type Running = {
  readonly pid: number;
  readonly firstLine: string;
  /** Lines on stdout so far. */
  readonly stdout: readonly string[];
  /** Everything on stderr so far. */
  stderr(): string;
  /** Resolves to the exit status when it ends. */
  ended(): Promise<number | null>;
  /** Sends a signal that should not end it. */
  signal(signal: NodeJS.Signals): void;
  /** Sends a signal and resolves to the exit status. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
};

/** Runs `latchkey ARGS` until it has printed a line on stdout. Rejects with its stderr where it ends before. */
export function startLatchkeyCommand(args: readonly string[], options: RunOptions = {}): Promise<Running> {
  const child = start(args, options);
  const stdout: string[] = [];
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = once(child, 'close') as Promise<[number | null]>;
  const stop = async (signal: NodeJS.Signals = 'SIGTERM') => {
    child.kill(signal);
    return (await ended)[0];
  };
  return new Promise((resolve, reject) => {
    if (child.stdout) {
      createInterface(child.stdout).on('line', (line) => {
        if (stdout.push(line) === 1)
          resolve({
            pid: child.pid as number,
            firstLine: line,
            stdout,
            stderr: () => stderr,
            ended: async () => (await ended)[0],
            signal: (signal) => child.kill(signal),
            stop,
          });
      });
    }
    ended.then(([status]) => reject(new Error(`latchkey ${args[0]} ended with status ${status}:\n${stderr}`)), reject);
  });
}

export type Serving = Running & { readonly s3: string; readonly console: string };

/** Runs `latchkey serve ARGS` until it accepts connections. */
export async function serve(args: readonly string[], options: RunOptions = {}): Promise<Serving> {
  const running = await startLatchkeyCommand(['serve', ...args], options);
  const { listening } = JSON.parse(running.firstLine) as { listening: { s3: string; console: string } };
  return { ...running, ...listening };
}

/** A directory that is removed when `body` is done. */
export async function inTemporaryDirectory<T>(body: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'latchkey-command-'));
  try {
    return await body(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

export const anyPorts = ['--listen', '127.0.0.1:0', '--console', '127.0.0.1:0'];

function start(args: readonly string[], { environment = {}, cwd = tmpdir(), input }: RunOptions): ChildProcess {
  const env = { PATH: process.env.PATH, HOME: join(tmpdir(), 'latchkey-no-home'), ...environment };
  return spawn(process.execPath, [bin, ...args], { cwd, env, stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'] });
}
