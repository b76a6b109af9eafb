#!/usr/bin/env node
import { existsSync } from 'node:fs';

const main = new URL('../dist/main.js', import.meta.url);
if (existsSync(main)) {
  const { main: run } = await import(main.href);
  process.exitCode = await run(process.argv.slice(2));
} else {
  process.stderr.write('latchkey: this checkout is not built yet. Run `npm start`, or `npm run build`, at its root first.\n');
  process.exitCode = 1;
}
