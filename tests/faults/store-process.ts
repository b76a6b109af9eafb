import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

type Answer = {
  readonly returned?: unknown;
  readonly code?: string;
  readonly status?: number;
  readonly reason?: string;
};

export type StoreProcess = {
  readonly pid: number;
  /** What the process printed on stderr so far. */
  readonly log: () => string;
  tell(command: Record<string, unknown>): Promise<Answer>;
  kill(): Promise<void>;
};

const PROGRAM = fileURLToPath(new URL('store-process.mjs', import.meta.url));

/** Starts a process with a store of its own (see `store-process.mjs`). `around` is the program and arguments it is run by. */
export async function startStoreProcess(directory: string, options: object = {}, around: readonly string[] = []): Promise<StoreProcess> {
  const [program = process.execPath, ...rest] = [...around, process.execPath, PROGRAM, directory, JSON.stringify(options)];
  const child = spawn(program, rest, { stdio: ['pipe', 'pipe', 'pipe'] });
  const waiting = new Map<number, (answer: Answer) => void>();
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => {
    log += chunk.toString();
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  void ended.then(() => {
    for (const resolve of waiting.values()) resolve({ code: 'ProcessEnded', reason: log });
  });
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const message = JSON.parse(line) as Answer & { readonly id?: number; readonly ready?: true };
      if (message.ready) resolve();
      else waiting.get(message.id ?? -1)?.(message);
    });
    void ended.then(() => reject(new Error(`The process ended before it was ready.\n${log}`)));
  });
  let count = 0;
  return {
    pid: pidOf(child),
    log: () => log,
    tell(command) {
      count += 1;
      const id = count;
      return new Promise((resolve) => {
        waiting.set(id, resolve);
        child.stdin.write(`${JSON.stringify({ ...command, id })}\n`);
      });
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

function pidOf({ pid }: ChildProcess): number {
  if (pid === undefined) throw new Error('The process has not been started.');
  return pid;
}
