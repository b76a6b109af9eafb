/** nginx and HAProxy on loopback ports, each in a process of its own that is stopped by its id. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type ProxyProgram = 'nginx' | 'haproxy';
export const PROXIES: readonly ProxyProgram[] = ['nginx', 'haproxy'];

export type RunningProxy = {
  /** Requests that the proxy has handed on so far, as its own log has them. */
  passedOn(): Promise<number>;
  /** The same by server: HAProxy's names, nginx' addresses. */
  passedTo(): Promise<ReadonlyMap<string, number>>;
  /** What its log has of them by now, while others go on: the latest may be missing. */
  passedToSoFar(): ReadonlyMap<string, number>;
  /** What it complained about. */
  complaints(): string;
  /** SIGTERM unless another signal is named. */
  stop(signal?: NodeJS.Signals): Promise<void>;
};

/** Starts the program with a configuration that listens on 127.0.0.1:`port`. Rejects, with what it wrote, where it does not start. */
export async function startProxy(program: ProxyProgram, configuration: string, port: number): Promise<RunningProxy> {
  const folder = mkdtempSync(join(tmpdir(), `latchkey-${program}-`));
  // The workers of an nginx that root starts are somebody else.
  chmodSync(folder, 0o755);
  const child = program === 'nginx' ? nginx(folder, configuration) : haproxy(folder, configuration);
  const output = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  child.on('error', ({ message }) => (output.stderr += message));
  const ended = new Promise((resolve) => child.once('close', resolve));
  const stop = async (signal: NodeJS.Signals = 'SIGTERM') => {
    child.kill(signal);
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await accepting(port, child);
  } catch (cause) {
    await stop();
    throw new Error(`${program} did not start:\n${output.stderr}${output.stdout}`, { cause });
  }
  const log = () => (program === 'nginx' ? readFileSync(join(folder, 'access.log'), 'utf8') : output.stdout);
  return {
    passedOn: async () => serversIn(await settled(log)).length,
    passedTo: async () => countsOf(serversIn(await settled(log))),
    passedToSoFar: () => countsOf(serversIn(log())),
    complaints: () => output.stderr,
    stop,
  };
}

/** Around it what Debian's own nginx.conf has that matters: `gzip on` is one that changes answers. */
function nginx(folder: string, configuration: string): ChildProcess {
  writeFileSync(join(folder, 'latchkey.conf'), configuration);
  const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${join(folder, name)};`);
  const main = `daemon off; worker_processes 1; pid ${join(folder, 'nginx.pid')};
    events {}
    http {
      gzip on;
      ${places.join('\n')}
      log_format passed 'to:$upstream_addr $status $request';
      access_log ${join(folder, 'access.log')} passed;
      include ${join(folder, 'latchkey.conf')};
    }`;
  writeFileSync(join(folder, 'nginx.conf'), main);
  return spawn('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr']);
}

function haproxy(folder: string, configuration: string): ChildProcess {
  const logged = configuration
    .replace(/^global\n/m, 'global\n    log stdout format raw local0\n')
    .replace(/^defaults\n/m, 'defaults\n    log global\n    log-format "to:%s %ST %{+Q}r"\n');
  writeFileSync(join(folder, 'haproxy.cfg'), logged);
  return spawn('haproxy', ['-db', '-f', join(folder, 'haproxy.cfg')]);
}

async function accepting(port: number, child: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (child.exitCode !== null) throw new Error(`ended with status ${child.exitCode}`);
    if (await accepts(port)) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`nothing accepts connections on port ${port}`);
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port }, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

const serversIn = (log: string): readonly string[] => [...log.matchAll(/^to:(?!-|<NOSRV>)(\S*)/gm)].map(([, server]) => server as string);

function countsOf(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/** A log is written after the reply; read until it stops growing. */
async function settled(read: () => string): Promise<string> {
  for (let before = read(); ; ) {
    await new Promise((resolve) => setTimeout(resolve, 40));
    const now = read();
    if (now === before) return now;
    before = now;
  }
}
