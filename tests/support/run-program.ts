/** Client programs, run as from a shell but without one: arguments reach them as they stand. */
import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export type RunOptions = {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** What the program reads from stdin; nothing when absent. */
  readonly input?: Readable | string;
};

export type Ran = { readonly status: number | null; readonly stdout: string; readonly stderr: string };

/** Runs a program to its end and resolves with its stdout. Rejects, with all it wrote, where its exit status is not 0. */
export async function runProgram(program: string, parameters: readonly string[], options: RunOptions): Promise<string> {
  const ran = await finishProgram(program, parameters, options);
  if (ran.status === 0) return ran.stdout;
  throw new Error(`${program} ${parameters.join(' ')}\nended with status ${ran.status}\n${ran.stderr}\n${ran.stdout}`.slice(0, 8000));
}

/** Runs a program to its end, whatever its exit status. */
export async function finishProgram(program: string, parameters: readonly string[], options: RunOptions): Promise<Ran> {
  const { status, stderr, read } = await consumeProgram(program, parameters, options, textOf);
  return { status, stdout: read, stderr };
}

/** Runs a program whose output is too large to keep: `consume` reads it as it comes. Rejects where its exit status is not 0. */
export async function streamProgram<T>(...[program, parameters, options, consume]: Parameters<typeof consumeProgram<T>>): Promise<T> {
  const { status, stderr, read } = await consumeProgram(program, parameters, options, consume);
  if (status === 0) return read;
  throw new Error(`${program} ${parameters.join(' ')}\nended with status ${status}\n${stderr}`.slice(0, 8000));
}

async function consumeProgram<T>(
  program: string,
  parameters: readonly string[],
  options: RunOptions,
  consume: (stdout: Readable) => Promise<T>,
): Promise<{ status: number | null; stderr: string; read: T }> {
  const child = spawn(program, parameters, { env: options.env, cwd: options.cwd, stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  // A program that has read enough closes its stdin early; its exit status says whether that was right.
  const fed = pipeline(options.input ?? '', child.stdin).catch(() => {});
  const [status, read, stderr] = await Promise.all([ended, consume(child.stdout), textOf(child.stderr), fed]);
  return { status, stderr, read };
}

async function textOf(output: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of output) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
