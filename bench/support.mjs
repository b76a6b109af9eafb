// What tests start (a PostgreSQL, a Ceph, a whole cluster) for benchmarks to start too. It is TypeScript, so it is bundled first.
import { mkdirSync, rmSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

/** The module `tests/support/NAME.ts`. */
export async function support(name) {
  const source = new URL(`../tests/support/${name}.ts`, import.meta.url);
  // Within the repository, so that packages are found from there.
  const bundles = new URL('../.tmp/bench/', import.meta.url);
  mkdirSync(bundles, { recursive: true });
  const outfile = fileURLToPath(new URL(`${name}-${process.pid}.mjs`, bundles));
  await build({
    entryPoints: [fileURLToPath(source)],
    outfile,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    // Its files are in one folder, and find others from there.
    define: { 'import.meta.url': JSON.stringify(source.href) },
    logLevel: 'warning',
  });
  process.on('exit', () => rmSync(outfile, { force: true }));
  return import(pathToFileURL(outfile).href);
}
