// Latchkey as `latchkey serve` runs it, in one process.
import { openLocalObjectStore } from '@latchkey/objects-local/local-object-store';
import { openLmdbRecordStore } from '@latchkey/records-lmdb/lmdb-record-store';
import { openLocalTrailStore } from '@latchkey/records-lmdb/local-trail-store';
import { openLocalUseStore } from '@latchkey/records-lmdb/local-use-store';
import { jsonLog } from '@latchkey/server/log';
import { startServer } from '@latchkey/server/start-server';

const { directory, root, region } = JSON.parse(process.argv[2]);
const running = await startServer({
  objects: await openLocalObjectStore({ directory: `${directory}/objects` }),
  records: await openLmdbRecordStore({ directory: `${directory}/records` }),
  uses: await openLocalUseStore({ directory: `${directory}/records/uses` }),
  trail: await openLocalTrailStore({ directory: `${directory}/audit` }),
  region,
  root,
  listen: { host: '127.0.0.1', port: 0 },
  consoleListen: { host: '127.0.0.1', port: 0 },
  sigv2: true,
  masterKeys: ['a master key for a benchmark'],
  domains: [],
  log: jsonLog((line) => process.stderr.write(line)),
  version: '0.0.0-bench',
});
process.stdout.write(`${JSON.stringify({ port: Number(new URL(running.s3).port) })}\n`);
process.on('SIGTERM', () => running.close(0).then(() => process.exit(0)));
