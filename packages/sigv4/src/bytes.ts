/** Bytes whose buffer is a plain ArrayBuffer, which is what every Web API takes. */
export type Bytes = Uint8Array<ArrayBuffer>;

const encoder = /* @__PURE__ */ new TextEncoder();

/** The UTF-8 bytes of a text. */
export const utf8 = (text: string): Bytes => encoder.encode(text);

/** The bytes of a text whose characters are bytes (U+0000 to U+00FF), as those of HTTP header values are. */
export function headerBytes(text: string): Bytes {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

const HEX_PAIRS: readonly string[] = /* @__PURE__ */ Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Lower-case hexadecimal. */
export function hex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += HEX_PAIRS[byte];
  return text;
}

/** The bytes of a text of hexadecimal pairs. */
export function fromHex(text: string): Bytes {
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(text.slice(i * 2, i * 2 + 2), 16);
  return bytes;
}

/** Base64 with padding (RFC 4648, section 4). */
export function base64(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/** The bytes of a base64 text, white space ignored; undefined if it is none. */
export function fromBase64(text: string): Bytes | undefined {
  try {
    return headerBytes(atob(text));
  } catch {
    return undefined;
  }
}

/**
 * Compares two texts in a time that depends on their lengths only, never on where they differ, so that nobody can find
 * a signature character by character with a clock.
 */
export function equalInConstantTime(given: string, expected: string): boolean {
  let difference = given.length ^ expected.length;
  for (let i = 0; i < expected.length; i++) difference |= given.charCodeAt(i) ^ expected.charCodeAt(i);
  return difference === 0;
}
