// Adds to package-lock.json the optional packages of other platforms that npm left out: it does so where the registry in use
// does not carry them, and `npm ci` then refuses the lock file everywhere. Their versions are pinned by the package that names them.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './prepare.mjs';

const file = join(root, 'package-lock.json');
const lock = JSON.parse(readFileSync(file, 'utf8'));
const added = missing(lock.packages).map(([name, version, isDevelopment]) => {
  const { cpu, libc, os } = platformOf(name);
  lock.packages[`node_modules/${name}`] = {
    version,
    cpu,
    ...(isDevelopment && { dev: true }),
    ...(libc && { libc }),
    optional: true,
    ...(os && { os }),
  };
  return name;
});
if (added.length > 0) {
  const sorted = Object.entries(lock.packages).sort(([left], [right]) => left.localeCompare(right, 'en'));
  writeFileSync(file, `${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, undefined, 2)}\n`);
}
console.log(added.length > 0 ? `Added ${added.join(', ')}` : 'The lock file is complete.');

function missing(packages) {
  const found = new Map();
  for (const [path, entry] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      const isLocked = [`${path}/node_modules/${name}`, `node_modules/${name}`].some((place) => packages[place]);
      if (!isLocked && /^\d/.test(version)) found.set(name, [name, version, entry.dev === true]);
    }
  }
  return [...found.values()];
}

/** `@scope/name-linux-arm64-musl` → what npm compares with the machine. */
function platformOf(name) {
  const [, os, cpu, abi] =
    /-(aix|android|darwin|freebsd|linux|netbsd|openbsd|openharmony|sunos|win32)-([a-z0-9]+)(?:-([a-z]+))?$/.exec(name) ?? [];
  if (/wasm32-wasi$/.test(name)) return { cpu: ['wasm32'] };
  if (!os) throw new Error(`${name}: no platform in its name; add it to package-lock.json by hand.`);
  const libc = os !== 'linux' ? undefined : /^musl/.test(abi ?? '') ? ['musl'] : /^gnu/.test(abi ?? '') ? ['glibc'] : undefined;
  return { cpu: [cpu], libc, os: [os] };
}
