import { relative } from 'node:path';
import { jsonLog } from '@latchkey/server/log';
import { defineCommand } from '../command.ts';
import { type Config, serveConfig, serveFlags } from '../config.ts';
import { wrongUsage } from '../failure.ts';
import type { Output } from '../output.ts';
import { type FoundRoot, rootCredentialsPath } from '../root-credentials.ts';
import { type Started, startConfigured } from '../start-configured.ts';
import { stopSignal } from '../stop-signal.ts';
import { version } from '../version.ts';

/** `latchkey serve`: prints one line of JSON when it accepts connections, and runs until SIGTERM or SIGINT. */
export const serve = defineCommand({
  usage: 'serve',
  description: `Runs the store. Prints one line of JSON on stdout when it accepts connections; logs go to stderr.
SIGTERM and SIGINT stop it after the requests in flight, 30 seconds at most.

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
    const stopped = stopSignal();
    const started = await startConfigured(config, log);
    const { s3, console } = started.server;
    output.record({ listening: { s3, console } });
    if (started.root.origin === 'new') showOnce(started.root, config, output);
    if (isBare) welcome(started, config, output);

    log.info('stopping', { signal: await stopped });
    await started.server.close();
    return 0;
  },
});

function showOnce({ credentials }: FoundRoot, config: Config, output: Output): void {
  output.say('Root credentials, made now, shown this once and kept in');
  output.say(`${rootCredentialsPath(config.data)} (mode 0600):`);
  output.say();
  output.say(`  export AWS_ACCESS_KEY_ID=${credentials.accessKeyId}`);
  output.say(`  export AWS_SECRET_ACCESS_KEY=${credentials.secretAccessKey}`);
  output.say();
}

function welcome({ server, root }: Started, config: Config, output: Output): void {
  const endpoint = config.publicUrls[0] ?? server.s3;
  const kept = { environment: 'in the environment', file: `kept in ${rootCredentialsPath(config.data)}`, new: 'shown above' }[root.origin];
  output.say(output.strong(`Latchkey ${version()} serves ${relative('', config.data) || config.data}`));
  output.say();
  output.say(`  S3 address  ${endpoint}`);
  output.say(`  Console     ${server.console}`);
  output.say(`  Access key  ${root.credentials.accessKeyId}, its secret is ${kept}`);
  output.say();
  output.say('In another terminal, a link to a file that works for ten minutes:');
  output.say();
  output.say(`  ${output.strong('npx latchkey share README.md --expires-in 10m')}`);
  output.say();
  output.say(`Any S3 client works, with the credentials above: aws --endpoint-url ${endpoint} s3 mb s3://photos`);
  output.say('Ctrl-C stops the server.');
  output.say();
}
