// What pre-signing costs a web page: one import, bundled and minified for browsers, gzipped. At most 4 KB, and it must sign
// without anything of Node's what Node signs: the documented URL.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { root } from './prepare.mjs';

const mostBytes = 4096;
const { outputFiles } = await build({
  stdin: { contents: `import { presign } from '@latchkey/sigv4'; globalThis.presign = presign;`, resolveDir: join(root, 'packages/sigv4') },
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  write: false,
});
const [{ contents, text }] = outputFiles;
const sizeBytes = gzipSync(contents, { level: 9 }).length;
console.log(`presign for browsers: ${sizeBytes} bytes gzipped, of ${mostBytes}`);

const { credentials, region, bucket, cases } = JSON.parse(readFileSync(join(root, 'packages/sigv4/vectors/presign.json'), 'utf8'));
const browser = createContext({ URL, TextEncoder });
runInContext(text, browser);
browser.options = { ...cases[0], bucket, region, credentials };
const url = runInContext(`presign({ ...options, now: new Date('2013-05-24T00:00:00Z') }).url`, browser);
const isRight = url.endsWith(`&X-Amz-Signature=${cases[0].signature}`);
if (!isRight) console.log(`but it signs ${url}`);
process.exit(sizeBytes > mostBytes || !isRight ? 1 : 0);
