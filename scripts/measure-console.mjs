// What the console costs before it shows anything: the scripts of its first page, gzipped. At most 60 KB; every other screen is
// fetched when somebody goes there.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { root } from './prepare.mjs';

const mostBytes = 60_000;
const web = join(root, 'packages/console/dist/web');
if (!existsSync(join(web, 'manifest.json'))) throw new Error('The console is not built: npm run build.');
const manifest = JSON.parse(readFileSync(join(web, 'manifest.json'), 'utf8'));

const sizes = [...loadedWith('index.html')].map((name) => gzipSync(readFileSync(join(web, manifest[name].file)), { level: 9 }).length);
const sizeBytes = sizes.reduce((sum, size) => sum + size, 0);
console.log(`first page of the console: ${sizeBytes} bytes of script gzipped, of ${mostBytes}`);
process.exit(sizeBytes > mostBytes ? 1 : 0);

/** The chunk and what it imports at once, and they in turn. */
function loadedWith(name, found = new Set()) {
  if (found.has(name)) return found;
  found.add(name);
  for (const imported of manifest[name].imports ?? []) loadedWith(imported, found);
  return found;
}
