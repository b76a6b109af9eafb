// Is every package one that Node, bundlers and TypeScript can use as published?
import { join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { packages, root } from './prepare.mjs';

let complaints = 0;
for (const name of packages()) {
  const { messages, pkg } = await publint({ pkgDir: join(root, 'packages', name), pack: false, strict: true });
  for (const message of messages) console.log(`${pkg.name}: ${formatMessage(message, pkg)}`);
  complaints += messages.length;
}
process.exit(complaints > 0 ? 1 : 0);
