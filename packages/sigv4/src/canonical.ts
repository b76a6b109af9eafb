import { hex } from './bytes.ts';
import { ALGORITHM, type Scope, scopeText } from './scope.ts';
import { hmacSha256, sha256 } from './sha256.ts';
import { signingKey } from './signing-key.ts';

/** The payload hash line of a request whose body nobody vouches for. */
export const UNSIGNED_PAYLOAD = 'UNSIGNED-PAYLOAD';

/** What SigV4 signs of a request, each part in canonical form. */
export type CanonicalParts = {
  readonly method: string;
  /** Starts with `/`. */
  readonly path: string;
  /** Without the question mark and the signature. */
  readonly query: string;
  /** One `name:value\n` for each signed header, see {@link headerLine}. */
  readonly headerLines: string;
  /** Names joined with `;`. */
  readonly signedHeaders: string;
  /** SHA-256 of the body in lower-case hex, or one of the words that stand for it. */
  readonly payloadHash: string;
};

/** The canonical request: the text whose hash is signed. */
export const canonicalRequest = (parts: CanonicalParts): string =>
  `${parts.method}\n${parts.path}\n${parts.query}\n${parts.headerLines}\n${parts.signedHeaders}\n${parts.payloadHash}`;

/** One line of the canonical headers: the value trimmed, runs of spaces and tabs made one space. */
export function headerLine(name: string, value: string): string {
  return `${name}:${value.includes(' ') || value.includes('\t') ? value.trim().replace(/[ \t]+/g, ' ') : value}\n`;
}

/** The string to sign: algorithm, time, scope and the hash of the canonical request. `amzDate` is `yyyyMMddTHHmmssZ`. */
export const stringToSign = (amzDate: string, scope: Scope, canonical: string): string =>
  `${ALGORITHM}\n${amzDate}\n${scopeText(scope)}\n${hex(sha256(canonical))}`;

/** A text signed with the key of one secret and scope: 64 lower-case hexadecimal digits. */
export const signature = (accessKeyId: string, secretAccessKey: string, scope: Scope, text: string): string =>
  hex(hmacSha256(signingKey(accessKeyId, secretAccessKey, scope), text));
