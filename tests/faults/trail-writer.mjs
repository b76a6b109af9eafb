// Records changes in the audit trail of a directory, eight at a time, and reads between them, until somebody ends it or LIMIT is reached:
// `node trail-writer.mjs DIRECTORY NAME [LIMIT]`. Prints the key of each change that was acknowledged, a line each; those that were refused with
// an exclamation mark in front. A line on stdin is a number of bytes that are taken from the disk beside the trail.
import { writeFileSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { openLocalTrailStore } from '@latchkey/records-lmdb/local-trail-store';
import { chainKey } from '@latchkey/server/audit/chain';
import { openAuditTrail } from '@latchkey/server/audit/open-trail';

const [directory = '', name = '', limit = 'Infinity'] = process.argv.slice(2);
const key = chainKey('0001', 'a key of an audit trail, for tests');
const store = await openLocalTrailStore({ directory: `${directory}/audit` });
const trail = await openAuditTrail({
  store,
  keys: async () => ({ newest: key, all: [key] }),
  site: { accountId: '123456789012', region: 'us-east-1' },
  // A few of them in every run.
  segmentBytes: 256 * 1024,
  log: { info() {}, error() {} },
  now: Date.now,
});
createInterface({ input: process.stdin }).on('line', (bytes) => writeFileSync(`${directory}/ballast`, Buffer.alloc(Number(bytes), 1)));

let count = 0;
await Promise.all(Array.from({ length: 8 }, work));
await trail.close();
await store.close();
process.exit(0);

async function work() {
  while (count < Number(limit)) {
    const own = `${name}-${count++}`;
    const isLong = count % 50 === 0;
    trail.record(event('GetObject', `read ${own}`, true), 'soon');
    try {
      trail.requireRoom('before-reply');
      await trail.record(event('PutObject', own, false, isLong ? 'x'.repeat(9000) : ''), 'before-reply');
      writeSync(1, `${own}\n`);
    } catch {
      writeSync(1, `!${own}\n`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

function event(operation, objectKey, isReadOnly, more = '') {
  const at = Date.now();
  return {
    source: 's3',
    name: operation,
    isReadOnly,
    incoming: { method: 'PUT', rawTarget: '/', headers: [], peer: { address: '192.0.2.1', secure: false }, requestId: '0', receivedAt: at },
    query: [{ name: 'more', value: more }],
    bucket: 'box',
    key: objectKey,
    principal: { kind: 'anonymous' },
    status: 200,
    bytesIn: 0,
    bytesOut: 0,
    endedAt: at,
  };
}
