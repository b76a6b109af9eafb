/** The step that nothing gets past: may this principal do what this operation needs, by the policies as they are now? */
import type { Access } from '@latchkey/policy/access';
import { type Decision, evaluate, evaluateTrust } from '@latchkey/policy/evaluate';
import type { Principal as PolicyPrincipal } from '@latchkey/policy/principals';
import { S3Error } from '@latchkey/s3/errors';
import type { BucketAccess } from './bucket-access.ts';
import { denied } from './denial.ts';
import { refuseOtherOwner } from './expected-owner.ts';
import type { Admitted, Authenticated, Authorised, Permission, Site, Stores } from './pipeline.ts';
import { type DecisionFacts, requestContext, type Tags } from './request-context.ts';

/** Throws AccessDenied unless every permission the operation needs is granted and the bucket belongs to whom the client expects. */
export async function authorise(request: Admitted, stores: Stores, site: Site): Promise<Authorised> {
  const judge = judgeOf(request, stores, site);
  if (request.bucket !== undefined) refuseOtherOwner(request, site);
  const asked = request.operation.needs(request, stores, site);
  for (const permission of asked instanceof Promise ? await asked : asked) await judge.demand(permission);
  if (request.bucket !== undefined) await judge.prepare(request.bucket);
  const { method, rawTarget, headers, body, peer, requestId, receivedAt, target, host, style, pathPrefix, call, scope, bucket, key } =
    request;
  const { operation, principal, signature, form, terms } = request;
  const { may, demand } = judge;
  // biome-ignore format: field by field, for speed
  return { method, rawTarget, headers, body, peer, requestId, receivedAt, target, host, style, pathPrefix, call, scope, bucket, key, operation, principal, signature, form, terms, may, demand } as Authorised;
}

export type Judge = Pick<Authorised, 'may' | 'demand'> & {
  /** Makes sure that what a bucket's policy says is at hand for `may`. */
  prepare(bucket: string): Promise<void>;
  /** What a decision is made from; for whoever wants to know why. */
  accessFor(permission: Permission, facts?: { readonly requestTags?: Tags }): Promise<Access>;
};

/** Decides about one request. The policies of its principal came with it; those of buckets are fetched as they are named. */
export function judgeOf(request: Authenticated, { objects, access }: Stores, site: Site): Judge {
  const { principal } = request;
  const buckets = new Map<string, BucketAccess | undefined>();

  return {
    async prepare(bucket) {
      await bucketAccess(bucket);
    },
    may(permission) {
      const bucket = bucketOf(permission.resource);
      if (bucket !== undefined && !buckets.has(bucket)) return false;
      return isAllowed(permission, bucket === undefined ? undefined : buckets.get(bucket), {});
    },
    async demand(permission, facts = {}) {
      const bucket = bucketOf(permission.resource);
      const reached = bucket === undefined ? undefined : await bucketAccess(bucket);
      // The usual way of root: no policy to look at.
      if (principal.kind === 'root' && reached?.policy === undefined && permission.trust === undefined) return;
      const more = await factsFor(permission, reached, facts);
      const decision = decide(permission, reached, more);
      if (decision.effect === 'deny') throw denied(decision, permission, request);
    },
    async accessFor(permission, facts = {}) {
      const bucket = bucketOf(permission.resource);
      const reached = bucket === undefined ? undefined : await bucketAccess(bucket);
      return accessTo(permission, reached, await factsFor(permission, reached, facts));
    },
  };

  async function bucketAccess(bucket: string): Promise<BucketAccess | undefined> {
    if (buckets.has(bucket)) return buckets.get(bucket);
    const found = access.find(bucket);
    const settled = found instanceof Promise ? await found : found;
    buckets.set(bucket, settled);
    return settled;
  }

  async function factsFor(permission: Permission, reached: BucketAccess | undefined, facts: DecisionFacts): Promise<DecisionFacts> {
    const objectTags = asksForObjectTags(reached) ? await tagsOf(permission.resource) : undefined;
    return { requestTags: facts.requestTags, objectTags, more: permission.context };
  }

  function asksForObjectTags(reached: BucketAccess | undefined): boolean {
    return reached?.asksForObjectTags === true || ('policies' in principal && principal.policies.asksForObjectTags);
  }

  async function tagsOf(resource: string): Promise<Tags | undefined> {
    const [bucket, key] = objectOf(resource) ?? [];
    if (bucket === undefined || key === undefined) return undefined;
    type Names = Parameters<typeof objects.headObject>;
    const record = await objects.headObject(bucket as Names[0], key as Names[1]).catch((error: unknown) => {
      if (error instanceof S3Error && error.code === 'NoSuchBucket') return undefined;
      throw error;
    });
    return record?.tags;
  }

  function isAllowed(permission: Permission, reached: BucketAccess | undefined, facts: DecisionFacts): boolean {
    if (principal.kind === 'root' && reached?.policy === undefined) return true;
    return decide(permission, reached, facts).effect === 'allow';
  }

  function decide(permission: Permission, reached: BucketAccess | undefined, facts: DecisionFacts): Decision {
    const weighed = accessTo(permission, reached, facts);
    return weighed.resourcePolicy !== undefined && permission.trust !== undefined
      ? evaluateTrust({ ...weighed, resourcePolicy: weighed.resourcePolicy })
      : evaluate(weighed);
  }

  function accessTo(permission: Permission, reached: BucketAccess | undefined, facts: DecisionFacts): Access {
    const policies = 'policies' in principal ? principal.policies : undefined;
    return {
      request: {
        action: permission.action,
        resource: permission.resource,
        principal: policyPrincipal(request, site.accountId),
        context: requestContext(request, site, facts),
      },
      identityPolicies: policies?.identity ?? [],
      permissionsBoundary: policies?.boundary,
      sessionPolicies: policies?.session,
      resourcePolicy: permission.trust ?? resourcePolicy(request, permission, reached),
    };
  }
}

function policyPrincipal({ principal }: Authenticated, accountId: string): PolicyPrincipal {
  switch (principal.kind) {
    case 'anonymous':
      return principal;
    case 'root':
      return { kind: 'root', accountId };
    case 'federated':
      return { kind: 'federated', provider: principal.provider };
    case 'user':
    case 'role-session':
      return principal.asPolicyPrincipal;
  }
}

/**
 * The bucket's policy, as far as it has a say: root may always repair it, and where public access is restricted
 * a public policy speaks to the account's own principals only.
 */
function resourcePolicy({ principal }: Authenticated, { action }: Permission, reached: BucketAccess | undefined): BucketAccess['policy'] {
  if (reached?.policy === undefined) return undefined;
  if (principal.kind === 'root' && POLICY_ACTIONS.has(action)) return undefined;
  if (principal.kind === 'anonymous' && reached.isPublic && reached.block.restrictPublicBuckets) return undefined;
  return reached.policy;
}

const POLICY_ACTIONS: ReadonlySet<string> = new Set(['s3:GetBucketPolicy', 's3:PutBucketPolicy', 's3:DeleteBucketPolicy']);

const S3_ARN = 'arn:aws:s3:::';

function bucketOf(resource: string): string | undefined {
  if (!resource.startsWith(S3_ARN)) return undefined;
  const slash = resource.indexOf('/', S3_ARN.length);
  return slash === -1 ? resource.slice(S3_ARN.length) : resource.slice(S3_ARN.length, slash);
}

function objectOf(resource: string): readonly [bucket: string, key: string] | undefined {
  const bucket = bucketOf(resource);
  if (bucket === undefined || resource.length <= S3_ARN.length + bucket.length + 1) return undefined;
  return [bucket, resource.slice(S3_ARN.length + bucket.length + 1)];
}
