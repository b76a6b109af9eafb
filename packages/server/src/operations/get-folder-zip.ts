/**
 * Our own: everything under a prefix as one archive, `GET /BUCKET?latchkey-zip&prefix=PREFIX`; or through a link the objects that it names.
 * What whoever asks may not read is left out.
 */
import { invalidArgument, S3Error } from '@latchkey/s3/errors';
import { attachment } from '@latchkey/sigv4/content-disposition';
import { queryValue } from '../headers.ts';
import { linkOf } from '../identity/principals.ts';
import type { Stores } from '../pipeline.ts';
import { zipNames } from '../zip/safe-name.ts';
import { zipSize } from '../zip/zip-size.ts';
import { type ZipEntry, zipStream } from '../zip/zip-stream.ts';
import { bucketOperation } from './define.ts';
import { bucketArn } from './permissions.ts';
import { type Asked, chosenKeys, folderOf, zippedObjects } from './zipped-objects.ts';

/** The directory at the end of an archive is kept in memory until it is sent: a few megabytes of names, and as many for telling them apart. */
const MOST_IN_ZIP = 50_000;
const MOST_NAME_BYTES = 8 * 1024 * 1024;
/** Measuring is work before anything is sent, which anybody with a link can ask for. */
const MOST_MEASURED_AT_ONCE = 4;

export const getFolderZip = bucketOperation({
  name: 'GetFolderZip',
  method: 'GET',
  subresource: 'latchkey-zip',
  // Whoever names the objects lists nothing; each is asked for by itself.
  needs: (request) =>
    linkOf(request.principal)?.keys === undefined ? [{ action: 's3:ListBucket', resource: bucketArn(request.bucket) }] : [],
  async run(request, stores) {
    const folder = folderOf(request);
    const contentLength = await inTurn(() => measured(request, stores, folder));
    const name = folder.split('/').findLast((part) => part !== '') ?? (chosenKeys(request) === undefined ? request.bucket : 'files');
    return {
      status: 200,
      headers: ['Content-Type', 'application/zip', 'Content-Disposition', attachment(`${name}.zip`), 'Cache-Control', 'private, no-store'],
      body: zipStream(entriesOf(request, stores, folder)),
      contentLength,
    };
  },
});

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
async function measured(request: Asked, stores: Stores, folder: string): Promise<number> {
  const prefix = queryValue(request, 'prefix') ?? folder;
  const nameOf = zipNames();
  const size = zipSize();
  let nameBytes = 0;
  let count = 0;
  for await (const { key, sizeBytes } of zippedObjects(request, stores)) {
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

async function* entriesOf(request: Asked, stores: Stores, folder: string): AsyncGenerator<ZipEntry> {
  const nameOf = zipNames();
  for await (const { key } of zippedObjects(request, stores)) {
    const object = await stores.objects.openObject(request.bucket, key);
    if (object === undefined) continue;
    const { sizeBytes, lastModified } = object.record;
    try {
      yield {
        name: nameOf(key.slice(folder.length), sizeBytes),
        modified: lastModified,
        sizeBytes,
        bytes: () => object.read(undefined, 'lent'),
      };
    } finally {
      await object.close();
    }
  }
}
