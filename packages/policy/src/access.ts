/** What a decision is made from. */
import type { CompiledPolicy } from './compile.ts';
import type { Principal } from './principals.ts';
import type { RequestContext } from './variables.ts';

/** One action on one resource. An operation that needs several permissions asks several times. */
export type AccessRequest = {
  /** As in `s3:GetObject`, in any case. */
  readonly action: string;
  /** The full ARN; for an object the key follows as it is, not encoded: `arn:aws:s3:::bucket/a key:with/all*of?it`. */
  readonly resource: string;
  readonly principal: Principal;
  /** Filled by whoever authenticated the request, never straight from its headers. Keys in lower case. */
  readonly context: RequestContext;
};

/** A request and the policies that bear on it, as they are now. */
export type Access = {
  readonly request: AccessRequest;
  /** Of the user and the user's groups, or of the role. */
  readonly identityPolicies: readonly CompiledPolicy[];
  /** Of the bucket. For root's own calls about the bucket policy, leave it out: AWS lets root repair what locks everyone out. */
  readonly resourcePolicy?: CompiledPolicy | undefined;
  readonly permissionsBoundary?: CompiledPolicy | undefined;
  /** Of the session: one of them has to allow. An empty list is a session that was narrowed to nothing; `undefined`, not narrowed. */
  readonly sessionPolicies?: readonly CompiledPolicy[] | undefined;
  /** Every one of these has to allow, whatever grants and whoever asks, as with AWS's service control policies. */
  readonly ceilings?: readonly CompiledPolicy[] | undefined;
};

/** The kind of policy that decided: by a statement, or by lacking one. */
export type PolicyLayer = 'identity' | 'resource' | 'boundary' | 'session' | 'ceiling';
