// Requests per second for a 1 KiB pre-signed GET, against a bare node:http server that sends the same from memory.
import { presign } from '@latchkey/sigv4';
import { region, root, start } from './processes.mjs';
import { requestOf } from './requests.mjs';
import { compareRuns } from './rounds.mjs';

const OBJECTS = 10_000;
const SIZE_BYTES = 1024;

export async function benchGet() {
  // What the others do too, and then with every read in the audit trail, which none of them has.
  const latchkey = await start('latchkey', { auditReads: 'none' });
  const audited = await start('latchkey');
  const s3rver = await start('s3rver').catch(() => undefined);
  const urls = await fill(latchkey.port, root);
  const auditedUrls = await fill(audited.port, root);
  const sample = await fetch(urls[0]);
  await sample.arrayBuffer();
  const headers = [...sample.headers].filter(([name]) => !['date', 'connection', 'keep-alive'].includes(name)).flat();
  const bare = await start('bare', { headers, sizeBytes: SIZE_BYTES });
  const rivals =
    s3rver === undefined ? [] : [['s3rver, distinct URLs', s3rver, (await fill(s3rver.port, S3RVER_ROOT, 500)).map(requestOf)]];
  const runs = [
    ['bare node:http', bare, urls.map((url) => requestOf(url))],
    ['latchkey, 10,000 distinct URLs', latchkey, urls.map(requestOf)],
    ['latchkey, one URL repeated', latchkey, [requestOf(urls[0])]],
    ['latchkey, distinct URLs, every read in the trail', audited, auditedUrls.map(requestOf)],
    ['latchkey, one URL repeated, every read in the trail', audited, [requestOf(auditedUrls[0])]],
    ...rivals,
  ];
  const rows = await compareRuns(
    runs.map(([name, server, requests]) => ({ name, server, requests })),
    'bare',
  );
  for (const server of [latchkey, audited, bare, s3rver]) await server?.stop();
  return rows;
}

const S3RVER_ROOT = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };

async function fill(port, credentials, count = OBJECTS) {
  const common = { bucket: 'bench', region, endpoint: `http://127.0.0.1:${port}`, style: 'path', credentials, expiresIn: 3600 };
  await put(presign({ ...common, method: 'PUT' }).url, undefined);
  const body = Buffer.alloc(SIZE_BYTES, 'x');
  const keys = Array.from({ length: count }, (_, i) => `object-${String(i).padStart(5, '0')}`);
  for (let i = 0; i < count; i += 64) {
    await Promise.all(keys.slice(i, i + 64).map((key) => put(presign({ ...common, method: 'PUT', key }).url, body)));
  }
  return keys.map((key) => presign({ ...common, method: 'GET', key }).url);
}

async function put(url, body) {
  const reply = await fetch(url, { method: 'PUT', body });
  const text = await reply.text();
  if (!reply.ok) throw new Error(`${reply.status} ${text}`);
}
