import { headerBytes, hex } from './bytes.ts';
import { nativeHashes } from './sha256-native.ts';
import { hmacSha256Plain, sha256Plain } from './sha256-plain.ts';

/** What signing needs of a hash. Every text is a text of bytes: one byte a character (see `headerBytes`), ASCII nearly always. */
export type Hashes = {
  /** SHA-256 in lower-case hex. */
  readonly sha256Hex: (data: string | Uint8Array) => string;
  /** HMAC-SHA256 in lower-case hex, prepared for one secret: the secret is absorbed once, not at every use. */
  readonly hmacSha256: (secret: Uint8Array) => HmacKey;
};

/** Signs a text under the secret it was prepared for: 64 lower-case hex digits. */
export type HmacKey = (text: string) => string;

/** The same bytes as any other, with nothing but the language. */
export const plainHashes: Hashes = {
  sha256Hex: (data) => hex(sha256Plain(toBytes(data))),
  hmacSha256: (secret) => {
    const prepared = hmacSha256Plain(secret);
    return (text) => hex(prepared(toBytes(text)));
  },
};

/** Node's own hash where it has a synchronous one-shot form, else the plain one. */
export const { sha256Hex, hmacSha256 }: Hashes = nativeHashes() ?? plainHashes;

const toBytes = (data: string | Uint8Array): Uint8Array => (typeof data === 'string' ? headerBytes(data) : data);
