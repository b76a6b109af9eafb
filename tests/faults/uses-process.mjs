// A process that counts uses in a directory that others count in too: `node uses-process.mjs DIRECTORY`. A command a line on stdin. Each
// grant is printed when it is known, before anything else happens, so that what is printed is what a client could have been given.
//   {"begin": "subject", "maxUses": 3, "count": 50}  →  {"granted": {…}} for each, then {"done": true}: that many at once, or, with
//        "inTurn": true, one after another
//   {"visit": "subject", "maxUses": 3, "count": 50}  →  likewise, but each use ends with nothing delivered:
//        {"from": …, "to": …} in nanoseconds of the machine's clock, between which it was had
//   {"close": true}
import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setImmediate } from 'node:timers/promises';
import { openLocalUseStore } from '@latchkey/records-lmdb/local-use-store';

const WHOLE = { forgetAfter: Date.now() + 3_600_000, kind: 'download', version: 'v1', sizeBytes: 1000, wantedBytes: 1000, isRange: false };

const [directory = ''] = process.argv.slice(2);
const store = await openLocalUseStore({ directory });
print({ ready: true });
for await (const line of createInterface({ input: process.stdin })) {
  const { begin, visit, count, maxUses, inTurn, close } = JSON.parse(line);
  if (close) break;
  const each = begin === undefined ? () => visitOnce(visit, maxUses) : (index) => beginOnce(begin, maxUses, index);
  const numbers = Array.from({ length: count }, (_, index) => index);
  if (inTurn) for (const index of numbers) await each(index);
  else await Promise.all(numbers.map(each));
  print({ done: true });
}
await store.close();

async function beginOnce(subject, maxUses, index) {
  // Wholes by one client, and ranges by many: each is a new use.
  const client = index % 2 === 0 ? 'all' : `${process.pid}-${index}`;
  const answer = await store.begin({ ...WHOLE, subject, maxUses, client, isRange: index % 2 === 1, now: Date.now() });
  if (answer.granted) print({ granted: { subject, useId: answer.useId, isNewUse: answer.isNewUse } });
}

async function visitOnce(subject, maxUses) {
  const answer = await store.begin({ ...WHOLE, subject, maxUses, client: 'all', now: Date.now() });
  if (!answer.granted) return;
  const from = Number(process.hrtime.bigint());
  await setImmediate();
  const to = Number(process.hrtime.bigint());
  print({ from, to });
  const { useId, turnId } = answer;
  await store.end({ subject, useId, turnId, now: Date.now(), deliveredBytes: 0, completed: false });
}

function print(message) {
  writeSync(1, `${JSON.stringify(message)}\n`);
}
