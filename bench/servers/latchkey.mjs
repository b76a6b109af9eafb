// Latchkey as `latchkey serve` runs it, in one process.
import { openLocalObjectStore } from '@latchkey/objects-local/local-object-store';
import { openLmdbRecordStore } from '@latchkey/records-lmdb/lmdb-record-store';
import { openLocalTrailStore } from '@latchkey/records-lmdb/local-trail-store';
import { openLocalUseStore } from '@latchkey/records-lmdb/local-use-store';
import { serve } from '../serve.mjs';

const { directory, root, region, links = 0, auditReads = 'all', webhooks } = JSON.parse(process.argv[2]);
const records = await openLmdbRecordStore({ directory: `${directory}/records` });
if (links > 0) await fillWithLinks(records, links);
await serve({
  objects: await openLocalObjectStore({ directory: `${directory}/objects` }),
  records,
  uses: await openLocalUseStore({ directory: `${directory}/records/uses` }),
  trail: await openLocalTrailStore({ directory: `${directory}/audit` }),
  auditReads,
  webhooks,
  region,
  root,
});

/** Links that nobody uses, as records of the size that links have. */
async function fillWithLinks(records, count) {
  const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  for (let done = 0; done < count; done += 5000) {
    const changes = Array.from({ length: Math.min(5000, count - done) }, (_, i) => {
      let id = 'LKLN';
      for (let left = done + i, digit = 0; digit < 16; digit++, left = Math.floor(left / 32)) id += base32[left % 32];
      const terms = { expiresAt: Date.now() + 3_600_000, maxUses: 10, sourceIp: ['10.0.0.0/8'] };
      const secret = { key: 'nobody', nonce: 'x'.repeat(16), text: 'x'.repeat(76) };
      const value = {
        id,
        issuer: { kind: 'root' },
        createdBy: 'arn:aws:iam::1:root',
        createdWith: root.accessKeyId,
        createdAt: done,
        method: 'GET',
      };
      return {
        put: {
          kind: 'link',
          id,
          value: { ...value, bucket: 'bench', key: `object-${id}`, terms, status: 'active', secret, signedAt: done },
        },
      };
    });
    await records.commit(changes);
  }
}
