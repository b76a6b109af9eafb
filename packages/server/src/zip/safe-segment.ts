/** Parts of a key, between slashes, as names of files and folders on every system. */

/** What a file system takes: 255 bytes on Linux, 255 UTF-16 units on Windows and macOS, never more of these than bytes. */
const MAX_SEGMENT_BYTES = 255;
/** Room for ` (4294967295)`, always kept, so that the same name is shortened the same whatever its number. */
const NUMBER_BYTES = 13;

/**
 * A key's segments that can be names, at least one. Empty ones, `.` and `..` are left out: they lead elsewhere. Replaced by `_` are what
 * Windows does not take (`<>:"|?*`, and with the colon drive letters and alternate streams), `\`, which separates there and elsewhere does
 * not, control characters, what turns writing around so that `gpj.exe` can be read as `exe.jpg`, line ends, halves of surrogate pairs,
 * dots and blanks at the end, which Windows drops. Windows's devices (`CON`, `nul.txt`) get a `_` in front. Longer segments are cut to
 * 255 bytes, their extension kept.
 */
export function safeSegments(key: string): readonly [string, ...string[]] {
  const [first = 'unnamed', ...others] = key.split('/').filter(isName).map(safeSegment);
  return [first, ...others];
}

/** A segment in two: ` (2)` goes between. A folder's has no extension. Both short enough for any number. */
export function numberedParts(segment: string, isFolder: boolean): { readonly stem: string; readonly extension: string } {
  const extension = isFolder ? '' : extensionOf(segment);
  const stem = segment.slice(0, segment.length - extension.length);
  return { stem: cut(stem, MAX_SEGMENT_BYTES - NUMBER_BYTES - Buffer.byteLength(extension)), extension };
}

/**
 * The same for two names that some file system takes for one: case, composed and decomposed letters, and characters nobody sees make no
 * difference on macOS or Windows. Makes more names equal than any of them does, which costs a number and never a file.
 */
export function foldedName(name: string): string {
  if (PLAIN.test(name)) return name.toUpperCase();
  return name
    .normalize('NFKD')
    .toLowerCase()
    .toUpperCase()
    .normalize('NFKD')
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '');
}

/** ASCII, as most names are: folded by case alone. */
const PLAIN = /^[ -~]*$/;

function isName(segment: string): boolean {
  return segment !== '' && segment !== '.' && segment !== '..';
}

function safeSegment(segment: string): string {
  const shown = withoutBlankEnd(segment.replace(UNSAFE, '_'));
  return shortened(DEVICE.test(shown) ? `_${shown}` : shown);
}

const UNSAFE = /[<>:"|?*\\\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
/** A device is meant whatever the extension, also with blanks before it. */
const DEVICE = /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³]) *(\.|$)/i;

function shortened(segment: string): string {
  if (Buffer.byteLength(segment) <= MAX_SEGMENT_BYTES) return segment;
  const extension = extensionOf(segment);
  return cut(segment.slice(0, segment.length - extension.length), MAX_SEGMENT_BYTES - Buffer.byteLength(extension)) + extension;
}

/** From the last dot on, where that looks like an extension and something stands before it. */
function extensionOf(segment: string): string {
  return /(?<=.)\.[^. ]{1,16}$/u.exec(segment)?.[0] ?? '';
}

/** At most so many bytes from the start, whole characters. What is then the end may not be a blank or a dot either. */
function cut(text: string, maxBytes: number): string {
  if (Buffer.byteLength(text) <= maxBytes) return text;
  let end = maxBytes;
  const bytes = Buffer.from(text);
  while ((bytes[end]! & 0xc0) === 0x80) end -= 1;
  return withoutBlankEnd(bytes.toString('utf8', 0, end));
}

/** A loop, since the regular expression would be tried at every dot and blank of a name made of them. */
function withoutBlankEnd(text: string): string {
  let end = text.length;
  while (text[end - 1] === ' ' || text[end - 1] === '.') end -= 1;
  return text.slice(0, end) + '_'.repeat(text.length - end);
}
