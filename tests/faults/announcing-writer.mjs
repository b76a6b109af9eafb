// Writes objects over an S3, each announced, until it is killed: `node announcing-writer.mjs RECORDS ENDPOINT ROUND STOPS`. Prints a line for what was
// acknowledged. STOPS says where it stands still for good at its sixth change: `made`, when the upstream has made it and nothing of that is
// kept; `meant`, when it is kept that it is about to be made; `nowhere`.
import { openS3ObjectStore } from '@latchkey/objects-s3/s3-object-store';
import { openLmdbRecordStore } from '@latchkey/records-lmdb/lmdb-record-store';
import { recordOutbox } from '@latchkey/storage/record-outbox';

const [directory = '', endpoint = '', round = '', stops = ''] = process.argv.slice(2);
const credentials = { accessKeyId: process.env.UPSTREAM_ID ?? '', secretAccessKey: process.env.UPSTREAM_SECRET ?? '' };
const outbox = recordOutbox(await openLmdbRecordStore({ directory }));
let changes = 0;
const standStill = () => {
  console.log('stands still');
  return new Promise(() => setInterval(() => undefined, 1000));
};
const stopping = {
  ...outbox,
  async intend(...intended) {
    const intent = await outbox.intend(...intended);
    changes += 1;
    if (stops === 'meant' && changes === 6) await standStill();
    return intent;
  },
  async add(...told) {
    if (stops === 'made' && changes === 6) await standStill();
    return outbox.add(...told);
  },
};
const store = openS3ObjectStore({ endpoint, region: 'us-east-1', credentials, outbox: stopping });
const announced = (what) => ({ announce: [{ to: 'hook', what }] });

for (let i = 0; ; i++) {
  const key = `${round}-${i}`;
  // One in three is larger than what is sent from memory.
  const bytes = Buffer.alloc(i % 3 === 0 ? 300_000 : 10, 'x');
  const body = {
    sizeBytes: bytes.length,
    bytes: (async function* () {
      yield bytes;
    })(),
  };
  await store.putObject('box', key, body, { headers: {}, metadata: {} }, { now: Date.now(), ...announced(`put ${key}`) });
  console.log(`put ${key}`);
  if (i % 4 !== 3) continue;
  await store.deleteObject('box', key, undefined, announced(`gone ${key}`));
  console.log(`gone ${key}`);
}
