import { openS3ObjectStore } from '@latchkey/objects-s3/s3-object-store';
import { openMemoryRecordStore } from '@latchkey/storage/memory-record-store';
import { type OpenedObjectStore, objectStoreSuite } from '@latchkey/storage/object-store-suite';
import { recordOutbox } from '@latchkey/storage/record-outbox';
import { describe } from 'vitest';
import { CEPH_PROGRAMS, startCeph } from '../support/ceph.ts';
import { pathOf } from '../support/path-of.ts';
import { needs } from '../support/programs.ts';

/** What plain S3 has no words for, and what Ceph 16, which Debian 12 has, does not do. */
const lacks = {
  times: 'S3 says itself when something was written',
  timeOfTagged: 'Ceph counts it as a change',
  checksums: 'Ceph keeps none before version 19',
  zeroBytes: 'Ceph refuses them',
  deleteConditions: 'Ceph ignores them, so they are refused with NotImplemented',
  completionConditions: 'Ceph ignores them, so they are refused with NotImplemented',
  completedAgain: 'Ceph does not look at the parts again',
  someParts: 'Ceph wants all that were uploaded',
  uploadTags: 'Ceph forgets them before version 17, so they are refused with NotImplemented',
  uploadOrder: 'Ceph orders them by key and id as one text',
  partRanges: 'Ceph does not know partNumber before version 19',
  whatWasThere: 'S3 answers a delete in the same way',
  uploadProperties: 'S3 does not tell before the upload is an object',
  announcedWith: 'the upstream has no outbox',
};

if (CEPH_PROGRAMS.every((program) => pathOf(program) !== undefined)) objectStoreSuite('the object store over Ceph', open, lacks);
else describe('the object store over Ceph', () => needs(...CEPH_PROGRAMS)('keeps what every object store promises', () => undefined));

async function open(): Promise<OpenedObjectStore> {
  const ceph = await startCeph();
  const { endpoint, region, credentials } = ceph;
  const outbox = recordOutbox(openMemoryRecordStore());
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
      await ceph.stop();
    },
  };
}
