import { keepRequestsYoung } from '@latchkey/server/heap';
import { jsonLog } from '@latchkey/server/log';
import { certificateRenewal } from '../certificate.ts';
import { defineCommand } from '../command.ts';
import { serveConfig, serveFlags } from '../config.ts';
import { wrongUsage } from '../failure.ts';
import { startConfigured } from '../start-configured.ts';
import { stopSignal } from '../stop-signal.ts';
import { showNewRoot, welcome } from '../welcome.ts';

const RENEWAL_INTERVAL_MS = 30_000;

/** `latchkey serve`: prints one line of JSON when it accepts connections, and runs until SIGTERM or SIGINT. */
export const serve = defineCommand({
  usage: 'serve',
  description: `Runs the store. Prints one line of JSON on stdout when it accepts connections; logs go to stderr.
SIGTERM and SIGINT stop it after the requests in flight, 30 seconds at most. A certificate that was renewed is taken within half a
minute, or at once on SIGHUP.

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
    keepRequestsYoung();
    const log = jsonLog((line) => process.stderr.write(line));
    const stopped = stopSignal();
    const started = await startConfigured(config, log);
    const { s3, console } = started.server;
    showNewRoot(started.root, config, output);
    output.record({ listening: { s3, console } });
    if (config.tls && started.certificate) {
      const look = certificateRenewal(config.tls, started.certificate, started.server.renewCertificate, log);
      setInterval(() => void look(), RENEWAL_INTERVAL_MS).unref();
      // What programs that renew certificates send.
      process.on('SIGHUP', () => void look());
    }
    if (isBare) welcome(started, config, output);

    log.info('stopping', { signal: await stopped });
    await started.server.close();
    return 0;
  },
});
