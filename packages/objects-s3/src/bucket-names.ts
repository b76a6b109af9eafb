/** What our buckets are called upstream. */
import { S3Error } from '@latchkey/s3/errors';
import { type BucketName, isBucketName } from '@latchkey/s3/names';

export type BucketNames = {
  /** The upstream's name of a bucket. Throws NoSuchBucket for one that is not served. */
  theirs(ours: BucketName): string;
  /** Our name of an upstream bucket; undefined for one that is not served. */
  ours(theirs: string): BucketName | undefined;
  /** What all upstream names begin with. */
  readonly prefix: string;
  /** Claims that buckets are those that were named, and that none is made or removed. */
  readonly isFixed: boolean;
};

/** Every bucket of the upstream whose name begins with `prefix`, without it. */
export function prefixedNames(prefix: string): BucketNames {
  return {
    theirs: (ours) => prefix + ours,
    ours(theirs) {
      const name = theirs.slice(prefix.length);
      return theirs.startsWith(prefix) && isBucketName(name) ? name : undefined;
    },
    prefix,
    isFixed: false,
  };
}

/** Only these buckets, by our names. */
export function fixedNames(pairs: ReadonlyMap<BucketName, string>): BucketNames {
  const back = new Map([...pairs].map(([ours, theirs]) => [theirs, ours]));
  return {
    theirs(ours) {
      const theirs = pairs.get(ours);
      if (theirs === undefined) throw new S3Error('NoSuchBucket', { fields: { BucketName: ours } });
      return theirs;
    },
    ours: (theirs) => back.get(theirs),
    prefix: '',
    isFixed: true,
  };
}
