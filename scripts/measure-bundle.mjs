// What pre-signing costs a web page: one import, bundled and minified for browsers, gzipped. At most 4 KB.
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { root } from './prepare.mjs';

const mostBytes = 4096;
const program = `import { presign } from '@latchkey/sigv4'; globalThis.presign = presign;`;
const { outputFiles } = await build({
  stdin: { contents: program, resolveDir: join(root, 'packages/sigv4') },
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  write: false,
});
const sizeBytes = gzipSync(outputFiles[0].contents, { level: 9 }).length;
console.log(`presign for browsers: ${sizeBytes} bytes gzipped, of ${mostBytes}`);
process.exit(sizeBytes > mostBytes ? 1 : 0);
