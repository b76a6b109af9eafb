import cluster from 'node:cluster';
import { setTimeout as sleep } from 'node:timers/promises';
import { keepRequestsYoung } from '@latchkey/server/heap';
import { jsonLog, type Log } from '@latchkey/server/log';
import { keepCertificate } from '../certificate.ts';
import { defineCommand } from '../command.ts';
import { type Config, serveConfig, serveFlags } from '../config.ts';
import { wrongUsage } from '../failure.ts';
import type { FoundRoot } from '../root-credentials.ts';
import { foundRoot, requireSettings, startConfigured } from '../start-configured.ts';
import { stopSignal } from '../stop-signal.ts';
import { showNewRoot, welcome } from '../welcome.ts';
import type { Listening } from '../workers/messages.ts';
import { serveAsWorker } from '../workers/worker.ts';
import { startWorkers } from '../workers/workers.ts';

/** `latchkey serve`: prints one line of JSON when it accepts connections, and runs until SIGTERM or SIGINT. */
export const serve = defineCommand({
  usage: 'serve',
  description: `Runs the store. Prints one line of JSON on stdout when it accepts connections; logs go to stderr.
SIGTERM and SIGINT stop it after the requests in flight, 30 seconds at most. A certificate that was renewed is taken within half a
minute, or at once on SIGHUP. With several workers SIGHUP replaces them all, and no request is refused meanwhile.

The root user's credentials are LATCHKEY_ROOT_ACCESS_KEY_ID and LATCHKEY_ROOT_SECRET_ACCESS_KEY; without them the first
start makes some, shows them once and keeps them in root-credentials.json in the data directory.`,
  flags: serveFlags,
  examples: [
    ['latchkey serve', 'Serve ./data on 127.0.0.1:9000, the console on 9001'],
    ['latchkey serve --data /srv/latchkey --listen :9000 --public-url https://files.example.com', 'Behind a proxy'],
    ['latchkey serve --data "$(mktemp -d)" --listen 127.0.0.1:0 --console 127.0.0.1:0', 'For a test: any free ports'],
  ],
  async run({ values, positionals, isBare, environment, output }) {
    if (positionals.length > 0) throw wrongUsage(`serve takes flags only, not "${positionals[0]}".`);
    const config = serveConfig(values, environment);
    const log = jsonLog((line) => process.stderr.write(line));
    if (cluster.worker !== undefined) {
      await serveAsWorker(config, cluster.worker, log);
      return 0;
    }
    const stopped = stopSignal();
    const serving = config.workers === 1 ? await serveAlone(config, log) : await serveWithWorkers(config, log);
    const { root, server } = serving;
    // What programs that renew certificates send.
    if (serving.renew !== undefined) process.on('SIGHUP', serving.renew);
    showNewRoot(root, config, output);
    output.record({ listening: { s3: server.s3, console: server.console } });
    if (isBare) welcome(serving, config, output);

    log.info('stopping', { signal: await Promise.race([stopped, serving.failed]) });
    await serving.stop();
    return 0;
  },
});

type Serving = {
  readonly server: Listening;
  readonly root: FoundRoot;
  /** Takes what has changed in files, where there is anything to take. */
  readonly renew: (() => void) | undefined;
  /** Rejects where it can not go on. */
  readonly failed: Promise<never>;
  stop(): Promise<void>;
};

async function serveAlone(config: Config, log: Log): Promise<Serving> {
  keepRequestsYoung();
  const { server, root, certificate } = await startConfigured(config, log);
  const look = config.tls && certificate && keepCertificate(config.tls, certificate, server, log);
  return {
    server,
    root,
    renew: look && (() => void look()),
    failed: new Promise(() => undefined),
    async stop() {
      server.leave();
      await sleep(config.drainMs);
      await server.close();
    },
  };
}

async function serveWithWorkers(config: Config, log: Log): Promise<Serving> {
  requireSettings(config);
  const root = await foundRoot(config);
  const { listening, replace, failed, stop } = await startWorkers({ count: config.workers, drainMs: config.drainMs, log });
  return { server: listening, root, renew: replace, failed, stop };
}
