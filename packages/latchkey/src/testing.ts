import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jsonLog } from '@latchkey/server/log';
import { type RunningServer, startServer } from '@latchkey/server/start-server';
import { openMemoryObjectStore } from '@latchkey/storage/memory-object-store';
import { openMemoryRecordStore } from '@latchkey/storage/memory-record-store';
import { openMemoryTrailStore } from '@latchkey/storage/memory-trail-store';
import { openMemoryUseStore } from '@latchkey/storage/memory-use-store';
import { consolePagesFolder } from './console-pages.ts';
import { newMasterKey } from './master-key.ts';
import { type OpenStores, openStores } from './open-stores.ts';
import { newRootCredentials, type RootCredentials } from './root-credentials.ts';
import { version } from './version.ts';

export type LatchkeyOptions = {
  /** `disk`, the default: the real stores in a temporary directory. `memory`: the reference stores, which start at once. */
  readonly stores?: 'disk' | 'memory' | undefined;
  /** Default `us-east-1`. */
  readonly region?: string | undefined;
  /** Default: new ones. */
  readonly credentials?: RootCredentials | undefined;
  /** Host names of virtual-host style, besides `localhost`. */
  readonly domains?: readonly string[] | undefined;
  /** Default true. */
  readonly sigv2?: boolean | undefined;
  /** Whether new buckets begin with all public access blocked. Default true, as on AWS. */
  readonly blocksPublicAccess?: boolean | undefined;
  /** Milliseconds since the epoch, so that a test can let a link expire. */
  readonly now?: (() => number) | undefined;
  /** Receives the server's log, a line of JSON at a time. Default: nobody. */
  readonly log?: ((line: string) => void) | undefined;
};

/** A running server: what an S3 client wants to know, and how to stop it. */
export type Latchkey = {
  readonly endpoint: string;
  readonly console: string;
  readonly region: string;
  readonly credentials: RootCredentials;
  /** Stops it, without waiting for requests in flight, and removes what it stored. */
  stop(): Promise<void>;
};

/**
 * Starts a whole server inside a test, on free ports, with nothing in it. Several may run at once.
 *
 * ```ts
 * import { startLatchkey } from 'latchkey/testing';
 * import { presign } from '@latchkey/sigv4/presign';
 *
 * const store = await startLatchkey();
 * const { endpoint, region, credentials } = store;
 * const url = (method: 'GET' | 'PUT', key?: string) => presign({ method, bucket: 'photos', key, endpoint, region, credentials, expiresIn: '1m' }).url;
 * await fetch(url('PUT'), { method: 'PUT' });
 * await fetch(url('PUT', 'cat.txt'), { method: 'PUT', body: 'meow' });
 * const answer = await fetch(url('GET', 'cat.txt'));
 * await answer.text(); //=> meow
 * await store.stop();
 * ```
 */
export async function startLatchkey(options: LatchkeyOptions = {}): Promise<Latchkey> {
  const {
    stores: kind = 'disk',
    region = 'us-east-1',
    credentials = newRootCredentials(),
    domains = [],
    sigv2 = true,
    blocksPublicAccess,
    now,
  } = options;
  const log = jsonLog(options.log ?? (() => {}), now);
  const directory = kind === 'disk' ? await mkdtemp(join(tmpdir(), 'latchkey-testing-')) : undefined;
  const remove = async () => {
    if (directory !== undefined) await rm(directory, { recursive: true, force: true });
  };
  const anyPort = { host: '127.0.0.1', port: 0 };
  let server: RunningServer;
  try {
    const stores: OpenStores =
      directory === undefined
        ? { objects: openMemoryObjectStore(), records: openMemoryRecordStore(), uses: openMemoryUseStore(), trail: openMemoryTrailStore() }
        : await openStores(
            {
              objects: { kind: 'file', directory: join(directory, 'objects') },
              records: { kind: 'lmdb', directory: join(directory, 'records') },
              audit: { directory: join(directory, 'audit') },
              region,
            },
            log,
          );
    server = await startServer({
      ...stores,
      listen: anyPort,
      consoleListen: anyPort,
      region,
      root: credentials,
      masterKeys: [newMasterKey()],
      blocksPublicAccess,
      domains,
      sigv2,
      now,
      log,
      version: version(),
      consolePages: consolePagesFolder(),
    });
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    endpoint: server.s3,
    console: server.console,
    region,
    credentials,
    async stop() {
      await server.close(0);
      await remove();
    },
  };
}
