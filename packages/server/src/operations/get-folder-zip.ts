/**
 * Our own: everything under a prefix as one archive, `GET /BUCKET?latchkey-zip&prefix=PREFIX`. What whoever asks may not read is left out.
 */
import { setImmediate } from 'node:timers/promises';
import { invalidArgument, S3Error } from '@latchkey/s3/errors';
import type { ObjectKey } from '@latchkey/s3/names';
import { attachment } from '@latchkey/sigv4/content-disposition';
import type { ListedObject, ObjectStore } from '@latchkey/storage/object-store';
import { queryValue } from '../headers.ts';
import type { Authorised } from '../pipeline.ts';
import { zipNames } from '../zip/safe-name.ts';
import { zipSize } from '../zip/zip-size.ts';
import { type ZipEntry, zipStream } from '../zip/zip-stream.ts';
import { bucketOperation } from './define.ts';
import { bucketArn, objectArn } from './permissions.ts';

/** The directory at the end of an archive is kept in memory until it is sent: a few megabytes of names, and as many for telling them apart. */
const MOST_IN_ZIP = 50_000;
const MOST_NAME_BYTES = 8 * 1024 * 1024;
/** Measuring is work before anything is sent, which anybody with a link can ask for. */
const MOST_MEASURED_AT_ONCE = 4;
const PAGE = 1000;

export const getFolderZip = bucketOperation({
  name: 'GetFolderZip',
  method: 'GET',
  subresource: 'latchkey-zip',
  needs: (request) => [{ action: 's3:ListBucket', resource: bucketArn(request.bucket) }],
  async run(request, { objects }) {
    const prefix = queryValue(request, 'prefix') ?? '';
    const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
    const contentLength = await inTurn(() => measured(objects, request, prefix, folder));
    const name = folder.split('/').findLast((part) => part !== '') ?? request.bucket;
    return {
      status: 200,
      headers: ['Content-Type', 'application/zip', 'Content-Disposition', attachment(`${name}.zip`), 'Cache-Control', 'private, no-store'],
      body: zipStream(entriesOf(objects, request, prefix, folder)),
      contentLength,
    };
  },
});

type Asked = Authorised & { readonly bucket: NonNullable<Authorised['bucket']> };

let measuring = 0;

async function inTurn(measure: () => Promise<number>): Promise<number> {
  if (measuring >= MOST_MEASURED_AT_ONCE) throw new S3Error('SlowDown');
  measuring += 1;
  try {
    return await measure();
  } finally {
    measuring -= 1;
  }
}

/**
 * How long the archive will be. What can be refused is, before the first byte. Where an object comes, goes or changes while the archive is
 * on its way, the lengths differ and the connection is cut: nobody takes it for whole.
 */
async function measured(objects: ObjectStore, request: Asked, prefix: string, folder: string): Promise<number> {
  const nameOf = zipNames();
  const size = zipSize();
  let nameBytes = 0;
  let count = 0;
  for await (const { key, sizeBytes } of readable(objects, request, prefix)) {
    count += 1;
    const name = nameOf(key.slice(folder.length), sizeBytes);
    nameBytes += Buffer.byteLength(name);
    if (count > MOST_IN_ZIP || nameBytes > MOST_NAME_BYTES)
      throw invalidArgument(`An archive holds ${MOST_IN_ZIP} objects at most, and ${MOST_NAME_BYTES} bytes of names.`, 'prefix', prefix);
    size.add(name, sizeBytes);
  }
  if (count === 0) throw new S3Error('NoSuchKey', { fields: { Key: prefix } });
  return size.sizeBytes();
}

async function* entriesOf(objects: ObjectStore, request: Asked, prefix: string, folder: string): AsyncGenerator<ZipEntry> {
  const nameOf = zipNames();
  for await (const { key } of readable(objects, request, prefix)) {
    const object = await objects.openObject(request.bucket, key);
    if (object === undefined) continue;
    const { sizeBytes, lastModified } = object.record;
    try {
      yield { name: nameOf(key.slice(folder.length), sizeBytes), modified: lastModified, sizeBytes, bytes: () => object.read() };
    } finally {
      await object.close();
    }
  }
}

/** Those that whoever asks may read, by the policies as they are at that moment; a page of the listing in memory at a time. */
async function* readable(objects: ObjectStore, request: Asked, prefix: string): AsyncGenerator<ListedObject> {
  let after: string | undefined;
  do {
    const page = await objects.listObjects(request.bucket, { prefix, after, limit: PAGE });
    for (const entry of page.entries) if (entry.kind === 'object' && (await mayRead(request, entry.record.key))) yield entry.record;
    after = page.next;
    // A page is a few milliseconds of work: others get their turn between two.
    await setImmediate();
  } while (after !== undefined);
}

async function mayRead(request: Asked, key: ObjectKey): Promise<boolean> {
  try {
    await request.demand({ action: 's3:GetObject', resource: objectArn(request.bucket, key) });
    return true;
  } catch (refusal) {
    if (refusal instanceof S3Error && refusal.code === 'AccessDenied') return false;
    throw refusal;
  }
}
