/** A server as people run it: the built command in a process of its own, on a data directory that goes when the test file ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, expect } from 'vitest';

export const ROOT = { accessKeyId: 'LKROOTEXAMPLE2345678', secretAccessKey: 'wJalrXUtnFEMIbPxRfiCYEXAMPLEKEYlatchkey' };
export const REGION = 'us-east-1';

export type Served = {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly endpoint: string;
  readonly console: string;
  readonly host: string;
  readonly pid: number;
  readonly credentials: typeof ROOT;
  readonly region: string;
  /** The server's directory. */
  readonly data: string;
  /** A folder for the client's files, removed with the data. */
  readonly scratch: string;
  /** What client programs find in their environment: the credentials, and nothing of the machine's own configuration. */
  readonly environment: NodeJS.ProcessEnv;
};

/**
 * Starts one server for the test file that calls this while it is collected; it is stopped, and its data removed, after the file's
 * tests. `environment` is put over what the server finds in its own. The file fails where the server logged an error of its own or did not stop with status 0.
 */
export async function serveForThisFile(flags: readonly string[] = [], environment: Readonly<Record<string, string>> = {}): Promise<Served> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-clients-'));
  const data = join(folder, 'data');
  const scratch = join(folder, 'scratch');
  const home = join(folder, 'home');
  await Promise.all([mkdir(scratch), mkdir(home)]);

  const server = startCommand(['serve', '--data', data, '--listen', '127.0.0.1:0', '--console', '127.0.0.1:0', ...flags], environment);
  const logged = linesOf(server);
  afterAll(async () => {
    try {
      expect(await stop(server), 'exit status of the server').toBe(0);
      expect(logged.filter(isError), 'errors in the log of the server').toEqual([]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  const { s3, console } = await listening(server, logged);
  const { host } = new URL(s3);
  const endpoint = s3.replace(/\/$/, '');
  return {
    endpoint,
    console,
    host,
    pid: server.pid!,
    credentials: ROOT,
    region: REGION,
    data,
    scratch,
    environment: clientEnvironment(home),
  };
}

function startCommand(parameters: readonly string[], environment: Readonly<Record<string, string>>): ChildProcess {
  const command = fileURLToPath(new URL('../../packages/latchkey/bin/latchkey.js', import.meta.url));
  return spawn(process.execPath, [command, ...parameters], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...withoutAws(process.env),
      LATCHKEY_ROOT_ACCESS_KEY_ID: ROOT.accessKeyId,
      LATCHKEY_ROOT_SECRET_ACCESS_KEY: ROOT.secretAccessKey,
      ...environment,
    },
  });
}

/** Resolves with the addresses that `serve` prints when it accepts connections. */
async function listening(server: ChildProcess, logged: readonly string[]): Promise<{ s3: string; console: string }> {
  const ended = once(server, 'exit').then(() => {
    throw new Error(`The server ended before it listened: ${logged.join('\n')}`);
  });
  const lines = createInterface({ input: server.stdout! });
  const [line] = await Promise.race([once(lines, 'line') as Promise<[string]>, ended]);
  return (JSON.parse(line) as { listening: { s3: string; console: string } }).listening;
}

function linesOf(server: ChildProcess): string[] {
  const lines: string[] = [];
  createInterface({ input: server.stderr! }).on('line', (line) => lines.push(line));
  return lines;
}

/**
 * Logs are JSON lines; anything else on stderr is a crash or a warning of Node's, which nobody should see either. An operation
 * that Latchkey does not have is the client's wish, not the server's error.
 */
function isError(line: string): boolean {
  try {
    const { level, code } = JSON.parse(line) as { level?: string; code?: string };
    return level === 'error' && code !== 'NotImplemented';
  } catch {
    return line !== '';
  }
}

async function stop(server: ChildProcess): Promise<number | null> {
  if (server.exitCode !== null || server.signalCode !== null) return server.exitCode;
  const ended = once(server, 'exit') as Promise<[number | null]>;
  server.kill('SIGTERM');
  const impatience = setTimeout(() => server.kill('SIGKILL'), 40_000);
  const [status] = await ended;
  clearTimeout(impatience);
  return status;
}

/** What client programs should find in their environment; `home` is theirs. */
export function clientEnvironment(home: string): NodeJS.ProcessEnv {
  return {
    ...withoutAws(process.env),
    HOME: home,
    XDG_CONFIG_HOME: join(home, '.config'),
    XDG_CACHE_HOME: join(home, '.cache'),
    AWS_ACCESS_KEY_ID: ROOT.accessKeyId,
    AWS_SECRET_ACCESS_KEY: ROOT.secretAccessKey,
    AWS_DEFAULT_REGION: REGION,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_PAGER: '',
    // A request that fails shows at once, and one that would only work the second time does not pass.
    AWS_MAX_ATTEMPTS: '1',
    NO_PROXY: '127.0.0.1,localhost',
  };
}

function withoutAws(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !/^(AWS_|LATCHKEY_|.*_proxy$)/i.test(name)));
}
