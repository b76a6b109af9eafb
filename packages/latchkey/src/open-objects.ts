import { readFile } from 'node:fs/promises';
import type { S3ObjectStoreOptions } from '@latchkey/objects-s3/s3-object-store';
import type { Log } from '@latchkey/server/log';
import type { Credentials } from '@latchkey/sigv4/credentials';
import type { ObjectStore } from '@latchkey/storage/object-store';
import { recordOutbox } from '@latchkey/storage/record-outbox';
import type { RecordStore } from '@latchkey/storage/record-store';
import type { Config } from './config.ts';
import { Failure } from './failure.ts';
import type { UpstreamConfig, UpstreamCredentials } from './upstream-url.ts';

/** Opens the object store that a configuration names. */
export async function openObjects(
  { objects, region }: Pick<Config, 'objects' | 'region'>,
  records: RecordStore,
  log: Log,
): Promise<ObjectStore> {
  const onReadOnly = (sentence: string) => log.error('store is read-only', { cause: sentence });
  const causeOf = (error: unknown) => ({ cause: error instanceof Error ? error.message : String(error) });
  if (objects.kind === 's3') {
    // With the records, so that whichever node sends events finds those of all.
    const store = await openUpstream(objects, { shownRegion: region, outbox: recordOutbox(records) });
    // The upstream may come later than we do; until then requests are answered with 503, and so is /-/health/ready.
    await store.checkHealth().catch((error: Error) => log.error('the upstream is not ready', { cause: String(error.cause ?? error) }));
    return store;
  }
  const onBackgroundError = (error: unknown) => log.error('work in the background failed', causeOf(error));
  const { openLocalObjectStore } = await import('@latchkey/objects-local/local-object-store');
  return openLocalObjectStore({ directory: objects.directory, onReadOnly, onBackgroundError });
}

/** Opens what is in an S3 that exists already. Nothing is asked of it yet. */
export async function openUpstream(
  { endpoint, region, style, buckets, abilities, credentials, direct }: UpstreamConfig,
  site: Pick<S3ObjectStoreOptions, 'shownRegion' | 'outbox'>,
): Promise<ObjectStore> {
  const { openS3ObjectStore } = await import('@latchkey/objects-s3/s3-object-store');
  const { fixedNames, prefixedNames } = await import('@latchkey/objects-s3/bucket-names');
  return openS3ObjectStore({
    endpoint,
    region,
    style,
    names: 'prefix' in buckets ? prefixedNames(buckets.prefix) : fixedNames(buckets.named),
    abilities,
    credentials: await withSecret(credentials),
    direct: direct && { endpoint: direct.endpoint, credentials: await withSecret(direct.credentials) },
    ...site,
  });
}

async function withSecret({ accessKeyId, secret, sessionToken }: UpstreamCredentials): Promise<Credentials> {
  return { accessKeyId, secretAccessKey: await secretOf(secret), sessionToken };
}

async function secretOf(secret: UpstreamCredentials['secret']): Promise<string> {
  if ('text' in secret) return secret.text;
  try {
    return (await readFile(secret.file, 'utf8')).trim();
  } catch (cause) {
    throw new Failure(`${secret.variable} can not be read: ${(cause as Error).message}.`, { cause });
  }
}
