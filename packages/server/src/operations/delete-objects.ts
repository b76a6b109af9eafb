import { type DeleteOutcome, deleteObjectsXml, type ObjectToDelete, parseDeleteObjects } from '@latchkey/s3/delete-objects';
import { S3Error } from '@latchkey/s3/errors';
import type { AffectedObject } from '../audit/event.ts';
import { documentBody } from '../body.ts';
import type { Authorised, Stores } from '../pipeline.ts';
import { bucketOperation } from './define.ts';
import { existingBucket } from './existing-bucket.ts';
import { objectArn } from './permissions.ts';
import { xmlReply } from './replies.ts';

/** 1000 keys of 1024 bytes, each byte written as an entity. */
const MAX_DOCUMENT_BYTES = 8 * 1024 * 1024;
const AT_ONCE = 50;

/** Each key is allowed or refused by itself, which is why the operation as a whole needs nothing. */
export const deleteObjects = bucketOperation({
  name: 'DeleteObjects',
  method: 'POST',
  subresource: 'delete',
  needs: () => [],
  async run(request, stores) {
    await refuseHopeless(request, stores);
    const document = await documentBody(request, { maxBytes: MAX_DOCUMENT_BYTES, requiresDigest: true });
    const { objects, quiet, refused } = parseDeleteObjects(document);
    await existingBucket(stores, request.bucket);
    const outcomes: DeleteOutcome[] = refused.map(({ key, error }) => ({ key, error }));
    for (let i = 0; i < objects.length; i += AT_ONCE) {
      outcomes.push(...(await Promise.all(objects.slice(i, i + AT_ONCE).map((object) => deleteOne(request, stores, object)))));
    }
    return {
      ...xmlReply(deleteObjectsXml(outcomes, { quiet })),
      notes: { affected: outcomes.map((outcome) => affectedBy(outcome, request)) },
    };
  },
});

/** Whoever may delete nothing here has no business sending megabytes: strangers are only let in by a bucket's policy. */
async function refuseHopeless({ principal, bucket }: Authorised & InBucket, { access }: Stores): Promise<void> {
  if (principal.kind !== 'anonymous') return;
  const reached = await access.find(bucket);
  if (reached?.policy === undefined || (reached.isPublic && reached.block.restrictPublicBuckets)) throw new S3Error('AccessDenied');
}

async function deleteOne(request: Authorised & InBucket, stores: Stores, object: ObjectToDelete): Promise<DeleteOutcome> {
  const { key, versionId } = object;
  try {
    const action = versionId === undefined ? 's3:DeleteObject' : 's3:DeleteObjectVersion';
    await request.demand({ action, resource: objectArn(request.bucket, key) });
    if (versionId !== undefined && versionId !== 'null') throw new S3Error('NoSuchVersion');
    const announce = await stores.events.ofObject(request, 'ObjectRemoved:Delete', key);
    await stores.objects.deleteObject(request.bucket, key, object, { announce });
    return { key, versionId };
  } catch (error) {
    if (!(error instanceof S3Error)) throw error;
    return { key, versionId, error };
  }
}

/** Each key is an event of its own, as if it had been deleted alone. */
function affectedBy(outcome: DeleteOutcome, { bucket }: InBucket): AffectedObject {
  const affected = { operation: 'DeleteObject', bucket, key: outcome.key };
  return 'error' in outcome ? { ...affected, error: outcome.error } : affected;
}

type InBucket = { readonly bucket: Parameters<Stores['objects']['deleteObject']>[0] };
