/**
 * Percent-encodes a text as SigV4 wants it: `A-Za-z0-9-._~` stay, every other UTF-8 byte becomes `%XX` in upper case.
 * Throws URIError for a lone surrogate, which has no UTF-8 form.
 */
export const uriEncode = (text: string): string =>
  /[^\w.~-]/.test(text)
    ? encodeURIComponent(text).replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`)
    : text;

/** {@link uriEncode} with `/` kept: an object's path, encoded once and never normalised, as S3 wants it. */
export const uriEncodePath = (path: string): string => (/[^\w.~/-]/.test(path) ? uriEncode(path).replaceAll('%2F', '/') : path);
