/** What the verifier holds a request against. */
export type VerifyRules = {
  readonly now: Date;
  /** Accepted regions; the first is the one that errors name. IAM and STS are global: their scope may always name us-east-1. */
  readonly region: string | readonly string[];
  /** Accepted services (`s3`, `iam`, `sts`, …); the first is the one that errors name. */
  readonly service: string | readonly string[];
  /** Whether SigV2 in the query is accepted. */
  readonly sigv2: boolean;
  /** Ignore an Authorization header of a foreign scheme (Bearer, Basic) beside a signature in the query, instead of refusing both as AWS does. */
  readonly ignoreForeignAuthorization?: boolean | undefined;
  /** The bucket that the Host header names: SigV2 signs it and cannot know it otherwise. */
  readonly virtualHostBucket?: string | undefined;
};

/** How far a clock may be off: 15 minutes. */
export const MAX_SKEW_MS = 15 * 60_000;

/** The longest life of a pre-signed URL: 7 days. */
export const MAX_EXPIRES_SECONDS = 604_800;

/** True if the value is one of those accepted. */
export const accepts = (accepted: string | readonly string[], value: string): boolean =>
  typeof accepted === 'string' ? accepted === value : accepted.includes(value);

/** The one that errors name. */
export const firstOf = (accepted: string | readonly string[]): string => (typeof accepted === 'string' ? accepted : (accepted[0] ?? ''));
