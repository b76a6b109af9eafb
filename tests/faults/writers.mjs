// 32 writers on a local object store, until somebody kills them: `node writers.mjs DIRECTORY SEED`. Each writer has keys of its own. Before
// an operation it writes a line saying what it is about to do, and after the acknowledgement a line saying so:
//   {"begin": 17, "key": "w3-1", "after": "3f2a…" | null}     the ETag the key is to have, or null for a delete
//   {"done": 17}
import { writeSync } from 'node:fs';
import { openLocalObjectStore } from '@latchkey/objects-local/local-object-store';
import { contentOf, md5, randomFrom } from './content.mjs';

const WRITERS = 32;
const KEYS_EACH = 4;
const NOTHING = { headers: {}, metadata: {} };
const [directory = '', seed = ''] = process.argv.slice(2);
const random = randomFrom(Number(seed));
const store = await openLocalObjectStore({ directory, collectAfterMs: 50, collectEveryMs: 20 });
if ((await store.getBucket('crash')) === undefined) await store.createBucket({ name: 'crash', createdAt: Date.now(), region: 'us-east-1' });

let count = 0;
await Promise.all(
  Array.from({ length: WRITERS }, async (_, writer) => {
    for (;;) await step(`w${writer}-${Math.floor(random() * KEYS_EACH)}`);
  }),
);

async function step(key) {
  const name = `${seed}/${key}/${count}`;
  const dice = random();
  if (dice < 0.4) return put(key, contentOf(name, Math.floor(random() * 4000)));
  if (dice < 0.65) return put(key, contentOf(name, 17_000 + Math.floor(random() * 600_000)));
  if (dice < 0.8) return acknowledged(key, null, () => store.deleteObject('crash', key));
  const last = contentOf(`${name}/last`, Math.floor(random() * 100_000));
  return upload(key, dice < 0.83 ? [contentOf(`${name}/first`, 5 * 1024 * 1024), last] : [last], dice > 0.95);
}

function put(key, content) {
  return acknowledged(key, md5(content), () => store.putObject('crash', key, body(content), NOTHING, { now: Date.now() }));
}

/** A multipart upload, one of whose parts is uploaded twice; some are left unfinished, some aborted. */
async function upload(key, contents, isGivenUp) {
  const { uploadId } = await store.createUpload('crash', key, NOTHING, { now: Date.now() });
  const part = (content, index) => store.uploadPart('crash', key, uploadId, index + 1, body(content), { now: Date.now() });
  await part(contentOf('replaced', 30_000), contents.length - 1);
  const parts = await Promise.all(contents.map(part));
  if (isGivenUp) return random() < 0.5 ? store.abortUpload('crash', key, uploadId) : undefined;
  const etag = `${md5(Buffer.concat(parts.map((each) => Buffer.from(each.etag, 'hex'))))}-${parts.length}`;
  const named = parts.map((each) => ({ partNumber: each.partNumber, etag: each.etag }));
  return acknowledged(key, etag, () => store.completeUpload('crash', key, uploadId, named, { now: Date.now() }));
}

async function acknowledged(key, after, run) {
  const number = count++;
  writeSync(1, `${JSON.stringify({ begin: number, key, after })}\n`);
  await run();
  writeSync(1, `${JSON.stringify({ done: number })}\n`);
}

function body(content) {
  return {
    sizeBytes: content.length,
    bytes: (async function* () {
      for (let at = 0; at < content.length; at += 65_536) yield content.subarray(at, at + 65_536);
    })(),
  };
}
