import { openS3ObjectStore } from '@latchkey/objects-s3/s3-object-store';
import { openMemoryRecordStore } from '@latchkey/storage/memory-record-store';
import { type OpenedObjectStore, objectStoreSuite } from '@latchkey/storage/object-store-suite';
import { recordOutbox } from '@latchkey/storage/record-outbox';
import { afterAll } from 'vitest';
import { selfSigned } from '../support/certificate.ts';
import { pathOf } from '../support/path-of.ts';
import { needs } from '../support/programs.ts';
import { REGION, ROOT, testServer } from '../support/test-server.ts';

/** What plain S3 has no words for. */
const lacks = {
  times: 'S3 says itself when something was written',
  anyChecksums: 'S3 compares them with the bytes',
  listedChecksums: 'S3 lists which checksums there are, not what they are',
  whatWasThere: 'S3 answers a delete in the same way',
  uploadProperties: 'S3 does not tell before the upload is an object',
  announcedWith: 'the upstream has no outbox',
};

// Without TLS every block of a body is signed; over TLS none is.
objectStoreSuite('the object store over an S3 that is a Latchkey', () => open(undefined), lacks);
if (pathOf('openssl') === undefined) needs('openssl')('the object store over an S3 with TLS', () => undefined);
else {
  const certificate = selfSigned();
  objectStoreSuite('the object store over an S3 that is a Latchkey with TLS', () => open(certificate), lacks);
  afterAll(() => certificate.remove());
}

async function open(tls: { readonly cert: string; readonly key: string } | undefined): Promise<OpenedObjectStore> {
  const upstream = await testServer({ tls });
  const outbox = recordOutbox(openMemoryRecordStore());
  const options = { endpoint: upstream.s3.replace(/\/$/, ''), region: REGION, credentials: ROOT, ca: tls?.cert };
  const openStore = () => openS3ObjectStore({ ...options, outbox, shownRegion: 'us-east-1' });
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
      await upstream.close();
    },
  };
}
