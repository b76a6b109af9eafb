/** A PostgreSQL of the machine's own version, for the tests of a file: in a temporary directory, on a free port of the loopback address. */
import { execFile, execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './free-port.ts';

export type TestPostgres = {
  readonly port: number;
  /** Of a schema that nobody has used. */
  newUrl(): string;
  /** What psql prints for a statement, without decoration. */
  ask(sql: string): Promise<string>;
  /** All that it logged; with `log_statement: 'all'`, what it was asked. */
  log(): Promise<string>;
  /** Of the process that takes connections. */
  pid(): Promise<number>;
  start(): Promise<void>;
  /** `immediate` is a crash: nothing is written down, and the next start recovers. */
  stop(mode?: 'fast' | 'immediate'): Promise<void>;
  /** Stops it and removes what it stored. */
  close(): Promise<void>;
};

const run = promisify(execFile);

/** The directory with initdb and pg_ctl, which Debian keeps out of the PATH; undefined where PostgreSQL is not installed. */
export const postgresPrograms: string | undefined = programs();

/** `settings` as in postgresql.conf: `{ fsync: 'off' }` where only speed matters. */
export async function startPostgres(settings: Readonly<Record<string, string>> = {}): Promise<TestPostgres> {
  if (postgresPrograms === undefined) throw new Error('PostgreSQL is not installed.');
  const directory = await mkdtemp(join(tmpdir(), 'latchkey-postgres-'));
  const data = join(directory, 'data');
  const port = await freePort();
  // It refuses to run as root; whoever else runs the tests owns what it writes.
  const isRoot = process.getuid?.() === 0;
  if (isRoot) execFileSync('chown', ['postgres', directory]);
  else await chmod(directory, 0o700);
  const as = (program: string, ...parameters: string[]) => {
    const path = join(postgresPrograms, program);
    return isRoot
      ? run('setpriv', ['--reuid=postgres', '--regid=postgres', '--init-groups', path, ...parameters], { cwd: '/' })
      : run(path, parameters);
  };
  const all = {
    unix_socket_directories: directory,
    listen_addresses: '127.0.0.1',
    port: String(port),
    max_connections: '200',
    ...settings,
  };
  const options = Object.entries(all)
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(' ');
  const start = async (): Promise<void> =>
    void (await as('pg_ctl', '-D', data, '-w', '-l', join(directory, 'log'), '-o', options, 'start'));
  const stop = async (mode: 'fast' | 'immediate' = 'fast'): Promise<void> =>
    void (await as('pg_ctl', '-D', data, '-w', '-m', mode, 'stop'));
  try {
    await as('initdb', '-D', data, '-U', 'latchkey', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync');
    await start();
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
  return {
    port,
    newUrl: () => `postgres://latchkey@127.0.0.1:${port}/postgres?schema=t${randomBytes(6).toString('hex')}`,
    ask: async (sql) =>
      (await as('psql', '-h', directory, '-p', String(port), '-U', 'latchkey', '-d', 'postgres', '-At', '-c', sql)).stdout.trim(),
    log: () => readFile(join(directory, 'log'), 'utf8'),
    pid: async () => Number.parseInt(await readFile(join(data, 'postmaster.pid'), 'utf8'), 10),
    start,
    stop,
    async close() {
      await stop('immediate').catch(() => undefined);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function programs(): string | undefined {
  const all = '/usr/lib/postgresql';
  const versions = existsSync(all) ? readdirSync(all).sort((left, right) => Number(right) - Number(left)) : [];
  return versions.map((version) => join(all, version, 'bin')).find((path) => existsSync(join(path, 'initdb')));
}
