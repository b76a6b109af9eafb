/** An object store over a second server, for running wire tests in front of an S3: `LATCHKEY_TEST_UPSTREAM=1`. */
import { openS3ObjectStore } from '@latchkey/objects-s3/s3-object-store';
import { jsonLog } from '@latchkey/server/log';
import { startServer } from '@latchkey/server/start-server';
import { openMemoryObjectStore } from '@latchkey/storage/memory-object-store';
import { openMemoryRecordStore } from '@latchkey/storage/memory-record-store';
import { openMemoryTrailStore } from '@latchkey/storage/memory-trail-store';
import { openMemoryUseStore } from '@latchkey/storage/memory-use-store';
import type { ObjectStore } from '@latchkey/storage/object-store';

export const UPSTREAM_CREDENTIALS = { accessKeyId: 'LKUPSTREAMEXAMPLE234', secretAccessKey: 'upstreamsecretEXAMPLEKEYlatchkey0000000000' };
const REGION = 'eu-central-1';

/** Closing it stops the server too. `now` is the time of both, so that a test's clock is the upstream's. */
export async function objectsOverUpstream(now: () => number, shownRegion: string): Promise<ObjectStore> {
  const address = { host: '127.0.0.1', port: 0 };
  const upstream = await startServer({
    objects: openMemoryObjectStore(),
    records: openMemoryRecordStore(),
    uses: openMemoryUseStore(),
    trail: openMemoryTrailStore(),
    region: REGION,
    root: UPSTREAM_CREDENTIALS,
    masterKeys: ['a master key of the upstream for tests'],
    listen: address,
    consoleListen: address,
    sigv2: false,
    domains: [],
    log: jsonLog(() => undefined),
    version: '0.0.0-test',
    now,
  });
  const endpoint = upstream.s3.replace(/\/$/, '');
  const direct = { endpoint, credentials: UPSTREAM_CREDENTIALS };
  const store = openS3ObjectStore({ endpoint, region: REGION, credentials: UPSTREAM_CREDENTIALS, direct, shownRegion, clock: now });
  return {
    ...store,
    async close() {
      await store.close();
      await upstream.close(0);
    },
  };
}
