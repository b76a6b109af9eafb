/** Objects of a test server in the Ceph of the project `wire-cluster`. */
import { randomBytes } from 'node:crypto';
import { openS3ObjectStore } from '@latchkey/objects-s3/s3-object-store';
import { sign } from '@latchkey/sigv4/sign';
import type { ObjectStore } from '@latchkey/storage/object-store';
import { recordOutbox } from '@latchkey/storage/record-outbox';
import type { RecordStore } from '@latchkey/storage/record-store';
import { inject } from 'vitest';
import type {} from './wire-ceph.ts';

/**
 * A store in which there is nothing yet; undefined where the project has no Ceph. Its user is the only one of a tenant, so that it has all names of
 * buckets to itself.
 */
export async function objectsOverCeph(records: RecordStore, shownRegion: string): Promise<ObjectStore | undefined> {
  const ceph = inject('ceph');
  if (ceph === undefined) return undefined;
  const { endpoint, region } = ceph;
  const name = randomBytes(8).toString('hex');
  const credentials = { accessKeyId: `WIRE${name.toUpperCase()}`, secretAccessKey: randomBytes(20).toString('hex') };
  const wanted = { tenant: name, uid: 'wire', 'display-name': 'Wire tests', 'max-buckets': '10000' };
  const keys = { 'access-key': credentials.accessKeyId, 'secret-key': credentials.secretAccessKey };
  const url = `${endpoint}/admin/user?${new URLSearchParams({ ...wanted, ...keys })}`;
  const { headers } = sign({ method: 'PUT', url, region, credentials: ceph.credentials });
  const reply = await fetch(url, { method: 'PUT', headers });
  if (!reply.ok) throw new Error(`Ceph made no user: ${reply.status} ${await reply.text()}`);
  return openS3ObjectStore({ endpoint, region, credentials, shownRegion, outbox: recordOutbox(records) });
}
