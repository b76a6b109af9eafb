// `npm run check`: the contract between a contributor and CI. One line per step; a step's output is shown when it fails.
import { spawn } from 'node:child_process';
import { prepare, root } from './prepare.mjs';
import { vitest } from './vitest.mjs';

const bin = (path) => [process.execPath, `node_modules/${path}`];
const steps = [
  ['format, lint, boundaries', [...bin('@biomejs/biome/bin/biome'), 'check', '--error-on-warnings', '--max-diagnostics=50', '.']],
  ['types, tests included', [...bin('typescript/bin/tsc'), '-b', '--pretty', String(hasColours())]],
  ['unused and unlisted', [...bin('knip/bin/knip.js'), '--no-progress']],
  ['unit tests', () => vitestQuietly('check', ['--project=unit'])],
  ['documentation examples', [process.execPath, 'scripts/doc-examples.mjs']],
  ['package shape', [process.execPath, 'scripts/lint-packages.mjs']],
  ['browser bundle size', [process.execPath, 'scripts/measure-bundle.mjs']],
  ['console size', [process.execPath, 'scripts/measure-console.mjs']],
];

prepare();
let failures = 0;
for (const [name, step] of steps) {
  const start = performance.now();
  const { status, output } = await (typeof step === 'function' ? step() : run(step));
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${status === 0 ? '✓' : '✗'} ${name} (${seconds} s)`);
  if (status !== 0) console.log(output.trimEnd());
  if (status !== 0) failures++;
}
if (failures > 0) console.log(`\n${failures} of ${steps.length} checks failed.`);
process.exit(failures > 0 ? 1 : 0);

function run([command, ...args]) {
  return outputOf(
    spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, FORCE_COLOR: hasColours() ? '1' : '0' } }),
  );
}

function vitestQuietly(name, args) {
  return outputOf(
    vitest(name, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, FORCE_COLOR: hasColours() ? '1' : '0' } }),
  );
}

function outputOf(child) {
  const chunks = [];
  child.stdout.on('data', (chunk) => chunks.push(chunk));
  child.stderr.on('data', (chunk) => chunks.push(chunk));
  return new Promise((resolve) => {
    child.once('close', (status) => resolve({ status: status ?? 1, output: Buffer.concat(chunks).toString() }));
  });
}

function hasColours() {
  return process.stdout.isTTY === true && !process.env.NO_COLOR;
}
