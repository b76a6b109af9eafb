// A GET of 1 GiB, against a bare node server that streams the same file, and nginx where it is installed.
import { spawn, spawnSync } from 'node:child_process';
import { createReadStream, createWriteStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { presign } from '@latchkey/sigv4';
import { median, region, root, start } from './processes.mjs';

const MIB = 1024 * 1024;
const SIZE_BYTES = 1024 * MIB;
const ROUNDS = 3;

export async function benchStream() {
  const directory = mkdtempSync(join(tmpdir(), 'latchkey-bench-'));
  const file = join(directory, 'file');
  await pipeline(async function* () {
    const block = Buffer.alloc(MIB, 'latchkey');
    for (let i = 0; i < SIZE_BYTES / MIB; i++) yield block;
  }, createWriteStream(file));

  const latchkey = await start('latchkey');
  const bare = await start('bare-file', { file });
  const nginx = await startNginx(directory);
  const common = {
    bucket: 'bench',
    region,
    endpoint: `http://127.0.0.1:${latchkey.port}`,
    style: 'path',
    credentials: root,
    expiresIn: 3600,
  };
  await upload(presign({ ...common, method: 'PUT' }).url);
  await upload(presign({ ...common, method: 'PUT', key: 'file' }).url, file);

  const runs = [
    ['bare node stream', `http://127.0.0.1:${bare.port}/`],
    ['latchkey', presign({ ...common, method: 'GET', key: 'file' }).url],
    ...(nginx === undefined ? [] : [['nginx', `http://127.0.0.1:${nginx.port}/file`]]),
  ];
  const seconds = runs.map(() => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, [, url]] of runs.entries()) seconds[index].push(await download(url));
  }
  nginx?.stop();
  await latchkey.stop();
  await bare.stop();
  rmSync(directory, { recursive: true, force: true });
  const base = median(seconds[0]);
  return runs.map(([name], index) => ({ name: `${name}, GET 1 GiB`, 'of bare node stream': (base / median(seconds[index])).toFixed(3) }));
}

function download(url) {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    get(url, { agent: false }, (reply) => {
      let sizeBytes = 0;
      reply.on('data', (chunk) => {
        sizeBytes += chunk.length;
      });
      reply.on('end', () =>
        sizeBytes === SIZE_BYTES ? resolve((performance.now() - started) / 1000) : reject(new Error(`${sizeBytes} bytes`)),
      );
      reply.on('error', reject);
    }).on('error', reject);
  });
}

function upload(url, file) {
  return new Promise((resolve, reject) => {
    const sending = request(
      url,
      { method: 'PUT', agent: false, headers: { 'content-length': file === undefined ? 0 : SIZE_BYTES } },
      (reply) => {
        reply.resume();
        reply.on('end', () => (reply.statusCode === 200 ? resolve() : reject(new Error(`status ${reply.statusCode}`))));
      },
    );
    sending.on('error', reject);
    if (file === undefined) sending.end();
    else createReadStream(file, { highWaterMark: MIB }).pipe(sending);
  });
}

async function startNginx(directory) {
  if (spawnSync('nginx', ['-v']).error !== undefined) return undefined;
  const port = 20_000 + (process.pid % 10_000);
  const configuration = join(directory, 'nginx.conf');
  // Its workers would otherwise be somebody else, who may not read the file.
  const user = process.getuid?.() === 0 ? 'user root; ' : '';
  writeFileSync(
    configuration,
    `${user}daemon off; pid ${directory}/nginx.pid; error_log ${directory}/error.log;
    events {} http { access_log off; sendfile on; client_body_temp_path ${directory}/body; proxy_temp_path ${directory}/proxy;
    fastcgi_temp_path ${directory}/fastcgi; uwsgi_temp_path ${directory}/uwsgi; scgi_temp_path ${directory}/scgi;
    server { listen 127.0.0.1:${port}; root ${directory}; } }\n`,
  );
  const child = spawn('nginx', ['-c', configuration, '-p', directory], { stdio: 'ignore' });
  await new Promise((resolve) => setTimeout(resolve, 500));
  return child.exitCode === null ? { port, stop: () => child.kill('SIGTERM') } : undefined;
}
