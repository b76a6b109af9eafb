/** How operations are written down: with the names they are sure to have. */
import type { BucketName, ObjectKey } from '@latchkey/s3/names';
import type { Authenticated, Authorised, Operation, Permission, Reply, Site, Stores } from '../pipeline.ts';

type InBucket = { readonly bucket: BucketName };
export type InObject = { readonly bucket: BucketName; readonly key: ObjectKey };

type Definition<Names> = Pick<Operation, 'name' | 'method' | 'subresource' | 'header' | 'authenticatedBy'> & {
  needs(request: Authenticated & Names, stores: Stores, site: Site): readonly Permission[];
  run(request: Authorised & Names, stores: Stores, site: Site): Reply | Promise<Reply>;
};

// The router hands an operation only requests of its own scope, which is why these casts hold.

export function bucketOperation(definition: Definition<InBucket>): Operation {
  return { ...definition, scope: 'bucket' } as Operation;
}

export function objectOperation(definition: Definition<InObject>): Operation {
  return { ...definition, scope: 'object' } as Operation;
}

export function serviceOperation(definition: Definition<unknown>): Operation {
  return { ...definition, scope: 'service' };
}
