// The table of docs/cluster.md: what a node, and a balancer before three, make of a Ceph, all of them on this one machine.
import { presign } from '@latchkey/sigv4';
import { load } from './http-load.mjs';
import { median } from './processes.mjs';
import { ok, requestOf } from './requests.mjs';
import { support } from './support.mjs';

const KIB = 1024;
const MIB = 1024 * KIB;
const ROUNDS = process.env.FULL === '1' ? 8 : 4;

export async function benchCluster() {
  const { startCluster } = await support('cluster');
  const { ROOT, REGION } = await support('test-server');
  const cluster = await startCluster({ storeBytes: 8 * KIB * MIB });
  try {
    const { endpoint, region, credentials } = cluster.ceph;
    const ours = { endpoint: cluster.server.s3, region: REGION, credentials: ROOT, style: 'path', expiresIn: 36_000 };
    const theirs = { endpoint, region, credentials, style: 'path', expiresIn: 36_000 };
    await ok(fetch(presign({ ...ours, method: 'PUT', bucket: 'bench' }).url, { method: 'PUT' }));
    const port = (url) => Number(new URL(url).port);
    const places = [
      { name: 'Ceph alone', port: port(endpoint), signing: theirs },
      { name: 'one node', port: port(cluster.nodes[0].s3), signing: ours },
      { name: 'HAProxy and three nodes', port: port(cluster.server.s3), signing: ours },
    ];
    const rows = [];
    for (const kind of KINDS) rows.push(await compare(kind, places));
    return rows;
  } finally {
    await cluster.stop();
  }
}

const KINDS = [
  { method: 'PUT', sizeBytes: KIB, connections: 1, seconds: 2 },
  { method: 'GET', sizeBytes: KIB, connections: 1, seconds: 2 },
  { method: 'PUT', sizeBytes: KIB, connections: 16, seconds: 2 },
  { method: 'GET', sizeBytes: KIB, connections: 16, seconds: 2 },
  { method: 'PUT', sizeBytes: 100 * MIB, connections: 1, seconds: 1 },
  { method: 'GET', sizeBytes: 100 * MIB, connections: 1, seconds: 2 },
];

/** Milliseconds a request where one follows the other, and throughput as a share of Ceph's: medians of rounds in which each had its turn. */
async function compare({ method, sizeBytes, connections, seconds }, places) {
  const rates = places.map(() => []);
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [index, { port, signing }] of places.entries()) {
      const { url } = presign({ ...signing, method, bucket: 'bench', key: `of-${sizeBytes}` });
      const requests = [method === 'GET' ? requestOf(url) : uploadOf(url, sizeBytes)];
      const rate = await load({ port, requests, connections, seconds });
      // The first round is for warming up.
      if (round > 0) rates[index].push(rate);
    }
  }
  const size = sizeBytes < MIB ? `${sizeBytes / KIB} KiB` : `${sizeBytes / MIB} MiB`;
  const isTimed = connections === 1 && sizeBytes < MIB;
  const shown = (rate) =>
    isTimed ? `${(1000 / median(rate)).toFixed(1)} ms` : median(rate.map((each, round) => each / rates[0][round])).toFixed(2);
  return {
    name: `${method} of ${size}, ${connections} at a time`,
    ...Object.fromEntries(places.map(({ name }, index) => [name, shown(rates[index])])),
  };
}

function uploadOf(url, sizeBytes) {
  const { host } = new URL(url);
  const head = `PUT ${url.slice(url.indexOf('/', 8))} HTTP/1.1\r\nHost: ${host}\r\nContent-Length: ${sizeBytes}\r\nConnection: keep-alive\r\n\r\n`;
  return head + 'x'.repeat(sizeBytes);
}
