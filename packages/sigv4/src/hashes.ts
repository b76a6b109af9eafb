/**
 * SHA-256 in lower-case hex. A text is a text of bytes, one to a character (see `headerBytes`); ASCII nearly always.
 * `#sha256` is Node's own hash on Node and plain TypeScript everywhere else: the same bytes from both.
 */
export type Sha256Hex = (data: string | Uint8Array) => string;

/** Prepares HMAC-SHA256 for one secret: the secret is absorbed once, not at every use. */
export type HmacSha256 = (secret: Uint8Array) => HmacKey;

/** Signs a text under the secret it was prepared for: 64 lower-case hex digits. */
export type HmacKey = (text: string) => string;
