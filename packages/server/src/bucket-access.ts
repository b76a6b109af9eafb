/** Who may reach a bucket beyond the account's own users: its policy, its public access block and its ownership controls, as one record. */
import { type CompiledPolicy, compilePolicy } from '@latchkey/policy/compile';
import { readStoredPolicy } from '@latchkey/policy/document';
import { isPublic } from '@latchkey/policy/public';
import type { PublicAccessBlock } from '@latchkey/s3/public-access-block';
import type { JsonValue, RecordStore } from '@latchkey/storage/record-store';
import { boundDocument } from './identity/bound-principals.ts';
import { boundedCache } from './identity/bounded-cache.ts';
import { changing } from './identity/documents.ts';
import type { BoundPrincipals } from './identity/model.ts';
import { asksForObjectTags } from './identity/principal-policies.ts';

/** As stored. `publicAccessBlock` is null once it was deleted; where nothing is said, the site's default holds. */
export type BucketAccessRecord = {
  readonly policy?: string;
  /** Whom the policy means by the names in it. */
  readonly principals?: BoundPrincipals;
  readonly publicAccessBlock?: PublicAccessBlock | null;
  /** True once the ownership controls were deleted; until then they are BucketOwnerEnforced. */
  readonly withoutOwnershipControls?: boolean;
};

/** Ready for decisions. */
export type BucketAccess = {
  readonly policy: CompiledPolicy | undefined;
  readonly isPublic: boolean;
  readonly block: PublicAccessBlock;
  readonly asksForObjectTags: boolean;
};

export type BucketAccessStore = {
  /** As it is now; without a promise where it is in memory. */
  find(bucket: string): BucketAccess | undefined | Promise<BucketAccess | undefined>;
  read(bucket: string): Promise<BucketAccessRecord>;
  change(bucket: string, change: (record: BucketAccessRecord) => BucketAccessRecord): Promise<void>;
  /** A bucket about to be made begins with the site's public access block and nothing else. */
  begin(bucket: string): Promise<void>;
  remove(bucket: string): Promise<void>;
  /** What new buckets begin with. */
  readonly defaultBlock: PublicAccessBlock;
};

export const BUCKET_ACCESS = 'bucket-access';
const KEPT = 10_000;

export const ALL_BLOCKED: PublicAccessBlock = {
  blockPublicAcls: true,
  ignorePublicAcls: true,
  blockPublicPolicy: true,
  restrictPublicBuckets: true,
};
export const NONE_BLOCKED: PublicAccessBlock = {
  blockPublicAcls: false,
  ignorePublicAcls: false,
  blockPublicPolicy: false,
  restrictPublicBuckets: false,
};

export function bucketAccessStore(records: RecordStore, defaultBlock: PublicAccessBlock): BucketAccessStore {
  const cache = boundedCache<BucketAccess>(KEPT, () => records.generation(BUCKET_ACCESS));
  const read = async (bucket: string) => ((await records.get(BUCKET_ACCESS, bucket))?.value ?? {}) as BucketAccessRecord;
  return {
    defaultBlock,
    find: (bucket) => cache.get(bucket, async () => compiled(await read(bucket), bucket, defaultBlock)),
    read,
    change: (bucket, change) =>
      changing(records, async () => {
        const stored = await records.get(BUCKET_ACCESS, bucket);
        const value = change((stored?.value ?? {}) as BucketAccessRecord) as JsonValue;
        return { changes: [{ put: { kind: BUCKET_ACCESS, id: bucket, value }, ifVersion: stored?.version ?? 0 }], result: undefined };
      }),
    async begin(bucket) {
      await records.commit([{ put: { kind: BUCKET_ACCESS, id: bucket, value: { publicAccessBlock: defaultBlock } } }]);
    },
    async remove(bucket) {
      await records.commit([{ remove: { kind: BUCKET_ACCESS, id: bucket } }]);
    },
  };
}

/** The block in force: a deleted one blocks nothing, as on S3. */
export function blockOf({ publicAccessBlock }: BucketAccessRecord, defaultBlock: PublicAccessBlock): PublicAccessBlock {
  if (publicAccessBlock === undefined) return defaultBlock;
  return publicAccessBlock ?? NONE_BLOCKED;
}

function compiled(record: BucketAccessRecord, bucket: string, defaultBlock: PublicAccessBlock): BucketAccess {
  const block = blockOf(record, defaultBlock);
  if (record.policy === undefined) return { policy: undefined, isPublic: false, block, asksForObjectTags: false };
  const { document } = readStoredPolicy(record.policy, 'resource');
  const policy = compilePolicy(boundDocument(document, record.principals), bucket);
  return { policy, isPublic: isPublic(document), block, asksForObjectTags: asksForObjectTags(policy) };
}
