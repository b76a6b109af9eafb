import { sha256Hex } from '#sha256';
import { ALGORITHM, type Scope, scopeText } from './scope.ts';
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
  /** The signed headers, one `name:value\n` for each signed header, see {@link headerLine}. */
  readonly lines: string;
  /** Their names joined with `;`. */
  readonly list: string;
  /** SHA-256 of the body in lower-case hex, or one of the words that stand for it. */
  readonly payloadHash: string;
};

/** The canonical request: the text whose hash is signed. */
export const canonicalRequest = ({ method, path, query, lines, list, payloadHash }: CanonicalParts): string =>
  `${method}\n${path}\n${query}\n${lines}\n${list}\n${payloadHash}`;

/** One line of the canonical headers: the value trimmed, runs of spaces and tabs made one space. */
export function headerLine(name: string, value: string): string {
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (code === 0x20 || code === 0x09) return `${name}:${value.replace(/[ \t]+/g, ' ').replace(/^ | $/g, '')}\n`;
  }
  return `${name}:${value}\n`;
}

/** The string to sign: algorithm, time, scope and the hash of the canonical request. `amzDate` is `yyyyMMddTHHmmssZ`. */
export const stringToSign = (amzDate: string, scope: Scope, canonical: string): string =>
  `${ALGORITHM}\n${amzDate}\n${scopeText(scope)}\n${sha256Hex(canonical)}`;

/** A text signed with the key of one secret and scope: 64 lower-case hexadecimal digits. */
export const signature = (accessKeyId: string, secretAccessKey: string, scope: Scope, text: string): string =>
  signingKey(accessKeyId, secretAccessKey, scope)(text);
