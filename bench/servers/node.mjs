// A node as a cluster has them: objects in another S3, everything else in a PostgreSQL.
import { openS3ObjectStore } from '@latchkey/objects-s3/s3-object-store';
import { openPostgresStores } from '@latchkey/records-postgres/postgres-stores';
import { OUTLASTING } from '@latchkey/server/identity/outlasting';
import { recordOutbox } from '@latchkey/storage/record-outbox';
import { serve } from '../serve.mjs';

const { root, region, upstream, postgres } = JSON.parse(process.argv[2]);
const stores = await openPostgresStores({ url: postgres, outlasting: OUTLASTING });
const direct = { endpoint: upstream, credentials: root };
await serve({
  ...stores,
  objects: openS3ObjectStore({ endpoint: upstream, region, credentials: root, direct, outbox: recordOutbox(stores.records) }),
  region,
  root,
});
