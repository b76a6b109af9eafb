/**
 * A server for wire tests: memory stores, free ports, a clock that tests can set. The project `wire-cluster` puts its objects in a Ceph,
 * LATCHKEY_TEST_UPSTREAM=1 in a second server.
 */
import { jsonLog } from '@latchkey/server/log';
import { type RunningServer, type ServerOptions, startServer } from '@latchkey/server/start-server';
import { openMemoryObjectStore } from '@latchkey/storage/memory-object-store';
import { openMemoryRecordStore } from '@latchkey/storage/memory-record-store';
import { openMemoryTrailStore } from '@latchkey/storage/memory-trail-store';
import { openMemoryUseStore } from '@latchkey/storage/memory-use-store';
import type { ObjectStore } from '@latchkey/storage/object-store';
import type { RecordStore } from '@latchkey/storage/record-store';
import { objectsOverCeph } from './ceph-objects.ts';
import { recordsOverPostgres } from './postgres-records.ts';
import { objectsOverUpstream } from './upstream-objects.ts';

export const ROOT = { accessKeyId: 'LKROOTEXAMPLE2345678', secretAccessKey: 'wJalrXUtnFEMIbPxRfiCYEXAMPLEKEYlatchkey' };
export const REGION = 'us-east-1';
export const MASTER_KEY = 'a master key for tests, and nothing else';

export type TestServer = Pick<RunningServer, 's3' | 'console' | 'renewCertificate' | 'close'> & {
  /** Host and port as in a Host header. */
  readonly host: string;
  /** Everything the server logged. */
  readonly logged: string[];
  /** What the server takes for now, in milliseconds since the epoch; the real time until set. */
  clock: { now: (() => number) | undefined };
};

export async function testServer(options: Partial<ServerOptions> = {}): Promise<TestServer> {
  const logged: string[] = [];
  const clock: TestServer['clock'] = { now: undefined };
  const now = () => clock.now?.() ?? Date.now();
  const records = {
    records: openMemoryRecordStore(),
    uses: openMemoryUseStore(),
    trail: openMemoryTrailStore(),
    ...(await recordsOverPostgres(options)),
  };
  const region = options.region ?? REGION;
  const server = await startServer({
    objects: options.objects ?? (await objectsElsewhere(options.records ?? records.records, region, now)) ?? openMemoryObjectStore(),
    ...records,
    region: REGION,
    root: ROOT,
    masterKeys: [MASTER_KEY],
    listen: { host: '127.0.0.1', port: 0 },
    consoleListen: { host: '127.0.0.1', port: 0 },
    sigv2: true,
    domains: [],
    log: jsonLog((line) => logged.push(line)),
    version: '0.0.0-test',
    now,
    ...options,
  });
  return { ...server, host: new URL(server.s3).host, logged, clock };
}

/** Undefined where the objects are to be in memory. */
async function objectsElsewhere(records: RecordStore, region: string, now: () => number): Promise<ObjectStore | undefined> {
  if (process.env.LATCHKEY_TEST_UPSTREAM === '1') return objectsOverUpstream(now, region);
  return objectsOverCeph(records, region);
}
