import { presign } from '@latchkey/sigv4';
import type { Served } from './served.ts';

/** For clients that want their bucket made beforehand. */
export async function makeBucket(store: Served, bucket: string): Promise<void> {
  const { endpoint, region, credentials } = store;
  const { url } = presign({ method: 'PUT', bucket, region, endpoint, credentials, expiresIn: '1m' });
  const reply = await fetch(url, { method: 'PUT' });
  if (!reply.ok) throw new Error(`${bucket} could not be made: ${await reply.text()}`);
}
