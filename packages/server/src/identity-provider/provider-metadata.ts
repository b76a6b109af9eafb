/**
 * What an issuer publishes about itself: where people sign in, where codes are redeemed, and the keys of its tokens. The issuer is the
 * operator's own choice, often in the same network, so its address may be a private one, unlike that of a webhook, which a stranger names; in
 * exchange everything is TLS, of bounded size, and never shown to anybody.
 */
import type { OidcIssuer } from '../identity/sts/federated.ts';
import { fetchJson } from './fetch-json.ts';

export type ProviderMetadata = {
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
  readonly jwksUri: string;
  /** How a client with a secret says who it is. */
  readonly tokenAuthentication: 'basic' | 'post';
};

type Keys = OidcIssuer['jwks'];

export type PublishedMetadata = {
  /** Rejects with an Error whose sentence is for the operator. */
  endpoints(): Promise<ProviderMetadata>;
  /** `isFresh` asks again where what is kept has not just been fetched: for a token with a key that is not among them. */
  keys(options?: { readonly isFresh?: boolean }): Promise<Keys>;
};

const MAX_BYTES = 256 * 1024;
const MAX_KEYS = 100;
const KEPT_MS = 10 * 60_000;
/** An issuer is not asked more often than that, however many sign in with keys that nobody knows. */
const FRESH_MS = 30_000;

export function publishedMetadata(issuer: string, { timeoutMs, now }: { timeoutMs: number; now: () => number }): PublishedMetadata {
  const get = async (url: string) => {
    const { status, value } = await fetchJson(url, { timeoutMs, maxBytes: MAX_BYTES });
    if (status !== 200 || typeof value !== 'object' || value === null) throw new Error(`${url} answered with status ${status}.`);
    return value as Readonly<Record<string, unknown>>;
  };
  const endpoints = kept(now, async () => metadataOf(await get(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`), issuer));
  const keys = kept(now, async () => keysOf(await get((await endpoints(KEPT_MS)).jwksUri), issuer));
  return {
    endpoints: () => endpoints(KEPT_MS),
    keys: ({ isFresh = false } = {}) => keys(isFresh ? FRESH_MS : KEPT_MS),
  };
}

/** Asks once for all who wait; keeps what it was told, and no failure. */
function kept<Value>(now: () => number, load: () => Promise<Value>): (maxAgeMs: number) => Promise<Value> {
  let last: { readonly value: Value; readonly at: number } | undefined;
  let loading: Promise<Value> | undefined;
  return async (maxAgeMs) => {
    if (last !== undefined && now() < last.at + maxAgeMs) return last.value;
    loading ??= load()
      .then((value) => {
        last = { value, at: now() };
        return value;
      })
      .finally(() => {
        loading = undefined;
      });
    return loading;
  };
}

function metadataOf(document: Readonly<Record<string, unknown>>, issuer: string): ProviderMetadata {
  if (document.issuer !== issuer) throw new Error(`What ${issuer} publishes is about another issuer.`);
  const endpoint = (name: string): string => {
    const { [name]: value } = document;
    if (typeof value !== 'string' || !isTrustedUrl(value)) throw new Error(`${issuer} publishes no ${name} that is an https:// address.`);
    return value;
  };
  const ways = document.token_endpoint_auth_methods_supported;
  return {
    authorizationEndpoint: endpoint('authorization_endpoint'),
    tokenEndpoint: endpoint('token_endpoint'),
    jwksUri: endpoint('jwks_uri'),
    tokenAuthentication: Array.isArray(ways) && !ways.includes('client_secret_basic') ? 'post' : 'basic',
  };
}

function keysOf({ keys }: Readonly<Record<string, unknown>>, issuer: string): Keys {
  if (!Array.isArray(keys) || keys.length === 0 || keys.length > MAX_KEYS || !keys.every(isPublicKey))
    throw new Error(`${issuer} does not publish between 1 and ${MAX_KEYS} public keys.`);
  return { keys };
}

function isPublicKey(key: unknown): key is object {
  if (typeof key !== 'object' || key === null) return false;
  const { kty, d } = key as { readonly kty?: unknown; readonly d?: unknown };
  return typeof kty === 'string' && kty !== 'oct' && d === undefined;
}

/** TLS, or this machine. */
export function isTrustedUrl(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.username !== '' || url.password !== '' || url.hash !== '') return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
}

/** As a URL has it. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
