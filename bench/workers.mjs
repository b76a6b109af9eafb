// Requests per second with two workers, as ratios to one process: pre-signed GETs and durable PUTs of 1 KiB, each on a connection that stays.
import { presign } from '@latchkey/sigv4';
import { load } from './http-load.mjs';
import { median, processorMicrosecondsOfAll, region, root, start } from './processes.mjs';
import { ok, requestOf } from './requests.mjs';

const OBJECTS = 2000;
const BODY = 'x'.repeat(1024);
const CONNECTIONS = 64;
const ROUNDS = 12;
const SECONDS = 1;

/** The client is a process of the same machine: on two cores it takes from two workers what one process does not need. */
export async function benchWorkers() {
  const counts = [1, 2];
  const servers = await Promise.all(
    counts.map((count) => start('command', { flags: ['--workers', String(count), '--audit-reads', 'none'] })),
  );
  const urls = await Promise.all(servers.map(({ port }) => fill(port)));
  const reads = urls.map(({ gets }) => gets.map(requestOf));
  const writes = urls.map(({ puts }) => puts.map(putOf));
  const rows = [];
  for (const [name, requests] of [
    ['GET of 1 KiB', reads],
    ['durable PUT of 1 KiB', writes],
  ]) {
    const rates = [];
    const times = [];
    // The first round warms up.
    for (let round = 0; round <= ROUNDS; round++) {
      const [alone, together] = [await measure(servers[0], requests[0]), await measure(servers[1], requests[1])];
      if (round === 0) continue;
      rates.push(together.perSecond / alone.perSecond);
      times.push(together.microseconds / alone.microseconds);
    }
    rows.push({
      name,
      'two workers, of one process, requests/s': median(rates).toFixed(2),
      'processor time a request': median(times).toFixed(2),
    });
  }
  for (const server of servers) await server.stop();
  return rows;
}

async function measure({ port, pid }, requests) {
  const before = processorMicrosecondsOfAll(pid);
  const perSecond = await load({ port, requests, connections: CONNECTIONS, seconds: SECONDS });
  return { perSecond, microseconds: (processorMicrosecondsOfAll(pid) - before) / (perSecond * SECONDS) };
}

async function fill(port) {
  const common = { bucket: 'bench', region, endpoint: `http://127.0.0.1:${port}`, style: 'path', credentials: root, expiresIn: 3600 };
  await ok(fetch(presign({ ...common, method: 'PUT' }).url, { method: 'PUT' }));
  const keys = Array.from({ length: OBJECTS }, (_, i) => `object-${i}`);
  const puts = keys.map((key) => presign({ ...common, method: 'PUT', key }).url);
  for (let i = 0; i < OBJECTS; i += 64)
    await Promise.all(puts.slice(i, i + 64).map((url) => ok(fetch(url, { method: 'PUT', body: BODY }))));
  return { puts, gets: keys.map((key) => presign({ ...common, method: 'GET', key }).url) };
}

function putOf(url) {
  const { host } = new URL(url);
  const head = `PUT ${url.slice(url.indexOf('/', 8))} HTTP/1.1\r\nHost: ${host}\r\nConnection: keep-alive\r\n`;
  return `${head}Content-Length: ${BODY.length}\r\n\r\n${BODY}`;
}
