// A node as a cluster has them: objects in another S3, everything else in a PostgreSQL.
import { openS3ObjectStore } from '@latchkey/objects-s3/s3-object-store';
import { openPostgresStores } from '@latchkey/records-postgres/postgres-stores';
import { keepRequestsYoung } from '@latchkey/server/heap';
import { OUTLASTING } from '@latchkey/server/identity/outlasting';
import { jsonLog } from '@latchkey/server/log';
import { startServer } from '@latchkey/server/start-server';
import { recordOutbox } from '@latchkey/storage/record-outbox';

keepRequestsYoung();
const { root, region, upstream, postgres } = JSON.parse(process.argv[2]);
const stores = await openPostgresStores({ url: postgres, outlasting: OUTLASTING });
const direct = { endpoint: upstream, credentials: root };
const running = await startServer({
  ...stores,
  objects: openS3ObjectStore({ endpoint: upstream, region, credentials: root, direct, outbox: recordOutbox(stores.records) }),
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
process.stdout.write(`${JSON.stringify({ port: Number(new URL(running.s3).port), console: running.console })}\n`);
process.on('SIGTERM', () => running.close(0).then(() => process.exit(0)));
