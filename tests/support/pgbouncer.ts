/** PgBouncer in front of a test's PostgreSQL, in transaction mode: each transaction may get another connection. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port.ts';
import type { TestPostgres } from './postgres.ts';

const PROGRAM = '/usr/sbin/pgbouncer';

/** Resolves to its port, and how to stop it. */
export async function startPgBouncer({
  port: target,
}: Pick<TestPostgres, 'port'>): Promise<{ readonly port: number; close(): Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'latchkey-pgbouncer-'));
  await chmod(directory, 0o755);
  const port = await freePort();
  const configuration = join(directory, 'pgbouncer.ini');
  await writeFile(
    configuration,
    `[databases]\n* = host=127.0.0.1 port=${target} user=latchkey\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = ${port}\nunix_socket_dir =\n` +
      `auth_type = any\npool_mode = transaction\ndefault_pool_size = 6\n`,
  );
  const isRoot = process.getuid?.() === 0;
  const child = isRoot
    ? spawn('setpriv', ['--reuid=postgres', '--regid=postgres', '--init-groups', PROGRAM, '-q', configuration], { stdio: 'ignore' })
    : spawn(PROGRAM, ['-q', configuration], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  for (let tries = 0; !(await accepts(port)); tries++) {
    if (tries > 200 || child.exitCode !== null) throw new Error('PgBouncer does not start.');
    await sleep(50);
  }
  return {
    port,
    async close() {
      child.kill('SIGTERM');
      await ended;
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
