// What grows with what, for docs/capacity.md: processor time of a node and of PostgreSQL for each request of a kind, and what PostgreSQL keeps and writes for it.
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { presign } from '@latchkey/sigv4';
import { sign } from '@latchkey/sigv4/sign';
import { load } from './http-load.mjs';
import { processorMicroseconds, region, root, start } from './processes.mjs';
import { api, makeUser, ok, requestOf } from './requests.mjs';
import { support } from './support.mjs';

const OBJECTS = 200;
const COUNTED = 40_000;
const LARGE_BYTES = 16 * 1024 * 1024;
const CONNECTIONS = 32;
const WARM_UP_SECONDS = 8;
const SECONDS = process.env.FULL === '1' ? 60 : 10;
const ALLOWS = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: ['s3:*', 'latchkey:*'], Resource: '*' }] };

export async function benchCapacity() {
  const { startPostgres } = await support('postgres');
  const postgres = await startPostgres();
  const upstream = await start('latchkey', { auditReads: 'none' });
  const url = postgres.newUrl();
  const node = await start('node', { upstream: `http://127.0.0.1:${upstream.port}`, postgres: url });
  const place = { postgres, schema: new URL(url).searchParams.get('schema'), postmaster: await postgres.pid(), node };
  try {
    const rows = [];
    for (const kind of await kindsOf(node)) rows.push(await measure(kind, place));
    return rows;
  } finally {
    await node.stop();
    await upstream.stop();
    await postgres.close();
  }
}

/** Requests of each kind, signed beforehand. */
async function kindsOf(node) {
  const endpoint = `http://127.0.0.1:${node.port}`;
  const common = { bucket: 'bench', region, endpoint, style: 'path', expiresIn: 36_000 };
  for (const bucket of ['bench', 'away'])
    await ok(fetch(presign({ ...common, bucket, credentials: root, method: 'PUT' }).url, { method: 'PUT' }));
  const credentials = await makeUser(endpoint, [ALLOWS]);
  const keys = Array.from({ length: OBJECTS }, (_, i) => `folder/object-${i}`);
  const body = 'x'.repeat(1024);
  for (const bucket of ['bench', 'away'])
    for (const key of keys) await ok(fetch(presign({ ...common, bucket, key, credentials, method: 'PUT' }).url, { method: 'PUT', body }));
  const large = { ...common, key: 'large', credentials };
  await ok(fetch(presign({ ...large, method: 'PUT' }).url, { method: 'PUT', body: Buffer.alloc(LARGE_BYTES, 'x') }));
  await putRedirect(node.console);
  const links = [];
  for (const key of keys)
    links.push((await api(node.console, credentials, 'POST', '/links', { bucket: 'bench', key, expiresIn: '10h' })).url);
  const get = (key, more = {}) => requestOf(presign({ ...common, credentials, key, ...more }).url);
  // A second apart, so that each is a URL of its own.
  const begun = Math.floor(Date.now() / 1000) - Math.ceil(COUNTED / OBJECTS);
  const counted = Array.from({ length: COUNTED }, (_, i) =>
    get(keys[i % OBJECTS], { maxUses: 5, now: new Date(1000 * (begun + Math.floor(i / OBJECTS))) }),
  );
  const put = keys.map((key) => uploadOf(presign({ ...common, credentials, key, method: 'PUT' }).url, body));
  const small = { name: 'PUT of 1 KiB', requests: put };
  return [
    { name: 'GET of 1 KiB, pre-signed', requests: keys.map((key) => get(key)) },
    { name: 'GET of 1 KiB through a link', requests: links.map(requestOf) },
    { name: 'GET of 1 KiB, counted', requests: counted },
    { name: 'GET that is redirected', requests: keys.map((key) => get(key, { bucket: 'away' })), status: 307 },
    { name: 'GET of 16 MiB', requests: [requestOf(presign(large).url)], connections: 4 },
    small,
    { ...small, name: 'PUT of 1 KiB, one after the other', connections: 1 },
    { name: 'making a link', requests: [newLink(node.console, credentials)], port: new URL(node.console).port, status: 201 },
  ];
}

async function putRedirect(console) {
  const url = `${console}/api/v1/buckets/away/redirect`;
  const body = JSON.stringify({ downloads: 'all', minSizeBytes: 0 });
  const headers = { 'Content-Type': 'application/json' };
  const signed = sign({ method: 'PUT', url, headers, body, region, service: 'latchkey', credentials: root });
  await ok(fetch(url, { body, ...signed }));
}

function uploadOf(url, body) {
  const { host } = new URL(url);
  return `PUT ${url.slice(url.indexOf('/', 8))} HTTP/1.1\r\nHost: ${host}\r\nContent-Length: ${body.length}\r\nConnection: keep-alive\r\n\r\n${body}`;
}

function newLink(console, credentials) {
  const url = `${console}/api/v1/links`;
  const body = JSON.stringify({ bucket: 'bench', key: 'folder/object-1', expiresIn: '1d', maxUses: 3, label: 'an order' });
  const headers = { 'Content-Type': 'application/json' };
  const signed = sign({ method: 'POST', url, headers, body, region, service: 'latchkey', credentials });
  const lines = Object.entries(signed.headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST /api/v1/links HTTP/1.1\r\nHost: ${new URL(url).host}\r\nContent-Length: ${body.length}\r\n${lines.join('')}\r\n${body}`;
}

async function measure({ name, requests, port, status, connections = CONNECTIONS }, place) {
  const { node } = place;
  const run = (seconds) => load({ port: port ?? node.port, requests, connections, seconds, status });
  await run(WARM_UP_SECONDS);
  const before = await stateOf(place);
  const perSecond = await run(SECONDS);
  const after = await stateOf(place);
  const count = perSecond * SECONDS;
  const each = (what) => Math.round((after[what] - before[what]) / count);
  return {
    name,
    'requests/s': Math.round(perSecond),
    'node, µs': each('node'),
    'PostgreSQL, µs': each('processor'),
    'trail, bytes': each('trail'),
    'records, bytes': each('records'),
    'uses, bytes': each('uses'),
    'WAL, bytes': each('wal'),
  };
}

/** Once nothing waits to be written down any more. */
async function stateOf({ postgres, schema, postmaster, node }) {
  await sleep(1500);
  const sizes = await postgres.ask(`
    SELECT coalesce(sum(pg_total_relation_size(c.oid)) FILTER (WHERE relname LIKE 'trail%'), 0),
      coalesce(sum(pg_total_relation_size(c.oid)) FILTER (WHERE relname IN ('records', 'generations')), 0),
      coalesce(sum(pg_total_relation_size(c.oid)) FILTER (WHERE relname = 'uses'), 0), pg_current_wal_lsn() - '0/0'
    FROM pg_class c WHERE relnamespace = '${schema}'::regnamespace AND relkind = 'r'`);
  const [trail, records, uses, wal] = sizes.split('|').map(Number);
  return { trail, records, uses, wal, node: processorMicroseconds(node.pid), processor: processorOf(postmaster) };
}

/** Of PostgreSQL's processes, those included that have ended. */
function processorOf(postmaster) {
  let ticks = 0;
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const fields = statOf(name);
    if (fields === undefined) continue;
    const [, parent] = fields;
    if (Number(name) === postmaster) ticks += Number(fields[11]) + Number(fields[12]) + Number(fields[13]) + Number(fields[14]);
    else if (Number(parent) === postmaster) ticks += Number(fields[11]) + Number(fields[12]);
  }
  return ticks * 10_000;
}

function statOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  } catch {
    return undefined;
  }
}
