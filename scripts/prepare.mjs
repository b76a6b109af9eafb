// What a fresh clone lacks: the dependencies and the build. Both are made only when missing or out of date,
// announced in one line on stderr, because stdout belongs to the program that runs next.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Installs and builds what is missing. Ends the process with status 1, after showing why, when that fails. */
export function prepare() {
  if (!isInstalled()) {
    say('Installing dependencies (once) …');
    npmCi();
  }
  build();
}

/** Compiles every package, and makes the console's pages, unless the sources are those of the last build. */
export function build() {
  once('build', hashOf(packages().flatMap(sourcesOf)), packages().every(hasBuild), () => {
    say('Building …');
    packages().forEach(removeOrphans);
    run(process.execPath, ['node_modules/typescript/bin/tsc', '-b', ...packages().map((name) => `packages/${name}`)]);
  });
  const pages = [
    'packages/console/index.html',
    'scripts/build-console.mjs',
    ...filesUnder(join(root, 'packages/console/src')).map(fromRoot),
  ];
  const isBuilt = existsSync(join(root, 'packages/console/dist/web/index.html'));
  once('console', hashOf([...pages, ...sourcesOf('sigv4')]), isBuilt, () => run(process.execPath, ['scripts/build-console.mjs']));
}

/** Does a part of the build, unless it was done from the same sources before and is still there. */
function once(name, sources, isThere, make) {
  const stampFile = join(root, `node_modules/.cache/latchkey/${name}.json`);
  const stamp = JSON.stringify({ sources });
  if (readText(stampFile) === stamp && isThere) return;
  make();
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, stamp);
}

/** The folders under packages/ that TypeScript builds. */
export function packages() {
  return readdirSync(join(root, 'packages')).filter((name) => existsSync(join(root, 'packages', name, 'tsconfig.json')));
}

/** npm notes what it has installed; that note must name every package of the lock file, or a package for another platform. */
function isInstalled() {
  const wanted = readJson(join(root, 'package-lock.json'))?.packages;
  const installed = readJson(join(root, 'node_modules/.package-lock.json'))?.packages;
  if (!wanted || !installed) return false;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '') return true;
    return installed[path] ? installed[path].version === entry.version : entry.optional === true;
  });
}

function npmCi() {
  // Run by npm, its own path is known; otherwise the one on the PATH is taken.
  const npm = process.env.npm_execpath;
  const flags = ['ci', '--no-fund', '--no-audit', '--loglevel=error'];
  if (npm?.endsWith('.js')) run(process.execPath, [npm, ...flags], 'ignore');
  else run('npm', flags, 'ignore');
}

function hashOf(sources) {
  const hash = createHash('sha256');
  const settings = ['tsconfig.base.json', 'package-lock.json', ...packages().map((name) => `packages/${name}/tsconfig.json`)];
  for (const file of [...settings, ...sources].sort()) {
    hash.update(file).update('\0');
    hash.update(readFileSync(join(root, file))).update('\0');
  }
  return hash.digest('hex');
}

function sourcesOf(name) {
  const folder = join(root, 'packages', name, 'src');
  return filesUnder(folder)
    .filter((file) => /\.tsx?$/.test(file) && !/\.test\.tsx?$/.test(file))
    .map(fromRoot);
}

function fromRoot(file) {
  return relative(root, file);
}

function hasBuild(name) {
  return sourcesOf(name).length === 0 || existsSync(join(root, 'packages', name, 'dist/.tsbuildinfo'));
}

/** A deleted source must not live on as a module that can still be imported. */
function removeOrphans(name) {
  const folder = join(root, 'packages', name);
  for (const file of filesUnder(join(folder, 'dist'))) {
    if (file.startsWith(join(folder, 'dist/web'))) continue;
    const source = relative(join(folder, 'dist'), file).replace(/(\.d\.ts|\.js)(\.map)?$/, '');
    const isOutput = source !== relative(join(folder, 'dist'), file);
    if (isOutput && !['.ts', '.tsx'].some((extension) => existsSync(join(folder, 'src', source + extension)))) rmSync(file);
  }
}

function filesUnder(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

function run(command, args, stdout = 2) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', stdout, 2] });
  if (error) say(`${command}: ${error.message}`);
  if (status !== 0) process.exit(1);
}

function readJson(file) {
  const text = readText(file);
  return text === undefined ? undefined : JSON.parse(text);
}

function readText(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

function say(text) {
  process.stderr.write(`${text}\n`);
}
