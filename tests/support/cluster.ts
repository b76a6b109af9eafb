/**
 * Latchkey as several machines have it: a PostgreSQL, a Ceph, three nodes that share them and nothing else, and the documented HAProxy in front of
 * them. Everything is a process on loopback that is stopped by its id; each part can be taken away and brought back.
 */
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CEPH_PROGRAMS, type Ceph, type CephOptions, startCeph } from './ceph.ts';
import { replaced } from './documented-proxy.ts';
import { freePort } from './free-port.ts';
import { startNode } from './nodes.ts';
import { postgresPrograms, startPostgres, type TestPostgres } from './postgres.ts';
import { type RunningProxy, startProxy } from './proxy-programs.ts';
import type { ServerProcess } from './several-servers.ts';
import type { TestServer } from './test-server.ts';

export const CLUSTER_PROGRAMS = [...CEPH_PROGRAMS, postgresPrograms === undefined ? 'initdb' : join(postgresPrograms, 'initdb'), 'haproxy'];

export type Cluster = {
  /** As clients see it: both addresses are the balancer's. */
  readonly server: TestServer;
  /** Each at its own address. What is sent there is signed for `server`. */
  readonly nodes: readonly ServerProcess[];
  readonly postgres: TestPostgres;
  /** Of the records, with their schema. */
  readonly url: string;
  readonly ceph: Ceph;
  readonly directory: string;
  /** SIGKILL. */
  killNode(index: number): Promise<void>;
  startNode(index: number): Promise<void>;
  killBalancer(): Promise<void>;
  startBalancer(): Promise<void>;
  /** Requests that the balancer has handed to each node since it was started: of `a`, `b` and `c`. */
  balanced(): Promise<ReadonlyMap<string, number>>;
  /** All that the nodes, also those that are gone, wrote to stderr. */
  logged(): string;
  stop(): Promise<void>;
};

export async function startCluster(options: CephOptions = {}): Promise<Cluster> {
  const directory = await mkdtemp(join(tmpdir(), 'latchkey-cluster-'));
  const stops: (() => Promise<unknown>)[] = [() => rm(directory, { recursive: true, force: true })];
  const stop = async () => {
    for (let last = stops.pop(); last !== undefined; last = stops.pop()) await last();
  };
  try {
    return await bringUp(directory, options, (each) => void stops.push(each), stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function bringUp(
  directory: string,
  options: CephOptions,
  atStop: (stop: () => Promise<unknown>) => void,
  stop: () => Promise<void>,
): Promise<Cluster> {
  const postgres = await startPostgres();
  atStop(postgres.close);
  const ceph = await startCeph(options);
  atStop(ceph.stop);
  const url = postgres.newUrl();
  const port = await freePort();
  const server = serverAt(`http://localhost:${port}`, `http://127.0.0.1:${port}`, stop);
  const places = await Promise.all(
    ['node-0', 'node-1', 'node-2'].map(async (name) => ({ name, s3: await freePort(), console: await freePort() })),
  );

  const all: ServerProcess[] = [];
  const begin = async ({ name, s3, console }: Place): Promise<ServerProcess> => {
    const flags = ['--listen', `127.0.0.1:${s3}`, '--console', `127.0.0.1:${console}`, '--trusted-proxy', '127.0.0.1'];
    const known = ['--public-url', server.s3, '--public-console-url', server.console];
    const objects = ['--objects', `s3+${ceph.endpoint}?region=${ceph.region}`];
    const environment = {
      LATCHKEY_UPSTREAM_ACCESS_KEY_ID: ceph.credentials.accessKeyId,
      LATCHKEY_UPSTREAM_SECRET_ACCESS_KEY: ceph.credentials.secretAccessKey,
    };
    const node = await startNode(url, directory, name, { flags: [...flags, ...known, ...objects], environment });
    all.push(node);
    return node;
  };
  atStop(() => Promise.all(all.map((node) => node.close())));
  // All at once: one of them makes the tables.
  const settled = await Promise.allSettled(places.map(begin));
  const nodes = settled.map((each) => {
    if (each.status === 'rejected') throw each.reason;
    return each.value;
  });

  const configuration = await balancerConfiguration(port, places);
  let balancer: RunningProxy = await startProxy('haproxy', configuration, port);
  atStop(() => balancer.stop());
  return {
    server,
    nodes,
    postgres,
    url,
    ceph,
    directory,
    async killNode(index) {
      await nodes[index]?.process.stop('SIGKILL');
    },
    async startNode(index) {
      nodes[index] = await begin(places[index] as Place);
    },
    killBalancer: () => balancer.stop('SIGKILL'),
    async startBalancer() {
      balancer = await startProxy('haproxy', configuration, port);
    },
    balanced: () => balancer.passedTo(),
    logged: () => all.map(({ process }) => process.stderr()).join(''),
    stop,
  };
}

/** Ports on loopback. */
export type Place = { readonly name: string; readonly s3: number; readonly console: number };

export function serverAt(s3: string, console: string, close: () => Promise<void>): TestServer {
  return { s3, console, host: new URL(s3).host, logged: [], clock: { now: undefined }, renewCertificate: () => undefined, close };
}

/** docs/proxies/haproxy-cluster.cfg with our ports, without TLS; the console has the name 127.0.0.1. */
export async function balancerConfiguration(port: number, places: readonly Place[]): Promise<string> {
  const documented = await readFile(fileURLToPath(new URL('../../docs/proxies/haproxy-cluster.cfg', import.meta.url)), 'utf8');
  const bound = replaced(documented, /:443 ssl crt \S+ alpn h2,http\/1\.1/, `127.0.0.1:${port}`);
  const named = replaced(bound, '-i links.example.com', '-i 127.0.0.1');
  return places.reduce((text, { s3, console }, i) => {
    const withS3 = replaced(text, `10.0.0.${i + 1}:9000`, `127.0.0.1:${s3}`);
    return replaced(withS3, `10.0.0.${i + 1}:9001`, `127.0.0.1:${console}`);
  }, named);
}

/** A folder for client programs, with an empty home in it. */
export async function scratchIn(directory: string): Promise<{ readonly scratch: string; readonly home: string }> {
  const [scratch, home] = [join(directory, 'scratch'), join(directory, 'home')];
  await Promise.all([mkdir(scratch), mkdir(home)]);
  return { scratch, home };
}
