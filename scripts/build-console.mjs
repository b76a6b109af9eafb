// Builds the pages of the console: packages/console/src → packages/console/dist/web, hashed names under assets/, each file
// that compresses beside its .br and .gz. Nothing inline: the pages' Content-Security-Policy would refuse it.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'vite';
import { root } from './prepare.mjs';

const folder = join(root, 'packages/console');
const web = join(folder, 'dist/web');

await build({
  configFile: false,
  root: folder,
  logLevel: 'error',
  // One Preact for the console and for signals, whichever other packages of the workspace have.
  resolve: { conditions: ['source', 'browser', 'module', 'default'], dedupe: ['preact', 'preact/hooks'] },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: web,
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2022',
    reportCompressedSize: false,
    manifest: 'manifest.json',
  },
});

for (const name of readdirSync(join(web, 'assets')).filter((name) => /\.(?:js|css|svg)$/.test(name))) {
  const file = join(web, 'assets', name);
  const bytes = readFileSync(file);
  writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
  writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
}
