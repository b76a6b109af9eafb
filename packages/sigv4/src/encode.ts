/**
 * Percent-encodes a text as SigV4 wants it: `A-Za-z0-9-._~` stay, every other UTF-8 byte becomes `%XX` in upper case.
 * Throws URIError for a lone surrogate, which has no UTF-8 form.
 */
export function uriEncode(text: string): string {
  return allUnreserved(text) ? text : encodeURIComponent(text).replace(/[!'()*]/g, percent);
}

/** {@link uriEncode} with `/` kept: an object's path, encoded once and never normalised, as S3 wants it. */
export function uriEncodePath(path: string): string {
  return allUnreserved(path, SLASH) ? path : uriEncode(path).replaceAll('%2F', '/');
}

const SLASH = 47;

/** 1 for every ASCII code that SigV4 never encodes. */
export const UNRESERVED: Uint8Array = new Uint8Array(128);
for (const character of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~') UNRESERVED[character.charCodeAt(0)] = 1;

function allUnreserved(text: string, orThis = -1): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (UNRESERVED[code] !== 1 && code !== orThis) return false;
  }
  return true;
}

const percent = (character: string): string => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
