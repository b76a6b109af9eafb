/** What the first bytes of files say about their type: against a page that calls itself a picture. */

/** So many bytes are looked at. */
export const LOOKED_AT_BYTES = 4096;

/**
 * Whether a file that begins with `head` (its first `LOOKED_AT_BYTES`, or all of it) may be of this type. `undefined` where nothing is
 * known about how files of the type begin.
 */
export function beginsAs(type: string, head: Uint8Array): boolean | undefined {
  const check = CHECKS[type] ?? (type.startsWith('text/') ? isText : undefined);
  return check?.(head);
}

/** Whether uploads of this type, or pattern of types (`image/*`), can be checked at all. */
export function isCheckable(pattern: string): boolean {
  if (pattern.startsWith('text/')) return true;
  return pattern.endsWith('/*') ? Object.keys(CHECKS).some((type) => type.startsWith(pattern.slice(0, -1))) : pattern in CHECKS;
}

type HeadCheck = (head: Uint8Array) => boolean;

const at =
  (offset: number, ...bytes: (number | string)[]): HeadCheck =>
  (head) => {
    const wanted = bytes.flatMap((part) => (typeof part === 'string' ? [...Buffer.from(part, 'latin1')] : [part]));
    return head.length >= offset + wanted.length && wanted.every((byte, index) => head[offset + index] === byte);
  };
const both =
  (...checks: HeadCheck[]): HeadCheck =>
  (head) =>
    checks.every((check) => check(head));
const either =
  (...checks: HeadCheck[]): HeadCheck =>
  (head) =>
    checks.some((check) => check(head));

/** ISO base media files name their brand, then those they are compatible with. */
const brand =
  (wanted: RegExp): HeadCheck =>
  (head) =>
    at(4, 'ftyp')(head) && wanted.test(latin1(head.subarray(8, 64)));
const riff = (form: string): HeadCheck => both(at(0, 'RIFF'), at(8, form));
const zip = either(at(0, 'PK', 3, 4), at(0, 'PK', 5, 6), at(0, 'PK', 7, 8));
const ogg = at(0, 'OggS');
const matroska = at(0, 0x1a, 0x45, 0xdf, 0xa3);
const mp4 = brand(/isom|iso\d|mp4\d|avc1|M4V|M4A|M4B|dash|mmp4|MSNV|f4v|qt {2}/);
/** Frames of MPEG audio begin with eleven bits set; a tag may stand before them. */
const mpegAudio = either(at(0, 'ID3'), (head) => head[0] === 0xff && ((head[1] ?? 0) & 0xe0) === 0xe0);

const CHECKS: Readonly<Record<string, HeadCheck>> = Object.assign(Object.create(null), {
  'image/png': at(0, 0x89, 'PNG\r\n', 0x1a, '\n'),
  'image/jpeg': at(0, 0xff, 0xd8, 0xff),
  'image/gif': either(at(0, 'GIF87a'), at(0, 'GIF89a')),
  'image/webp': riff('WEBP'),
  'image/avif': brand(/avif|avis/),
  'image/heic': brand(/hei[cmsx]|hev[cmsx]/),
  'image/heif': brand(/hei[cmsx]|hev[cmsx]|mif1|msf1/),
  'image/bmp': at(0, 'BM'),
  'image/tiff': either(at(0, 'II', 0x2a, 0), at(0, 'MM', 0, 0x2a)),
  'image/x-icon': at(0, 0, 0, 1, 0),
  'image/vnd.microsoft.icon': at(0, 0, 0, 1, 0),
  'image/svg+xml': both(isText, (head) => /<svg[\s>]/i.test(latin1(head))),
  'application/pdf': (head) => latin1(head.subarray(0, 1024)).includes('%PDF-'),
  'application/json': isText,
  'application/xml': isText,
  'application/zip': zip,
  'application/x-zip-compressed': zip,
  'application/epub+zip': zip,
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': zip,
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': zip,
  'application/vnd.openxmlformats-officedocument.presentationml.presentation': zip,
  'application/vnd.oasis.opendocument.text': zip,
  'application/vnd.oasis.opendocument.spreadsheet': zip,
  'application/vnd.oasis.opendocument.presentation': zip,
  'application/gzip': at(0, 0x1f, 0x8b),
  'application/x-gzip': at(0, 0x1f, 0x8b),
  'application/x-7z-compressed': at(0, '7z', 0xbc, 0xaf, 0x27, 0x1c),
  'application/vnd.rar': at(0, 'Rar!', 0x1a, 7),
  'application/x-tar': at(257, 'ustar'),
  'application/zstd': at(0, 0x28, 0xb5, 0x2f, 0xfd),
  'video/mp4': mp4,
  'video/quicktime': either(mp4, at(4, 'moov'), at(4, 'mdat'), at(4, 'wide')),
  'video/webm': matroska,
  'video/x-matroska': matroska,
  'video/ogg': ogg,
  'video/mpeg': either(at(0, 0, 0, 1, 0xba), at(0, 0, 0, 1, 0xb3)),
  'video/x-msvideo': riff('AVI '),
  'audio/mpeg': mpegAudio,
  'audio/mp4': mp4,
  'audio/aac': either(mpegAudio, at(0, 'ADIF')),
  'audio/wav': riff('WAVE'),
  'audio/x-wav': riff('WAVE'),
  'audio/ogg': ogg,
  'audio/flac': at(0, 'fLaC'),
  'audio/webm': matroska,
  'font/woff': at(0, 'wOFF'),
  'font/woff2': at(0, 'wOF2'),
  'font/ttf': either(at(0, 0, 1, 0, 0), at(0, 'true')),
  'font/otf': at(0, 'OTTO'),
} satisfies Readonly<Record<string, HeadCheck>>);

/** No byte that no text has, in any of the usual encodings but UTF-16, which says so at its start. */
function isText(head: Uint8Array): boolean {
  if (at(0, 0xff, 0xfe)(head) || at(0, 0xfe, 0xff)(head)) return true;
  return head.every((byte) => byte >= 0x20 || (byte >= 0x09 && byte <= 0x0d) || byte === 0x1b);
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
