/**
 * A key as listings show it under `encoding-type=url`: letters, digits, slashes and `-`, `_`, `.`, `*` stay, a space becomes `+`, every
 * other byte `%XX`. (Java's URLEncoder with the slash kept, as measured on S3; SDKs decode it as a form value.)
 */
export function urlEncodeKey(text: string): string {
  if (UNCHANGED.test(text)) return text;
  return encodeURIComponent(text).replace(DIFFERENT, (found) => {
    if (found === '%2F') return '/';
    if (found === '%20') return '+';
    return `%${found.charCodeAt(0).toString(16).toUpperCase()}`;
  });
}

const UNCHANGED = /^[A-Za-z0-9-_.*/]*$/;
/** Where `encodeURIComponent` does otherwise. */
const DIFFERENT = /%2F|%20|[!~'()]/g;
