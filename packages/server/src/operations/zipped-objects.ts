/** The objects that go into an archive: all under a prefix, or those that a link names one by one. */
import { setImmediate } from 'node:timers/promises';
import { S3Error } from '@latchkey/s3/errors';
import type { ObjectKey } from '@latchkey/s3/names';
import type { ListedObject, ObjectStore } from '@latchkey/storage/object-store';
import { queryValue } from '../headers.ts';
import { linkOf } from '../identity/principals.ts';
import { sharedPrefix } from '../links/link-keys.ts';
import type { Revocations } from '../links/revocations.ts';
import type { Authenticated, Authorised } from '../pipeline.ts';
import { objectArn } from './permissions.ts';

export type Asked = Authorised & { readonly bucket: NonNullable<Authorised['bucket']> };
type Place = { readonly objects: ObjectStore; readonly revocations: Pick<Revocations, 'find'> };

const PAGE = 1000;

/** What all keys begin with that are asked for, up to a slash: names in the archive begin behind it. */
export function folderOf(request: Asked): string {
  const prefix =
    chosenKeys(request) === undefined ? (queryValue(request, 'prefix') ?? '') : (sharedPrefix(linkOf(request.principal)!) ?? '');
  return prefix.slice(0, prefix.lastIndexOf('/') + 1);
}

/** Of a link that names its objects: its signature says no more than that they are asked for. */
export function chosenKeys({ principal }: Asked): readonly string[] | undefined {
  return linkOf(principal)?.keys;
}

/** Those that whoever asks may read, by the policies and revocations as they are at that moment; a page of the listing in memory at a time. */
export async function* zippedObjects(request: Asked, place: Place): AsyncGenerator<ListedObject> {
  const keys = chosenKeys(request);
  const all = keys === undefined ? listed(request, place.objects) : chosen(keys as readonly ObjectKey[], request, place.objects);
  for await (const record of all) if (await mayRead(request, record.key, place)) yield record;
}

async function* listed(request: Asked, objects: ObjectStore): AsyncGenerator<ListedObject> {
  const prefix = queryValue(request, 'prefix') ?? '';
  let after: string | undefined;
  do {
    const page = await objects.listObjects(request.bucket, { prefix, after, limit: PAGE });
    for (const entry of page.entries) if (entry.kind === 'object') yield entry.record;
    after = page.next;
    // A page is a few milliseconds of work: others get their turn between two.
    await setImmediate();
  } while (after !== undefined);
}

async function* chosen(keys: readonly ObjectKey[], { bucket }: Asked, objects: ObjectStore): AsyncGenerator<ListedObject> {
  for (const key of keys) {
    const record = await objects.headObject(bucket, key);
    if (record !== undefined) yield record;
  }
}

async function mayRead(request: Asked, key: ObjectKey, { revocations }: Place): Promise<boolean> {
  const { signature } = request;
  const isPresigned = signature !== undefined && signature.authType !== 'REST-HEADER';
  if (isPresigned && (await revocations.find({ ...request, key } as Authenticated)) !== undefined) return false;
  try {
    await request.demand({ action: 's3:GetObject', resource: objectArn(request.bucket, key) });
    return true;
  } catch (refusal) {
    if (refusal instanceof S3Error && refusal.code === 'AccessDenied') return false;
    throw refusal;
  }
}
