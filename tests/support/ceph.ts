/**
 * A Ceph of one monitor, one manager, one OSD and one gateway, on loopback, gone with the test. Everything is a child of this
 * process; nothing is a service. Wants ceph-mon, ceph-mgr, ceph-osd and radosgw, and takes about twenty seconds.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from './free-port.ts';

export const CEPH_PROGRAMS = ['ceph', 'ceph-mon', 'ceph-mgr', 'ceph-osd', 'radosgw', 'radosgw-admin', 'monmaptool', 'ceph-authtool'];

export type Ceph = {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** The gateway alone; what is stored stays. */
  stopGateway(): Promise<void>;
  /** At the same address again. */
  startGateway(): Promise<void>;
  stop(): Promise<void>;
};

/** Good for nothing but this cluster. */
const CREDENTIALS = { accessKeyId: 'CEPHEXAMPLEACCESSKEY', secretAccessKey: 'cephexamplesecret000000000000000000000000' };

export type CephOptions = {
  /** What the OSD holds at most; 2 GiB by default. In memory it takes twice what is stored, and an overwritten object stays for two hours. */
  readonly storeBytes?: number | undefined;
  /** Where it holds it; `memory` by default. */
  readonly store?: 'memory' | 'disk' | undefined;
};

export async function startCeph(options: CephOptions = {}): Promise<Ceph> {
  const directory = await mkdtemp(join(tmpdir(), 'latchkey-ceph-'));
  const daemons: ChildProcess[] = [];
  const stop = async () => {
    for (const daemon of daemons.reverse()) await end(daemon);
    await rm(directory, { recursive: true, force: true });
  };
  try {
    const { endpoint, gateway, startGateway } = await bringUp(directory, options, (name, args) => {
      const log = openSync(join(directory, 'log', `${name}.out`), 'a');
      const daemon = spawn(name, args, { stdio: ['ignore', log, log] });
      daemons.push(daemon);
      return daemon;
    });
    let running = gateway;
    return {
      endpoint,
      region: 'default',
      credentials: CREDENTIALS,
      stopGateway: () => end(running),
      async startGateway() {
        running = await startGateway();
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

type BroughtUp = { readonly endpoint: string; readonly gateway: ChildProcess; startGateway(): Promise<ChildProcess> };

async function bringUp(
  directory: string,
  options: CephOptions,
  start: (name: string, args: readonly string[]) => ChildProcess,
): Promise<BroughtUp> {
  const [port, monitor, olderMonitor] = [await freePort(), await freePort(), await freePort()];
  const id = randomUUID();
  for (const name of ['log', 'run', 'mon.a', 'mgr.x', 'osd.0']) await mkdir(join(directory, name));
  const path = (name: string) => join(directory, name);
  const configuration = path('ceph.conf');
  await writeFile(configuration, configurationText(directory, id, { port, monitor, olderMonitor }, options));
  const run = (program: string, ...args: readonly string[]) => promisify(execFile)(program, ['-c', configuration, ...args]);
  const tool = (program: string, ...args: readonly string[]) => promisify(execFile)(program, args);

  // One keyring for all: the monitor takes its users from it.
  await tool('ceph-authtool', path('keyring'), '--create-keyring');
  for (const [name, ...rights] of USERS) {
    const caps = rights.flatMap((right) => ['--cap', ...right.split('=')]);
    await tool('ceph-authtool', path('keyring'), '--gen-key', '-n', name as string, ...caps);
  }
  const addresses = `[v2:127.0.0.1:${monitor},v1:127.0.0.1:${olderMonitor}]`;
  await tool('monmaptool', '--create', '--addv', 'a', addresses, '--fsid', id, path('monmap'));
  await run('ceph-mon', '--mkfs', '-i', 'a', '--monmap', path('monmap'), '--keyring', path('keyring'));
  start('ceph-mon', ['-c', configuration, '-i', 'a', '-f']);
  await until('the monitor', () => run('ceph', '--connect-timeout', '2', 'mon', 'stat'));
  start('ceph-mgr', ['-c', configuration, '-i', 'x', '-f']);

  const osd = randomUUID();
  await run('ceph', 'osd', 'new', osd, '0');
  // Made for another id, it would start and never be let in.
  await run('ceph-osd', '-i', '0', '--mkfs', '--osd-uuid', osd);
  start('ceph-osd', ['-c', configuration, '-i', '0', '-f']);
  await until('the OSD', async () => {
    const { stdout } = await run('ceph', 'osd', 'stat');
    if (!stdout.includes('1 up')) throw new Error(stdout);
  });
  // One host in the map, so that the default rule finds the OSD.
  await run('ceph', 'osd', 'crush', 'add', 'osd.0', '1.0', 'host=one', 'root=default');

  const endpoint = `http://127.0.0.1:${port}`;
  const startGateway = async () => {
    const gateway = start('radosgw', ['-c', configuration, '-n', 'client.rgw.a', '-f']);
    await until('the gateway', () => fetch(endpoint));
    return gateway;
  };
  const gateway = await startGateway();
  const { accessKeyId, secretAccessKey } = CREDENTIALS;
  const user = ['--uid', 'tester', '--display-name', 'Tester', '--access-key', accessKeyId, '--secret-key', secretAccessKey];
  const rights = ['--max-buckets', '10000', '--caps', 'users=write'];
  await run('radosgw-admin', '-n', 'client.rgw.a', 'user', 'create', ...rights, ...user);
  return { endpoint, gateway, startGateway };
}

const USERS: readonly (readonly string[])[] = [
  ['mon.', 'mon=allow *'],
  ['client.admin', 'mon=allow *', 'osd=allow *', 'mgr=allow *'],
  ['mgr.x', 'mon=allow profile mgr', 'osd=allow *', 'mds=allow *'],
  ['osd.0', 'mon=allow profile osd', 'mgr=allow profile osd', 'osd=allow *'],
  ['client.rgw.a', 'mon=allow rw', 'osd=allow rwx', 'mgr=allow rw'],
];

/** cephx stays on: without it the OSD of 16.2 may speak before it knows the cluster's id, and is turned away. */
function configurationText(
  directory: string,
  id: string,
  ports: { readonly port: number; readonly monitor: number; readonly olderMonitor: number },
  { storeBytes = 2 ** 31, store = 'memory' }: CephOptions,
): string {
  const path = (name: string) => join(directory, name);
  return `[global]
fsid = ${id}
mon_initial_members = a
mon_host = [v2:127.0.0.1:${ports.monitor},v1:127.0.0.1:${ports.olderMonitor}]
ms_bind_ipv6 = false
public_network = 127.0.0.0/8
cluster_network = 127.0.0.0/8
public_addr = 127.0.0.1
cluster_addr = 127.0.0.1
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 8
osd_pool_default_pgp_num = 8
osd_pool_default_pg_autoscale_mode = off
osd_crush_chooseleaf_type = 0
mon_allow_pool_size_one = true
mon_max_pg_per_osd = 2000
mon_data_avail_crit = 1
mon_data_avail_warn = 2
keyring = ${path('keyring')}
run_dir = ${path('run')}
admin_socket = ${path('run')}/$name.asok
log_file = ${path('log')}/$name.log
crash_dir = ${directory}
setuser_match_path =

[mon]
mon_data = ${path('mon.$id')}

[mgr]
mgr_data = ${path('mgr.$id')}
mgr_initial_modules = iostat

[osd]
osd_data = ${path('osd.$id')}
osd_objectstore = ${store === 'memory' ? 'memstore' : 'bluestore'}
memstore_device_bytes = ${storeBytes}
bluestore_block_size = ${storeBytes}
osd_memory_target = ${2 ** 30}
osd_class_load_list = *
osd_class_default_list = *

[client.rgw.a]
rgw_frontends = beast endpoint=127.0.0.1:${ports.port} tcp_nodelay=1
`;
}

async function until(what: string, attempt: () => Promise<unknown>): Promise<void> {
  let last: unknown;
  for (let tries = 0; tries < 100; tries++) {
    try {
      return void (await attempt());
    } catch (error) {
      last = error;
      await pause(500);
    }
  }
  throw new Error(`${what} did not come up`, { cause: last });
}

async function end(daemon: ChildProcess): Promise<void> {
  if (daemon.exitCode !== null || daemon.signalCode !== null) return;
  const ended = once(daemon, 'exit');
  daemon.kill('SIGTERM');
  const impatience = setTimeout(() => daemon.kill('SIGKILL'), 5000);
  await ended;
  clearTimeout(impatience);
}
