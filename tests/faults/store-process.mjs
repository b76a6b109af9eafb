// A process that has a local object store open and does what it is told: `node store-process.mjs DIRECTORY [OPTIONS AS JSON]`, a command a
// line on stdin, an answer a line on stdout. Objects are made of contentOf(NAME, SIZE).
//   {"id": 1, "put": "key", "name": "n", "sizeBytes": 10, "condition": {}}  →  {"id": 1, "returned": {"etag": …}} or {"id": 1, "code": …}
//   {"id": 2, "get": "key"}  →  {"returned": {"etag": …, "md5": …}}      likewise delete, health, collect, close;
//   {"ballast": BYTES} takes so many bytes of the disk from the store, 0 gives them back
import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { openLocalObjectStore } from '@latchkey/objects-local/local-object-store';
import { contentOf, md5 } from './content.mjs';

const [directory = '', options = '{}'] = process.argv.slice(2);
let aheadMs = 0;
const store = await openLocalObjectStore({ ...JSON.parse(options), directory, clock: () => Date.now() + aheadMs });
if ((await store.getBucket('faults')) === undefined) {
  // Another process may be quicker.
  await store.createBucket({ name: 'faults', createdAt: 0, region: 'us-east-1' }).catch(() => undefined);
}
answer({ ready: true });
for await (const line of createInterface({ input: process.stdin })) void obey(JSON.parse(line));

async function obey(command) {
  try {
    answer({ id: command.id, returned: (await run(command)) ?? null });
  } catch (error) {
    answer({ id: command.id, code: error.code ?? error.name, status: error.status, reason: String(error.cause ?? error.message) });
  }
}

async function run(command) {
  if (command.put !== undefined) {
    const content = contentOf(command.name, command.sizeBytes);
    const body = { sizeBytes: content.length, bytes: chunksOf(content) };
    const options = { now: Date.now(), condition: command.condition };
    return store.putObject('faults', command.put, body, { headers: {}, metadata: {} }, options);
  }
  if (command.get !== undefined) {
    const open = await store.openObject('faults', command.get);
    if (open === undefined) return undefined;
    const chunks = [];
    for await (const chunk of open.read()) chunks.push(chunk);
    return { etag: open.record.etag, md5: md5(Buffer.concat(chunks)) };
  }
  if (command.delete !== undefined) return store.deleteObject('faults', command.delete);
  if (command.health) return store.checkHealth();
  if (command.collect) {
    // Everything is due in an hour.
    aheadMs = 3_600_000;
    return store.collect();
  }
  if (command.ballast !== undefined) return writeFileSync(`${directory}.ballast`, Buffer.alloc(command.ballast, 1));
  if (command.close) {
    await store.close();
    process.exit(0);
  }
  throw new Error(`no such command: ${JSON.stringify(command)}`);
}

async function* chunksOf(content) {
  for (let at = 0; at < content.length; at += 65_536) yield content.subarray(at, at + 65_536);
}

function answer(message) {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}
