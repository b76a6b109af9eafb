import { openS3ObjectStore } from '@latchkey/objects-s3/s3-object-store';
import { openMemoryRecordStore } from '@latchkey/storage/memory-record-store';
import { type OpenedObjectStore, objectStoreSuite } from '@latchkey/storage/object-store-suite';
import { recordOutbox } from '@latchkey/storage/record-outbox';
import { describe } from 'vitest';
import { CEPH_PROGRAMS, startCeph } from '../support/ceph.ts';
import { CEPH_LACKS } from '../support/ceph-lacks.ts';
import { pathOf } from '../support/path-of.ts';
import { needs } from '../support/programs.ts';

const { timeOfTagged, checksums, deleteConditions, completionConditions, someParts, uploadTags, uploadOrder, partRanges } = CEPH_LACKS;

/** What plain S3 has no words for, and what Ceph 16 does not do. */
const lacks = {
  ...{ timeOfTagged, checksums, deleteConditions, completionConditions, someParts, uploadTags, uploadOrder, partRanges },
  times: 'S3 says itself when something was written',
  zeroBytes: 'Ceph refuses them',
  completedAgain: 'Ceph does not look at the parts again',
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
