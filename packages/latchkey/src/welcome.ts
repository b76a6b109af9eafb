import { relative } from 'node:path';
import { reachedUrl } from '@latchkey/server/reached-url';
import type { Config } from './config.ts';
import type { Output } from './output.ts';
import { type FoundRoot, rootCredentialsPath } from './root-credentials.ts';
import { version } from './version.ts';
import type { Listening } from './workers/messages.ts';

/** New root credentials are shown this once, on stderr; later only the file has them. */
export function showNewRoot({ credentials, origin }: FoundRoot, config: Config, output: Output): void {
  if (origin !== 'new') return;
  output.say('Root credentials, made now, shown this once and kept in');
  output.say(`${rootCredentialsPath(config.data)} (mode 0600):`);
  output.say();
  output.say(`  export AWS_ACCESS_KEY_ID=${credentials.accessKeyId}`);
  output.say(`  export AWS_SECRET_ACCESS_KEY=${credentials.secretAccessKey}`);
  output.say();
}

/** Tells a person who has just started a server what it is good for. */
export function welcome({ server, root }: { readonly server: Listening; readonly root: FoundRoot }, config: Config, output: Output): void {
  const endpoint = config.publicUrls[0] ?? reachedUrl(server.s3);
  const kept = { environment: 'in the environment', file: `kept in ${rootCredentialsPath(config.data)}`, new: 'shown above' }[root.origin];
  output.say(output.strong(`Latchkey ${version()} serves ${relative('', config.data) || config.data}`));
  output.say();
  output.say(`  S3 address  ${endpoint}`);
  output.say(`  Console     ${config.publicConsoleUrl ?? reachedUrl(server.console)}`);
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
