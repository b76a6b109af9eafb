import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './prepare.mjs';

/** Where each run leaves its results as JSON, so that they can be added up afterwards. */
export const results = join(root, '.tmp/results');

/** Starts Vitest once, with its results in NAME.json; returns the process. */
export function vitest(name, args, options) {
  mkdirSync(results, { recursive: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${join(results, `${name}.json`)}`];
  return spawn(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...reporters, ...args], { cwd: root, ...options });
}
