/** Names of files as strangers send them: made safe to be a part of a key, and to be shown. */

const LONGEST_BYTES = 200;

/**
 * One segment of a key: never empty, never of dots alone, without anything that separates, controls or turns text, at most 200 bytes of
 * UTF-8. What a name ends in stays where it is too long, since that says what it is.
 */
export function safeFileName(name: string): string {
  const last = name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
  const plain = last.normalize('NFC').replaceAll(UNSAFE, '_').replaceAll(INVISIBLE, '').trim();
  // No name that Windows has for a device, or takes the end from; and none that a shell hides.
  const bare = plain.replace(/[. ]+$/, '').replace(/^\.+/, '');
  const known = RESERVED.test(bare) ? `_${bare}` : bare;
  return shortened(known === '' ? 'file' : known);
}

/** Controls, half characters, and what file systems and URLs make something of. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: those are the ones
const UNSAFE = /[\u0000-\u001f\u007f-\u009f"*:<>?|#%{}$\u2028\u2029\ufffe\uffff]|\p{Surrogate}/gu;
/** Marks that turn the direction of text around, so that `exe.jpg` may be `gpj.exe`, and those that nobody sees. */
const INVISIBLE = /[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;
const RESERVED = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

function shortened(name: string): string {
  if (Buffer.byteLength(name) <= LONGEST_BYTES) return name;
  const dot = name.lastIndexOf('.');
  const ending = dot > 0 && Buffer.byteLength(name.slice(dot)) <= 20 ? name.slice(dot) : '';
  return cutTo(name.slice(0, name.length - ending.length), LONGEST_BYTES - Buffer.byteLength(ending)).replace(/[. ]+$/, '') + ending;
}

/** The longest beginning of whole characters that fits. */
function cutTo(text: string, bytes: number): string {
  let cut = '';
  let left = bytes;
  for (const character of text) {
    left -= Buffer.byteLength(character);
    if (left < 0) break;
    cut += character;
  }
  return cut;
}

/** As it is shown: what the deliverer called it, but for what would make it look like another. */
export function shownFileName(name: string): string {
  const last = name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are the ones
  const shown = last.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]|\p{Surrogate}/gu, ' ').replaceAll(INVISIBLE, '');
  return shown.trim().slice(0, 255) || 'file';
}
