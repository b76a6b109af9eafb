/** The configured issuers, as an operator writes them down. */
import type { OidcIssuer } from './federated.ts';

/** With these, whoever knows the issuer's public key knows how to verify and not how to sign. */
export const ALGORITHMS: readonly string[] = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

/**
 * Reads a JSON list of `{ "issuer", "audiences", "algorithms", "jwks": { "keys": […] } }`.
 * Throws an Error with a sentence that names the entry which is wrong.
 */
export function parseOidcIssuers(text: string): readonly OidcIssuer[] {
  const entries: unknown = JSON.parse(text);
  if (!Array.isArray(entries)) throw new Error('The issuers are a list.');
  return entries.map(issuerOf);
}

function issuerOf(entry: unknown, index: number): OidcIssuer {
  const wrong = (what: string) => new Error(`Issuer number ${index + 1}: ${what}`);
  const { issuer, audiences, algorithms, jwks } = (entry ?? {}) as Record<string, unknown>;
  if (typeof issuer !== 'string' || !/^https?:\/\/[^/]/.test(issuer)) throw wrong('"issuer" is a URL, as in the tokens.');
  if (!isTexts(audiences)) throw wrong('"audiences" is a list of at least one text.');
  if (!isTexts(algorithms) || !algorithms.every((name) => ALGORITHMS.includes(name)))
    throw wrong(`"algorithms" is a list of at least one of ${ALGORITHMS.join(', ')}.`);
  const keys = (jwks as { keys?: unknown } | undefined)?.keys;
  if (!Array.isArray(keys) || keys.length === 0) throw wrong('"jwks" holds at least one key, under "keys".');
  if (keys.some((key: { kty?: string; d?: string }) => key.kty === 'oct' || key.d !== undefined))
    throw wrong('"jwks" holds public keys only.');
  return { issuer, audiences, algorithms, jwks: { keys } };
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string');
}
