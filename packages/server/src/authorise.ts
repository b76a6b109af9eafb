/** The step that nothing gets past: may this principal do what this operation needs, by the policies as they are now? */
import type { Access } from '@latchkey/policy/access';
import { type Decision, evaluate, evaluateTrust } from '@latchkey/policy/evaluate';
import type { Principal as PolicyPrincipal } from '@latchkey/policy/principals';
import { S3Error } from '@latchkey/s3/errors';
import type { BucketAccess } from './bucket-access.ts';
import { denied } from './denial.ts';
import { refuseOtherOwner } from './expected-owner.ts';
import { linkOf } from './identity/principals.ts';
import type { Admitted, Authenticated, Authorised, Permission, Site, Stores } from './pipeline.ts';
import { type DecisionFacts, requestContext, type Tags } from './request-context.ts';

/**
 * Throws, or rejects with, AccessDenied unless every permission the operation needs is granted and the bucket belongs to whom the client
 * expects, or NoSuchBucket where there is none to be refused at; without a promise where all that decides is in memory.
 */
export function authorise(request: Admitted, stores: Stores, site: Site): Authorised | Promise<Authorised> {
  try {
    const decided = decide(request, stores, site);
    return decided instanceof Promise ? decided.catch((refusal: unknown) => refuse(refusal, request, stores)) : decided;
  } catch (refusal) {
    return refuse(refusal, request, stores);
  }
}

/**
 * S3 tells whoever asks that a bucket is not there, and of one that may not be looked into where it is: some programs find out the region that way.
 * Where the buckets are those of another S3, neither a stranger nor the holder of a link can make us ask it.
 */
async function refuse(refusal: unknown, { bucket, operation, principal }: Admitted, { objects }: Stores): Promise<never> {
  if (!(refusal instanceof S3Error && refusal.code === 'AccessDenied') || bucket === undefined || operation.name === 'CreateBucket')
    throw refusal;
  if (objects.isElsewhere === true && (principal.kind === 'anonymous' || linkOf(principal) !== undefined)) throw refusal;
  const found = await objects.getBucket(bucket).catch(() => {
    throw refusal;
  });
  const { cause } = refusal;
  if (found === undefined) throw new S3Error('NoSuchBucket', { fields: { BucketName: bucket }, cause });
  if (operation.name === 'HeadBucket') throw new S3Error('AccessDenied', { headers: ['x-amz-bucket-region', found.region], cause });
  throw refusal;
}

function decide(request: Admitted, stores: Stores, site: Site): Authorised | Promise<Authorised> {
  const { bucket } = request;
  if (bucket !== undefined) refuseOtherOwner(request, site);
  const judge = judgeOf(request, stores, site);
  const asked = request.operation.needs(request, stores, site);
  // What the policy of the addressed bucket says is at hand from here on, also for `may`.
  const reached = bucket === undefined ? undefined : judge.reach(bucket);
  if (asked instanceof Promise || reached instanceof Promise) {
    return Promise.all([asked, reached]).then(([permissions]) => demandAll(judge, permissions, 0, request));
  }
  return demandAll(judge, asked, 0, request);
}

/** Goes on with a promise from the first permission that takes one. */
function demandAll(judge: Judge, permissions: readonly Permission[], from: number, request: Admitted): Authorised | Promise<Authorised> {
  for (let i = from; i < permissions.length; i++) {
    const granted = judge.decideOn(permissions[i] as Permission, {});
    if (granted !== undefined) return granted.then(() => demandAll(judge, permissions, i + 1, request));
  }
  return authorised(request, judge);
}

function authorised(request: Admitted, judge: Judge): Authorised {
  const { method, rawTarget, headers, body, peer, requestId, receivedAt, target, host, style, pathPrefix, call, scope, bucket, key } =
    request;
  const { operation, principal, signature, form, terms } = request;
  const { may, demand } = judge;
  // biome-ignore format: field by field, for speed
  return { method, rawTarget, headers, body, peer, requestId, receivedAt, target, host, style, pathPrefix, call, scope, bucket, key, operation, principal, signature, form, terms, may, demand } as Authorised;
}

/** Decides about one request. The policies of its principal came with it; those of buckets are fetched as they are named. */
export function judgeOf(request: Authenticated, stores: Pick<Stores, 'objects' | 'access'>, site: Site): Judge {
  return new Judge(request, stores, site);
}

/** A class, because a request that gets by without its rarer methods should not have to make them. */
export class Judge {
  readonly #request: Authenticated;
  readonly #stores: Pick<Stores, 'objects' | 'access'>;
  readonly #site: Site;
  /** What buckets say of themselves: mostly there is one. */
  readonly #reached: { readonly bucket: string; readonly access: BucketAccess | undefined }[] = [];

  constructor(request: Authenticated, stores: Pick<Stores, 'objects' | 'access'>, site: Site) {
    this.#request = request;
    this.#stores = stores;
    this.#site = site;
  }

  readonly may: Authorised['may'] = (permission) => {
    const bucket = bucketOf(permission.resource);
    const reached = bucket === undefined ? undefined : this.#reached.find((each) => each.bucket === bucket);
    if (bucket !== undefined && reached === undefined) return false;
    if (this.#isFree(permission, reached?.access)) return true;
    return this.#decide(permission, reached?.access, {}).effect === 'allow';
  };

  readonly demand: Authorised['demand'] = async (permission, facts = {}) => {
    await this.decideOn(permission, facts);
  };

  /** Makes sure that what a bucket's policy says is at hand for `may`. */
  reach(bucket: string): BucketAccess | undefined | Promise<BucketAccess | undefined> {
    const reached = this.#reached.find((each) => each.bucket === bucket);
    if (reached !== undefined) return reached.access;
    const found = this.#stores.access.find(bucket);
    if (found instanceof Promise) return found.then((settled) => this.#keep(bucket, settled));
    return this.#keep(bucket, found);
  }

  /** Throws, or rejects with, AccessDenied; a promise only where something has to be read. */
  decideOn(permission: Permission, facts: RequestFacts): undefined | Promise<void> {
    const bucket = bucketOf(permission.resource);
    const reached = bucket === undefined ? undefined : this.reach(bucket);
    if (reached instanceof Promise) return reached.then((access) => this.#decideBy(permission, access, facts));
    return this.#decideBy(permission, reached, facts);
  }

  /** What a decision is made from; for whoever wants to know why. */
  async accessFor(permission: Permission, facts: RequestFacts = {}): Promise<Access> {
    const bucket = bucketOf(permission.resource);
    const reached = bucket === undefined ? undefined : await this.reach(bucket);
    return this.#accessTo(permission, reached, await this.#factsFor(permission, reached, facts));
  }

  #keep(bucket: string, access: BucketAccess | undefined): BucketAccess | undefined {
    this.#reached.push({ bucket, access });
    return access;
  }

  #decideBy(permission: Permission, reached: BucketAccess | undefined, facts: RequestFacts): undefined | Promise<void> {
    if (this.#isFree(permission, reached)) return undefined;
    const more = this.#factsFor(permission, reached, facts);
    if (more instanceof Promise) return more.then((settled) => this.#requireAllowed(permission, reached, settled));
    this.#requireAllowed(permission, reached, more);
    return undefined;
  }

  #requireAllowed(permission: Permission, reached: BucketAccess | undefined, facts: DecisionFacts): void {
    const decision = this.#decide(permission, reached, facts);
    if (decision.effect === 'deny') throw denied(decision, permission, this.#request);
  }

  /** The usual way of root: no policy to look at. */
  #isFree(permission: Permission, reached: BucketAccess | undefined): boolean {
    return this.#request.principal.kind === 'root' && reached?.policy === undefined && permission.trust === undefined;
  }

  #factsFor(
    permission: Permission,
    reached: BucketAccess | undefined,
    { requestTags }: RequestFacts,
  ): DecisionFacts | Promise<DecisionFacts> {
    const more = permission.context;
    if (!this.#asksForObjectTags(reached)) return { requestTags, objectTags: undefined, more };
    return this.#tagsOf(permission.resource).then((objectTags) => ({ requestTags, objectTags, more }));
  }

  #asksForObjectTags(reached: BucketAccess | undefined): boolean {
    const { principal } = this.#request;
    return reached?.asksForObjectTags === true || ('policies' in principal && principal.policies.asksForObjectTags);
  }

  async #tagsOf(resource: string): Promise<Tags | undefined> {
    const [bucket, key] = objectOf(resource) ?? [];
    if (bucket === undefined || key === undefined) return undefined;
    type Names = Parameters<Stores['objects']['headObject']>;
    const record = await this.#stores.objects.headObject(bucket as Names[0], key as Names[1]).catch((error: unknown) => {
      if (error instanceof S3Error && error.code === 'NoSuchBucket') return undefined;
      throw error;
    });
    return record?.tags;
  }

  #decide(permission: Permission, reached: BucketAccess | undefined, facts: DecisionFacts): Decision {
    const weighed = this.#accessTo(permission, reached, facts);
    return weighed.resourcePolicy !== undefined && permission.trust !== undefined
      ? evaluateTrust({ ...weighed, resourcePolicy: weighed.resourcePolicy })
      : evaluate(weighed);
  }

  #accessTo(permission: Permission, reached: BucketAccess | undefined, facts: DecisionFacts): Access {
    const { principal } = this.#request;
    const policies = 'policies' in principal ? principal.policies : undefined;
    return {
      request: {
        action: permission.action,
        resource: permission.resource,
        principal: policyPrincipal(this.#request, this.#site.accountId),
        context: requestContext(this.#request, this.#site, facts),
      },
      identityPolicies: policies?.identity ?? [],
      permissionsBoundary: policies?.boundary,
      sessionPolicies: policies?.session,
      resourcePolicy: permission.trust ?? resourcePolicy(this.#request, permission, reached),
    };
  }
}

type RequestFacts = { readonly requestTags?: Tags | undefined };

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
