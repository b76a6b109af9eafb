import { openS3ObjectStore } from '@latchkey/objects-s3/s3-object-store';
import { memoryOutbox } from '@latchkey/storage/memory-outbox';
import { type OpenedObjectStore, objectStoreSuite } from '@latchkey/storage/object-store-suite';
import { startLatchkey } from '../../packages/latchkey/src/testing.ts';

/** What plain S3 has no words for. */
const lacks = {
  times: 'S3 says itself when something was written',
  anyChecksums: 'S3 compares them with the bytes',
  listedChecksums: 'S3 lists which checksums there are, not what they are',
  whatWasThere: 'S3 answers a delete in the same way',
  uploadProperties: 'S3 does not tell before the upload is an object',
  announcedWith: 'the upstream has no outbox',
};

objectStoreSuite('the object store over an S3 that is a Latchkey', open, lacks);

async function open(): Promise<OpenedObjectStore> {
  const upstream = await startLatchkey({ stores: 'disk', region: 'eu-central-1' });
  const { endpoint, region, credentials } = upstream;
  const outbox = memoryOutbox();
  const openStore = () => openS3ObjectStore({ endpoint, region, credentials, outbox, shownRegion: 'us-east-1' });
  let store = openStore();
  return {
    store,
    async reopen() {
      await store.close();
      store = openStore();
      return store;
    },
    async close() {
      await store.close();
      await upstream.stop();
    },
  };
}
