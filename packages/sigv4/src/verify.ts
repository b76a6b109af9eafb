import type { Refused, V2Authentication, V4Authentication } from './authentication.ts';
import { refused } from './authentication.ts';
import { equalInConstantTime } from './bytes.ts';
import { checkSignature } from './check-signature.ts';
import { readAuthentication } from './read-authentication.ts';
import { isWithin } from './read-query-v4.ts';
import type { Refusal } from './refusal.ts';
import type { SignedRequest } from './request.ts';
import type { VerifyRules } from './rules.ts';
import { isStillBy, remember, type Verified, verifiedLately } from './verified-lately.ts';

/** What an access key's owner and we both know. */
export type KnownCredentials = {
  readonly secretAccessKey: string;
  /** Of temporary credentials: the token that must come with them. */
  readonly sessionToken?: string;
  /** Of temporary credentials: when they end. */
  readonly expiresAt?: Date;
};

/** How credentials are found; undefined for an access key that does not exist. */
export type LookUp = (accessKeyId: string) => KnownCredentials | undefined | Promise<KnownCredentials | undefined>;

/** The outcome: a request signed by the owner of an access key, one that nobody signed, or a refusal with its reason. */
export type Verdict =
  | { readonly kind: 'verified'; readonly accessKeyId: string; readonly authentication: V4Authentication | V2Authentication }
  | { readonly kind: 'anonymous' }
  | Refused;

/**
 * Verifies a request but for its body (see `payloadHash` of the authentication for what the body must be): mechanism, parameters, scope, time,
 * access key, session token, unsigned headers, signature, in this order. Never throws for a "no"; what `lookUp` throws passes through.
 */
export async function verify(request: SignedRequest, rules: VerifyRules, lookUp: LookUp): Promise<Verdict> {
  return verifyAtOnce(request, rules, lookUp);
}

/** As `verify`, but without a promise where `lookUp` answers without one: a server that knows its access keys saves a few microseconds a request. */
export function verifyAtOnce(request: SignedRequest, rules: VerifyRules, lookUp: LookUp): Verdict | Promise<Verdict> {
  const lately = verifiedLately(request, rules);
  const authentication = lately !== undefined && isTimely(lately, rules.now) ? lately.authentication : readAuthentication(request, rules);
  if (authentication.kind === 'anonymous' || authentication.kind === 'refused') return authentication;
  const known = lookUp(authentication.accessKeyId);
  if (known instanceof Promise) return known.then((found) => verdictOn(authentication, request, rules, found, lately));
  return verdictOn(authentication, request, rules, known, lately);
}

function verdictOn(
  authentication: V4Authentication | V2Authentication,
  request: SignedRequest,
  rules: VerifyRules,
  known: KnownCredentials | undefined,
  lately: Verified | undefined,
): Verdict {
  const { accessKeyId } = authentication;
  if (known === undefined) return refused({ kind: 'unknown-access-key', accessKeyId });
  const wrongToken = refuseToken(accessKeyId, authentication.sessionToken, known, rules.now);
  if (wrongToken !== undefined) return refused(wrongToken);
  const verdict: Verdict = { kind: 'verified', accessKeyId, authentication };
  if (lately !== undefined && isStillBy(lately, known.secretAccessKey)) return verdict;
  const checked = checkSignature(authentication, request, known.secretAccessKey);
  if (!checked.ok) return refused(checked.refusal);
  if (authentication.kind === 'v4-query') remember(request, rules, authentication, known.secretAccessKey);
  return verdict;
}

function isTimely({ authentication: { signedAt, expiresAt } }: Verified, now: Date): boolean {
  return expiresAt !== undefined && isWithin(signedAt, expiresAt, now);
}

/** Temporary credentials without their token are unknown, with another one invalid, after their end expired. */
export function refuseToken(accessKeyId: string, given: string | undefined, known: KnownCredentials, now: Date): Refusal | undefined {
  if (given === undefined) return known.sessionToken === undefined ? undefined : { kind: 'unknown-access-key', accessKeyId };
  if (known.sessionToken === undefined || !equalInConstantTime(given, known.sessionToken)) return { kind: 'token-invalid', token: given };
  return known.expiresAt !== undefined && now > known.expiresAt ? { kind: 'token-expired', token: given } : undefined;
}
