import { S3Error } from '@latchkey/s3/errors';
import type { BucketName } from '@latchkey/s3/names';
import { childOf, childrenOf, childText } from '@latchkey/s3/xml';
import { element, xmlDocument } from '@latchkey/s3/xml-writer';
import type { BucketRecord, ObjectStore } from '@latchkey/storage/object-store';
import type { Context } from './context.ts';
import { bucketExists } from './head-object.ts';

type Buckets = Pick<ObjectStore, 'createBucket' | 'getBucket' | 'listBuckets' | 'deleteBucket'>;

export function bucketsOf(context: Context): Buckets {
  const { upstream, names } = context;
  const oneAtATime = turnsByName();
  return {
    /** Most stores are content to have one's own bucket created again; so it is looked for first, by one request of a name at a time. */
    createBucket: ({ name }) =>
      oneAtATime(name, async () => {
        requireUnfixed(context);
        if (await bucketExists(context, name)) throw new S3Error('BucketAlreadyOwnedByYou', { fields: { BucketName: name } });
        const body = context.upstreamRegion === 'us-east-1' ? undefined : locationXml(context.upstreamRegion);
        await upstream.tell({ method: 'PUT', bucket: name, body, isOnce: true });
      }),
    async getBucket(name) {
      if (names.isFixed && !isServed(context, name)) return undefined;
      return (await bucketExists(context, name)) ? { name, createdAt: 0, region: context.shownRegion } : undefined;
    },
    async listBuckets({ prefix = '', after = '', limit }) {
      const found: BucketRecord[] = [];
      for await (const bucket of allBuckets(context, prefix)) if (bucket.name.startsWith(prefix) && bucket.name > after) found.push(bucket);
      found.sort((left, right) => (left.name < right.name ? -1 : 1));
      const buckets = found.slice(0, limit);
      return { buckets, next: limit > 0 && found.length > limit ? buckets.at(-1)?.name : undefined };
    },
    async deleteBucket(name) {
      requireUnfixed(context);
      await upstream.tell({ method: 'DELETE', bucket: name, isOnce: true });
    },
  };
}

/** Pages of them from those that know pages; others give all there are, which S3 limits. */
async function* allBuckets({ upstream, names, shownRegion }: Context, prefix: string): AsyncGenerator<BucketRecord, void, undefined> {
  let token: string | undefined;
  do {
    const query = { 'max-buckets': 1000, prefix: names.prefix + prefix || undefined, 'continuation-token': token };
    const { document } = await upstream.ask({ method: 'GET', query }, 'ListAllMyBucketsResult');
    const list = childOf(document, 'Buckets');
    for (const bucket of list === undefined ? [] : childrenOf(list, 'Bucket')) {
      const name = names.ours(childText(bucket, 'Name') ?? '');
      if (name !== undefined) yield { name, createdAt: momentFrom(childText(bucket, 'CreationDate')), region: shownRegion };
    }
    const next = childText(document, 'ContinuationToken') || undefined;
    token = next === token ? undefined : next;
  } while (token !== undefined);
}

/** In whole seconds, as S3 says it; some say it more finely. */
function momentFrom(text: string | undefined): number {
  const moment = Date.parse(text ?? '');
  return Number.isNaN(moment) ? 0 : Math.floor(moment / 1000) * 1000;
}

function requireUnfixed({ names }: Context): void {
  if (names.isFixed) throw new S3Error('AccessDenied', { message: 'The buckets that are served here are set up by the operator.' });
}

function isServed({ names }: Context, name: BucketName): boolean {
  try {
    names.theirs(name);
    return true;
  } catch {
    return false;
  }
}

function locationXml(region: string): string {
  return xmlDocument('CreateBucketConfiguration', [element('LocationConstraint', region)]);
}

function turnsByName(): <T>(name: string, turn: () => Promise<T>) => Promise<T> {
  const last = new Map<string, Promise<unknown>>();
  return (name, turn) => {
    const mine = (last.get(name) ?? Promise.resolve()).then(turn, turn);
    last.set(name, mine);
    const done = () => {
      if (last.get(name) === mine) last.delete(name);
    };
    mine.then(done, done);
    return mine;
  };
}
