/**
 * Tokens of configured issuers. Their keys and algorithms are given along with them, from the configuration or (for people who sign in at the
 * console) from where the configured issuer publishes them, so no address that a token names is ever asked for anything.
 */
import { S3Error } from '@latchkey/s3/errors';
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose';
import { oidcProviderArn } from '../arns.ts';
import type { FederatedPrincipal } from '../principals.ts';

/** An issuer whose tokens are believed. `algorithms` holds asymmetric ones only. */
export type OidcIssuer = {
  /** As in the token's `iss`, to the letter. */
  readonly issuer: string;
  /** One of them has to be in the token's `aud`. */
  readonly audiences: readonly string[];
  readonly jwks: { readonly keys: readonly object[] };
  readonly algorithms: readonly string[];
};

const CLOCK_TOLERANCE_SECONDS = 60;

/** Who the token says it is from; throws InvalidIdentityToken, ExpiredTokenException, IDPRejectedClaim. */
export async function federatedPrincipal(
  token: string,
  issuers: readonly OidcIssuer[],
  accountId: string,
  now: number,
): Promise<FederatedPrincipal> {
  return (await federatedIdentity(token, issuers, accountId, now)).principal;
}

/** The same, with everything else that the token says. */
export async function federatedIdentity(
  token: string,
  issuers: readonly OidcIssuer[],
  accountId: string,
  now: number,
): Promise<{ readonly principal: FederatedPrincipal; readonly claims: JWTPayload }> {
  const issuer = issuers.find((known) => known.issuer === claimedIssuer(token));
  if (issuer === undefined)
    throw new S3Error('InvalidIdentityToken', { message: 'No OpenIDConnect provider found in your account for the issuer of the token.' });
  const claims = await verified(token, issuer, now);
  const { sub, aud } = claims;
  const audience = [aud ?? []].flat().find((given) => issuer.audiences.includes(given));
  if (sub === undefined || audience === undefined) throw new S3Error('IDPRejectedClaim');
  const provider = oidcProviderArn(accountId, issuer.issuer);
  return { principal: { kind: 'federated', provider, issuer: issuer.issuer, subject: sub, audience }, claims };
}

/** Whether a token was refused because its key is not among those of the issuer. */
export function isUnknownKey(error: unknown): boolean {
  return error instanceof S3Error && error.cause instanceof errors.JWKSNoMatchingKey;
}

async function verified(token: string, { issuer, audiences, jwks, algorithms }: OidcIssuer, now: number): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(token, createLocalJWKSet(jwks as unknown as JSONWebKeySet), {
      issuer,
      audience: [...audiences],
      algorithms: [...algorithms],
      requiredClaims: ['exp', 'sub', 'aud', 'iss'],
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      currentDate: new Date(now),
    });
    return payload;
  } catch (cause) {
    if (cause instanceof errors.JWTExpired) throw new S3Error('ExpiredTokenException', { cause });
    throw new S3Error('InvalidIdentityToken', { cause });
  }
}

/** Not yet believed: only which of the configured issuers' keys to try. */
function claimedIssuer(token: string): string | undefined {
  try {
    const payload = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')) as { iss?: unknown };
    return typeof payload.iss === 'string' ? payload.iss : undefined;
  } catch {
    return undefined;
  }
}
