import { createHash } from 'node:crypto';
import type { BucketName, ObjectKey } from '@latchkey/s3/names';
import { taggingXml } from '@latchkey/s3/tagging';
import type { ObjectProperties, ObjectStore } from '@latchkey/storage/object-store';
import { announcedChange } from './announced-change.ts';
import { deleteConditionHeaders, underCondition } from './conditions.ts';
import type { Context } from './context.ts';
import { existingKey, headObject } from './head-object.ts';
import { headParts } from './head-parts.ts';
import { listObjects } from './listing.ts';
import { openObject } from './open-object.ts';
import { putObject } from './put-object.ts';

type Objects = Pick<ObjectStore, 'putObject' | 'headObject' | 'headParts' | 'openObject' | 'deleteObject' | 'setTags' | 'listObjects'>;

export function objectsOf(context: Context): Objects {
  const { upstream } = context;
  return {
    async putObject(bucket, key, body, properties, options) {
      const write = () =>
        announcedChange(context, { bucket, key }, options, async (aboutTo) => {
          const object = await putObject(context, aboutTo, bucket, key, body, properties, options);
          return { result: object, object };
        });
      return underCondition(context, { bucket, key }, options.condition, write);
    },
    headObject: (bucket, key) => headObject(context, bucket, key),
    headParts: (bucket, key, options) => headParts(context, bucket, key, options),
    openObject: (bucket, key, options) => openObject(context, bucket, key, options),
    /**
     * True also where there was none: the upstream does not tell, and asking before would cost a request. Where the change is announced it is
     * asked, since nothing is to be told of what changed nothing.
     */
    async deleteObject(bucket, key, condition, options) {
      const headers = await deleteConditionHeaders(context, bucket, condition);
      const wasThere = options?.announce === undefined || (await headObject(context, bucket, key)) !== undefined;
      const request = { method: 'DELETE', bucket, key, headers, isOnce: condition !== undefined } as const;
      const remove = () =>
        announcedChange(context, { bucket, key }, wasThere ? options : undefined, async (aboutTo) => {
          await aboutTo?.({ kind: 'nothing' });
          return { result: await upstream.tell(request) };
        });
      await underCondition(context, { bucket, key }, condition, remove);
      return wasThere;
    },
    async setTags(bucket, key, tags, options) {
      return announcedChange(context, { bucket, key }, options, async (aboutTo) => {
        await aboutTo?.({ kind: 'tags', tags: tags ?? {} });
        const isChanged = await setTags(context, bucket, key, tags);
        return { result: isChanged, isChanged, object: isChanged && aboutTo ? await headObject(context, bucket, key) : undefined };
      });
    },
    listObjects: (bucket, options) => listObjects(context, bucket, options),
  };
}

async function setTags(context: Context, bucket: BucketName, key: ObjectKey, tags: ObjectProperties['tags']): Promise<boolean> {
  const request = { bucket, key, query: { tagging: '' }, accepts: [404] };
  const body = tags && taggingXml(tags);
  const headers = { 'content-type': 'application/xml', 'content-md5': body && createHash('md5').update(body).digest('base64') };
  const { upstream } = context;
  const answer = await (body === undefined
    ? upstream.tell({ method: 'DELETE', ...request })
    : upstream.tell({ method: 'PUT', ...request, headers, body }));
  if (answer.status !== 404) return true;
  await existingKey(context, bucket, answer);
  return false;
}
