import { keepRequestsYoung } from '@latchkey/server/heap';
import { jsonLog } from '@latchkey/server/log';
import { startServer } from '@latchkey/server/start-server';

/** Serves from the stores of `options` as `latchkey serve` does, in this process; tells its port on stdout, and ends by SIGTERM. */
export async function serve(options) {
  keepRequestsYoung();
  const running = await startServer({
    ...options,
    listen: { host: '127.0.0.1', port: 0 },
    consoleListen: { host: '127.0.0.1', port: 0 },
    sigv2: true,
    masterKeys: ['a master key for a benchmark'],
    domains: [],
    log: jsonLog((line) => process.stderr.write(line)),
    version: '0.0.0-bench',
  });
  process.stdout.write(`${JSON.stringify({ port: Number(new URL(running.s3).port), console: running.console })}\n`);
  process.on('SIGTERM', () => running.close(0).then(() => process.exit(0)));
}
