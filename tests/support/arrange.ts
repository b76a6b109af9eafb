/** What a test finds in place before its client starts, made without that client: a process for each of fifty objects takes its time. */
import { presign } from '@latchkey/sigv4';
import type { Served } from './served.ts';

export function makeBucket(store: Served, bucket: string): Promise<void> {
  return put(store, bucket);
}

/** Puts objects whose content is their key. */
export async function putObjects(store: Served, bucket: string, keys: readonly string[]): Promise<void> {
  await Promise.all(keys.map((key) => put(store, bucket, key)));
}

async function put({ endpoint, region, credentials }: Served, bucket: string, key?: string): Promise<void> {
  const { url } = presign({ method: 'PUT', bucket, ...(key !== undefined && { key }), region, endpoint, credentials, expiresIn: '5m' });
  const reply = await fetch(url, { method: 'PUT', ...(key !== undefined && { body: key }) });
  if (!reply.ok) throw new Error(`${bucket}/${key ?? ''} could not be made: ${await reply.text()}`);
}
