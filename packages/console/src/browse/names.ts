/** Names of objects as people read them: keys are text of any kind, and some of it is meant to mislead. */

/** The last part of a key or prefix: `c.txt` of `a/b/c.txt`, `b` of `a/b/`. */
export function baseName(key: string): string {
  const name = key.replace(/\/$/, '').split('/').at(-1) ?? '';
  return name === '' ? key : name;
}

/** What is above: `a/b/` of `a/b/c.txt`, and `a/` of `a/b/`. */
export function parentPrefix(key: string): string {
  return key.slice(0, key.replace(/\/$/, '').lastIndexOf('/') + 1);
}

/**
 * A name on one line, in which nothing is invisible and nothing turns the text around: line ends and other controls as the signs for them, marks
 * of direction and width by name. For showing only.
 */
export function visibleName(name: string): string {
  return name.replace(UNSEEN, (character) => {
    const code = character.charCodeAt(0);
    if (code < 0x20) return String.fromCharCode(0x2400 + code);
    if (code === 0x7f) return '\u2421';
    return `\u27e8U+${code.toString(16).toUpperCase().padStart(4, '0')}\u27e9`;
  });
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: those are the ones
const UNSEEN = /[\0-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

/** Another name beside one that is taken: `a/b (2).txt` for `a/b.txt`. */
export function numberedName(key: string, number: number): string {
  const start = parentPrefix(key).length;
  const dot = key.lastIndexOf('.');
  // What begins with a dot is no ending.
  const at = dot > start ? dot : key.replace(/\/$/, '').length;
  return `${key.slice(0, at)} (${number})${key.slice(at)}`;
}

/** Whether a browser can address it at all: it takes dot segments out of every URL. */
export function isAddressable(key: string): boolean {
  return !/(^|\/)\.\.?(\/|$)/.test(key);
}

/** Why a name can not be given to an object or a folder; a key of words. */
export function nameProblem(name: string, prefix: string): 'empty' | 'dots' | 'slashes' | 'long' | undefined {
  if (name.trim() === '') return 'empty';
  if (/^\/|\/\/|\/$/.test(name)) return 'slashes';
  return keyProblem(prefix + name);
}

/** Why a browser can not make an object of this name, where others might; a key of words. */
export function keyProblem(key: string): 'dots' | 'long' | undefined {
  if (!isAddressable(key)) return 'dots';
  return new TextEncoder().encode(key).length > 1024 ? 'long' : undefined;
}

/** S3's rules for new buckets; a key of words. */
export function bucketNameProblem(name: string): 'length' | 'characters' | 'ends' | 'address' | undefined {
  if (name.length < 3 || name.length > 63) return 'length';
  if (!/^[a-z0-9.-]+$/.test(name)) return 'characters';
  if (!/^[a-z0-9].*[a-z0-9]$/.test(name) || name.includes('..')) return 'ends';
  return /^\d+\.\d+\.\d+\.\d+$/.test(name) ? 'address' : undefined;
}

export type FileKind = 'image' | 'video' | 'audio' | 'pdf' | 'csv' | 'json' | 'text' | 'archive' | 'other';

/** By the type it was stored with; where that says nothing, by the end of its name. */
export function fileKind(name: string, contentType?: string): FileKind {
  const type = contentType?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const ending = /\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase() ?? '';
  const said = type === '' || type === 'application/octet-stream' || type === 'binary/octet-stream' ? undefined : kindOfType(type);
  return said === undefined || said === 'text' || said === 'other' ? (BY_ENDING[ending] ?? said ?? 'other') : said;
}

function kindOfType(type: string): FileKind {
  if (type === 'image/svg+xml') return 'image';
  const [family = ''] = type.split('/', 1);
  if (family === 'image' || family === 'video' || family === 'audio') return family;
  if (type === 'application/pdf') return 'pdf';
  if (type === 'text/csv' || type === 'text/tab-separated-values') return 'csv';
  if (/[/+]json$/.test(type)) return 'json';
  if (family === 'text' || /(?:xml|javascript|yaml|toml|sql|x-sh)$/.test(type)) return 'text';
  return /zip|tar|compressed|7z/.test(type) ? 'archive' : 'other';
}

const ENDINGS: readonly (readonly [FileKind, string])[] = [
  ['image', 'png jpg jpeg gif webp avif svg bmp ico'],
  ['video', 'mp4 m4v webm mov mkv ogv'],
  ['audio', 'mp3 m4a aac flac wav ogg oga opus'],
  ['pdf', 'pdf'],
  ['csv', 'csv tsv'],
  ['json', 'json geojson jsonl ndjson'],
  [
    'text',
    'txt md log ini conf cfg toml yaml yml xml html htm css js mjs ts tsx jsx sh py rb go rs java c h cpp sql env diff patch tex rst',
  ],
  ['archive', 'zip tar gz tgz bz2 xz zst 7z rar'],
];
const BY_ENDING: Readonly<Record<string, FileKind>> = Object.fromEntries(
  ENDINGS.flatMap(([kind, endings]) => endings.split(' ').map((ending) => [ending, kind])),
);
