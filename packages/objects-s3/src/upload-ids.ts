/**
 * Ids of uploads: outside they have letters and digits only, those of the upstream have what it likes. Each character that is none, and `z`,
 * is written as `z` and the two hex digits of each of its bytes.
 */

export function shownUploadId(theirs: string): string {
  return theirs.replace(/[^0-9A-Za-y]/gu, (character) =>
    [...Buffer.from(character)].map((byte) => `z${byte.toString(16).padStart(2, '0')}`).join(''),
  );
}

/** The upstream's id; undefined for a text that is no id. */
export function upstreamUploadId(shown: string): string | undefined {
  if (shown.length > MAX_LENGTH || !/^(?:[0-9A-Za-y]|z[0-9a-f]{2})+$/.test(shown)) return undefined;
  const bytes = shown.replace(/z([0-9a-f]{2})/g, (_escape, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString();
}

/** No S3 has ids of more than 200 characters, and some fail when they are asked for one of 2000. */
const MAX_LENGTH = 1000;
