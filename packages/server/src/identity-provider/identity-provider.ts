/**
 * Signing in to the console with an identity provider: OpenID Connect's authorization code flow with PKCE. What the provider says is believed
 * for no more than who it is; what they may do, and whether they may come in at all, is for the trust policy of a role to say.
 */
import { createHash } from 'node:crypto';
import { S3Error } from '@latchkey/s3/errors';
import { equalInConstantTime } from '@latchkey/sigv4/bytes';
import { requireSameOrigin } from '../console-sessions/session-cookie.ts';
import { headerValue } from '../headers.ts';
import type { FederatedPrincipal } from '../identity/principals.ts';
import type { Sealer } from '../identity/sealing.ts';
import { federatedIdentity, isUnknownKey, type OidcIssuer } from '../identity/sts/federated.ts';
import { ALGORITHMS } from '../identity/sts/oidc-issuers.ts';
import type { Incoming, Site } from '../pipeline.ts';
import { begunSignIn, challengeOf, newSignIn, sessionIdOf, signInCookie } from './begun-sign-in.ts';
import { fetchJson } from './fetch-json.ts';
import { isLoopback, isTrustedUrl, publishedMetadata } from './provider-metadata.ts';

export type IdentityProviderOptions = {
  /** As in its tokens, to the letter; https, or on this machine. */
  readonly issuer: string;
  readonly clientId: string;
  /** A public client has none: PKCE is used in any case. */
  readonly clientSecret?: string | undefined;
  /** The role that people get, by its ARN or its name. */
  readonly role: string;
  /** What people call it. */
  readonly name: string;
  /** For each of its answers; default ten seconds. */
  readonly timeoutMs?: number | undefined;
};

export type IdentityProvider = Pick<IdentityProviderOptions, 'name' | 'role'> & {
  /** Where the browser goes to, and what it keeps meanwhile. Throws AccessDenied, InvalidRequest, ServiceUnavailable with sentences for people. */
  begin(request: Incoming): Promise<{ readonly url: string; readonly state: string; readonly cookie: string }>;
  /**
   * Who came back with the code. Throws AccessDenied for what this browser has not begun, IDPRejectedClaim, InvalidIdentityToken and
   * ExpiredTokenException for what the provider or its token does not confirm, ServiceUnavailable where it does not answer.
   */
  identify(answer: { readonly code: string; readonly state: string }, request: Incoming): Promise<FederatedPrincipal>;
};

export type ProviderSurroundings = {
  readonly site: Site;
  readonly sealer: Sealer;
  /** As the operator has said; never what a Host header says. */
  readonly publicConsoleUrl: string | undefined;
  readonly boundConsoleUrl: () => string;
};

const TIMEOUT_MS = 10_000;
const MAX_TOKEN_BYTES = 64 * 1024;
/** Codes that are being redeemed at one time: whoever makes them up is not to keep the provider busy. */
const MAX_AT_ONCE = 16;
const CALLBACK_PATH = '/signed-in';

/** Throws an Error with a sentence for settings that can not be. */
export function identityProvider(options: IdentityProviderOptions, { site, sealer, ...urls }: ProviderSurroundings): IdentityProvider {
  const { issuer, clientId, clientSecret, role, name, timeoutMs = TIMEOUT_MS } = options;
  if (!isTrustedUrl(issuer) || /[?#]/.test(issuer)) throw new Error(`The issuer "${issuer}" is not an https:// address.`);
  const published = publishedMetadata(issuer, { timeoutMs, now: site.now });
  let redeeming = 0;

  return { name, role, begin, identify };

  async function begin(request: Incoming) {
    requireSameOrigin(request, site);
    const redirectUri = redirectUriOf(urls, name);
    const { origin } = new URL(redirectUri);
    if (headerValue(request.headers, 'origin') !== origin)
      throw new S3Error('InvalidRequest', { message: `Signing in with ${name} works at ${origin} only. Open the console there.` });
    const { authorizationEndpoint } = await orUnavailable(published.endpoints());
    const begun = newSignIn(request.receivedAt);
    const url = new URL(authorizationEndpoint);
    const parameters = {
      response_type: 'code',
      client_id: clientId,
      redirect_uri: redirectUri,
      scope: 'openid email',
      state: begun.state,
      nonce: begun.nonce,
      code_challenge: challengeOf(begun),
      code_challenge_method: 'S256',
    };
    for (const [parameter, value] of Object.entries(parameters)) url.searchParams.set(parameter, value);
    return { url: url.href, state: begun.state, cookie: signInCookie(begun, request, sealer) };
  }

  async function identify({ code, state }: { readonly code: string; readonly state: string }, request: Incoming) {
    const begun = begunSignIn(request, state, sealer, request.receivedAt);
    if (begun === undefined) throw new S3Error('AccessDenied', { message: NOT_BEGUN });
    const token = await redeemed(code, begun.verifier);
    const { principal, claims } = await believed(token, request.receivedAt);
    const isForUs = claims.azp === undefined || claims.azp === clientId;
    if (!isForUs || typeof claims.nonce !== 'string' || !equalInConstantTime(claims.nonce, begun.nonce))
      throw new S3Error('InvalidIdentityToken', { message: 'The token was not made for this sign-in.' });
    const label = claims.email_verified === true && typeof claims.email === 'string' ? claims.email : principal.subject;
    const signIn = { name: label.slice(0, 128), sessionName: sessionNameOf(label, principal.subject), sessionId: sessionIdOf(begun) };
    return { ...principal, signIn };
  }

  async function redeemed(code: string, verifier: string): Promise<string> {
    if (redeeming >= MAX_AT_ONCE) throw new S3Error('SlowDown', { message: 'Too many people are signing in at this moment. Try again.' });
    redeeming += 1;
    try {
      const { tokenEndpoint, tokenAuthentication } = await orUnavailable(published.endpoints());
      const isBasic = clientSecret !== undefined && tokenAuthentication === 'basic';
      const form = new URLSearchParams({
        grant_type: 'authorization_code',
        code,
        redirect_uri: redirectUriOf(urls, name),
        code_verifier: verifier,
        ...(!isBasic && { client_id: clientId }),
        ...(!isBasic && clientSecret !== undefined && { client_secret: clientSecret }),
      });
      const authorization = isBasic ? basic(clientId, clientSecret) : undefined;
      const { status, value } = await orUnavailable(
        fetchJson(tokenEndpoint, { timeoutMs, maxBytes: MAX_TOKEN_BYTES, form, authorization }),
      );
      const { id_token: token, error } = (value ?? {}) as { readonly id_token?: unknown; readonly error?: unknown };
      if (status === 200 && typeof token === 'string') return token;
      const why = typeof error === 'string' && /^[a-z_]{1,64}$/.test(error) ? error : `status ${status}`;
      throw new S3Error('IDPRejectedClaim', { message: `${name} does not confirm this sign-in (${why}). Begin again.` });
    } finally {
      redeeming -= 1;
    }
  }

  /** Keys change: one that is not known is looked for once more. */
  async function believed(token: string, now: number) {
    const trusted = async (isFresh: boolean): Promise<readonly OidcIssuer[]> => {
      const jwks = await orUnavailable(published.keys({ isFresh }));
      return [{ issuer, audiences: [clientId], algorithms: ALGORITHMS, jwks }];
    };
    try {
      return await federatedIdentity(token, await trusted(false), site.accountId, now);
    } catch (error) {
      if (!isUnknownKey(error)) throw error;
      return federatedIdentity(token, await trusted(true), site.accountId, now);
    }
  }

  async function orUnavailable<Value>(asked: Promise<Value>): Promise<Value> {
    return asked.catch((cause: unknown) => {
      throw new S3Error('ServiceUnavailable', { message: `${name} does not answer as it should. Try again later.`, cause });
    });
  }
}

const NOT_BEGUN = 'This sign-in was not begun in this browser, or more than ten minutes ago. Begin again.';

/** What the operator has said, or this machine: a Host header would let whoever sends the request choose where codes go to. */
function redirectUriOf(
  { publicConsoleUrl, boundConsoleUrl }: Pick<ProviderSurroundings, 'publicConsoleUrl' | 'boundConsoleUrl'>,
  name: string,
) {
  if (publicConsoleUrl !== undefined) return publicConsoleUrl + CALLBACK_PATH;
  const bound = new URL(boundConsoleUrl());
  if (!isLoopback(bound.hostname))
    throw new S3Error('InvalidRequest', {
      message: `Signing in with ${name} needs to know the address of this console: the server has to be started with --public-console-url.`,
    });
  return bound.origin + CALLBACK_PATH;
}

/** RFC 6749, 2.3.1: each encoded as in a form first. */
function basic(clientId: string, secret: string): string {
  const encoded = [clientId, secret].map((text) => new URLSearchParams({ '': text }).toString().slice(1)).join(':');
  return `Basic ${Buffer.from(encoded).toString('base64')}`;
}

/** Of the characters that a session's name may have; where it lost any, it is told from others by the subject. */
function sessionNameOf(label: string, subject: string): string {
  const cleaned = label.replace(/[^\w+=,.@-]/g, '-').slice(0, 64);
  if (cleaned === label && label.length >= 2) return label;
  return `${cleaned.slice(0, 51)}-${createHash('sha256').update(subject).digest('hex').slice(0, 12)}`;
}
