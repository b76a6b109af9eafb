/** Object keys as the names of files in an archive. */
import { type NamePrint, NameTable, namePrint } from './name-table.ts';
import { foldedName, numberedParts, safeSegments } from './safe-segment.ts';

/**
 * Makes one archive's names, from each key and how many bytes it has, in the order of the archive. Every name can be extracted on Linux,
 * macOS and Windows, stays in the folder it is extracted to (`safeSegments` says how), and is different from all before it, also where
 * case is no difference: the second is `cat (2).jpg`. Where a key is an object and a folder of others, as `a` and `a/b`, the one that comes
 * later is numbered: `a (2)/b`, and so all of that folder. A key that ends in `/` and has no bytes is a directory; with bytes it is a file.
 *
 * The same keys in the same order get the same names, so that a first pass can add up what a second one sends. Names are not kept: see
 * `NameTable` for the 21 to 43 bytes that each file and each folder costs. Windows takes paths of more than 260 characters only where it
 * has been told to; keys are not shortened for it.
 */
export function zipNames(): (key: string, sizeBytes: number) => string {
  const names = new GivenNames();
  return (key, sizeBytes) => {
    const segments = safeSegments(key);
    if (key.endsWith('/') && sizeBytes === 0) return names.directory(segments);
    return names.file(names.folder(segments.slice(0, -1)), segments.at(-1)!);
  };
}

/** What a name is taken for: a file, and in the name of a numbered series, the next number; a folder, and the number it went by. */
const FILE = 0;
const FOLDER = 1;

class GivenNames {
  readonly #table = new NameTable();
  /** The folder that was asked for last: keys in order mostly share it with their neighbours. */
  #recent = { segments: '', given: '' };

  /** The name of a file in a folder, which is a name of ours with a `/` behind it, or empty. */
  file(folder: string, segment: string): string {
    const name = folder + segment;
    const print = printOf(name);
    if (this.#isTaken(print)) return this.#numbered(folder, segment, false).name;
    this.#table.set(print, FILE, 1);
    return name;
  }

  /** Where the folder's files go: empty for no segments, else with a `/` behind it. The same for the same segments. */
  folder(segments: readonly string[]): string {
    const asked = segments.join('/');
    if (asked === this.#recent.segments) return this.#recent.given;
    let given = '';
    for (const segment of segments) given = this.#folderIn(given, segment);
    this.#recent = { segments: asked, given };
    return given;
  }

  /** A directory as an entry of its own. The second of the same name is another, empty one: no name is there twice. */
  directory(segments: readonly string[]): string {
    const given = this.folder(segments);
    if (this.#claim(given)) return given;
    const another = this.#numbered(this.folder(segments.slice(0, -1)), segments.at(-1)!, true);
    this.#claim(`${another.name}/`);
    return `${another.name}/`;
  }

  #folderIn(parent: string, segment: string): string {
    const name = parent + segment;
    const print = printOf(name);
    const number = this.#table.get(print, FOLDER);
    if (number === AS_IT_IS) return `${name}/`;
    if (number !== 0) return `${parent}${withNumber(segment, number, true)}/`;
    if (this.#table.get(print, FILE) === 0) {
      this.#table.set(print, FOLDER, AS_IT_IS);
      return `${name}/`;
    }
    const numbered = this.#numbered(parent, segment, true);
    this.#table.set(print, FOLDER, numbered.number);
    return `${numbered.name}/`;
  }

  /**
   * The first name of the series that is not taken. Where a series goes on is kept, so that a million keys of one name do not try each
   * other's numbers; each name can be in the way of one series only, once.
   */
  #numbered(folder: string, segment: string, isFolder: boolean): { readonly name: string; readonly number: number } {
    const { stem, extension } = numberedParts(segment, isFolder);
    // No name has a colon.
    const series = printOf(`${folder}${stem}:${extension}`);
    let number = Math.max(this.#table.get(series, FILE), 2);
    while (this.#isTaken(printOf(folder + withNumber(segment, number, isFolder)))) number += 1;
    const name = folder + withNumber(segment, number, isFolder);
    this.#table.set(series, FILE, number + 1);
    this.#table.set(printOf(name), isFolder ? FOLDER : FILE, isFolder ? AS_IT_IS : 1);
    return { name, number };
  }

  #isTaken(print: NamePrint): boolean {
    return this.#table.get(print, FILE) !== 0 || this.#table.get(print, FOLDER) !== 0;
  }

  /** Whether a directory's name, with its `/`, is given out for the first time. */
  #claim(directory: string): boolean {
    const print = printOf(directory);
    if (this.#table.get(print, FILE) !== 0) return false;
    this.#table.set(print, FILE, 1);
    return true;
  }
}

/** The number of a folder that needed none. */
const AS_IT_IS = 1;

function printOf(name: string): NamePrint {
  return namePrint(foldedName(name));
}

function withNumber(segment: string, number: number, isFolder: boolean): string {
  const { stem, extension } = numberedParts(segment, isFolder);
  return `${stem} (${number})${extension}`;
}
