/**
 * The values of `x-amz-meta-…`, which headers can carry in ASCII only. S3 sends what is more as words of RFC 2047, and takes such words for what
 * they stand for; stores that keep them as they were sent give them back, which comes to the same.
 */

/** What a header's value says to people. A word that can not be read stays as it is. */
export function metadataText(header: string): string {
  return header.replace(WORDS, (word, charset: string, encoding: string, text: string) => {
    try {
      const bytes = encoding.toUpperCase() === 'B' ? atob(text) : quoted(text);
      return new TextDecoder(charset, { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)));
    } catch {
      return word;
    }
  });
}

/** The value of a header that says a text, so that `metadataText` has it back whatever it is. No line end gets into a header. */
export function metadataHeader(text: string): string {
  const isPlain = /^[ -~]*$/.test(text) && text === text.trim() && !text.includes('=?');
  return isPlain ? text : `=?UTF-8?B?${btoa(String.fromCharCode(...new TextEncoder().encode(text)))}?=`;
}

/** Space between two words is none of the text. */
const WORDS = /=\?([\w-]+)\?([BQ])\?([^?\s]*)\?=(?:[ \t]+(?==\?[\w-]+\?[BQ]\?[^?\s]*\?=))?/gi;

function quoted(text: string): string {
  return text.replaceAll('_', ' ').replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
