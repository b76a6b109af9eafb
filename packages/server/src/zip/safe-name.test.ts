import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NameTable, namePrint } from './name-table.ts';
import { zipNames } from './safe-name.ts';
import { foldedName } from './safe-segment.ts';

describe('a name made from a key', () => {
  test.each([
    ['photos/2026/cat.jpg', 'photos/2026/cat.jpg'],
    ['日本語/ä/🐈.txt', '日本語/ä/🐈.txt'],
    ['.profile', '.profile'],
    ['a b/c d.txt', 'a b/c d.txt'],
  ])('is the key where that is safe: %j', (key, name) => expect(nameOf(key)).toBe(name));

  test.each([
    ['../../etc/passwd', 'etc/passwd'],
    ['a/../../b', 'a/b'],
    ['/etc/passwd', 'etc/passwd'],
    ['//server/share', 'server/share'],
    ['a//b/./c', 'a/b/c'],
    ['..\\..\\boot.ini', '.._.._boot.ini'],
    ['\\\\server\\share', '__server_share'],
    ['C:\\Windows', 'C__Windows'],
    ['C:/Windows', 'C_/Windows'],
    ['..', 'unnamed'],
    ['/', 'unnamed'],
    ['...', '___'],
    ['.. /x', '___/x'],
  ])('leads nowhere else: %j', (key, name) => expect(nameOf(key)).toBe(name));

  test.each([
    ['a\u0000b', 'a_b'],
    ['line\r\nend', 'line__end'],
    ['escape\u001b[31m', 'escape_[31m'],
    ['c1\u009b', 'c1_'],
    ['exe.\u202egpj', 'exe._gpj'],
    ['\u2067hidden\u2069', '_hidden_'],
    ['a\u2028b', 'a_b'],
    ['half\ud800', 'half_'],
    ['a<b>c:d"e|f?g*h', 'a_b_c_d_e_f_g_h'],
    ['file.txt:stream', 'file.txt_stream'],
    ['end.', 'end_'],
    ['end. ', 'end__'],
    ['folder. /x', 'folder__/x'],
  ])('has nothing that a system refuses, drops or turns around: %j', (key, name) => expect(nameOf(key)).toBe(name));

  test.each(['CON', 'con', 'nul.txt', 'AUX.tar.gz', 'com1', 'LPT9.log', 'COM¹', 'CONOUT$', 'prn .txt'])(
    'is not a device of Windows: %s',
    (key) => {
      expect(nameOf(key)).toBe(`_${key}`);
      expect(nameOf(`a/${key}/b`)).toBe(`a/_${key}/b`);
    },
  );

  test.each(['console', 'com', 'com10', 'null', 'auxiliary.txt'])('keeps what only begins like one: %s', (key) =>
    expect(nameOf(key)).toBe(key),
  );

  test('has segments of 255 bytes at most, cut between characters, with their extension', () => {
    expect(nameOf(`${'x'.repeat(300)}.jpeg`)).toBe(`${'x'.repeat(250)}.jpeg`);
    expect(nameOf(`${'ä'.repeat(200)}.jpg`)).toBe(`${'ä'.repeat(125)}.jpg`);
    expect(nameOf(`${'🐈'.repeat(64)}/b`)).toBe(`${'🐈'.repeat(63)}/b`);
    expect(nameOf('x'.repeat(255))).toBe('x'.repeat(255));
    expect(nameOf(`${'x'.repeat(254)}.${'y'.repeat(20)}`)).toBe(`${'x'.repeat(254)}_`);
  });

  test('is a directory where the key ends in a slash and has no bytes, and a file where it has', () => {
    expect(nameOf('photos/', 0)).toBe('photos/');
    expect(nameOf('photos//', 0)).toBe('photos/');
    expect(nameOf('/', 0)).toBe('unnamed/');
    expect(nameOf('photos/', 5)).toBe('photos');
    expect(nameOf('photos', 0)).toBe('photos');
  });
});

describe('names of one archive', () => {
  test('are distinct, numbered before the extension', () => {
    expect(namesOf(['a/cat.jpg', 'a//cat.jpg', 'a/./cat.jpg', 'b/cat.jpg', 'x', './x', '.rc', '/.rc'])).toEqual([
      ...['a/cat.jpg', 'a/cat (2).jpg', 'a/cat (3).jpg', 'b/cat.jpg'],
      ...['x', 'x (2)', '.rc', '.rc (2)'],
    ]);
  });

  test('are distinct where case, composed letters or what nobody sees are the only difference', () => {
    expect(namesOf(['Cat.JPG', 'cat.jpg', 'CAT.jpg'])).toEqual(['Cat.JPG', 'cat (2).jpg', 'CAT (3).jpg']);
    expect(namesOf(['\u00e4.txt', 'a\u0308.txt', '\u00c4.txt'])).toEqual(['\u00e4.txt', 'a\u0308 (2).txt', '\u00c4 (3).txt']);
    expect(namesOf(['stra\u00dfe', 'STRASSE'])).toEqual(['stra\u00dfe', 'STRASSE (2)']);
    expect(namesOf(['ab', 'a\u200bb'])).toEqual(['ab', 'a\u200bb (2)']);
    expect(namesOf(['Photos/a', 'photos/A', 'photos/b'])).toEqual(['Photos/a', 'photos/A (2)', 'photos/b']);
  });

  test('do not take a number that a key has', () => {
    expect(namesOf(['a (2).txt', 'a.txt', './a.txt', './/a.txt'])).toEqual(['a (2).txt', 'a.txt', 'a (3).txt', 'a (4).txt']);
    expect(namesOf(['a.txt', './a.txt', 'a (2).txt'])).toEqual(['a.txt', 'a (2).txt', 'a (2) (2).txt']);
  });

  test('tell an object from the folder of the same name, whichever comes first', () => {
    expect(namesOf(['a', 'a/b', 'a/c/d', 'A/e', 'a.txt'])).toEqual(['a', 'a (2)/b', 'a (2)/c/d', 'A (2)/e', 'a.txt']);
    expect(namesOf(['a/b', 'a', 'a/c'])).toEqual(['a/b', 'a (2)', 'a/c']);
    expect(namesOf(['v1.2', 'v1.2/x', 'v1.2 (2)'])).toEqual(['v1.2', 'v1.2 (2)/x', 'v1.2 (2) (2)']);
  });

  test('of directories are there once each', () => {
    expect(namesOf(['a/', 'a/b', 'A/', 'a//', 'a (2)/c'])).toEqual(['a/', 'a/b', 'A (2)/', 'a (3)/', 'a (2)/c']);
  });

  test('stay within 255 bytes with a number', () => {
    const long = `${'x'.repeat(300)}.jpeg`;
    expect(namesOf([long, `./${long}`, `${'x'.repeat(301)}.jpeg`])).toEqual([
      `${'x'.repeat(250)}.jpeg`,
      ...[2, 3].map((number) => `${'x'.repeat(237)} (${number}).jpeg`),
    ]);
  });

  test('are safe and distinct for any keys, and the same for the same keys', () => {
    const segment = fc.oneof(
      fc.constantFrom('a', 'A', 'a.txt', 'a (2)', 'a (2).txt', '..', '.', '', 'con', 'x'.repeat(255), `${'x'.repeat(250)}.longer`),
      fc.string({ unit: 'binary', maxLength: 12 }),
    );
    const key = fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => segments.join('/'));
    const object = fc.record({ key, sizeBytes: fc.integer({ min: 0, max: 1 }) });
    fc.assert(
      fc.property(fc.array(object, { maxLength: 40 }), (objects) => {
        const names = given(objects);
        expect(given(objects)).toEqual(names);
        const files = names.map((name) => foldedName(name.replace(/\/$/, '')));
        expect(new Set(files).size).toBe(names.length);
        const fileNames = new Set(names.filter((name) => !name.endsWith('/')).map(foldedName));
        for (const name of names) expectSafe(name, fileNames);
      }),
      { numRuns: 300 },
    );
  });

  test('number 20,000 keys of one name without trying each number for each', () => {
    const name = zipNames();
    let last = '';
    for (let index = 0; index < 20_000; index++) last = name(`${'/'.repeat(index % 7)}same.txt`, 1);
    expect(last).toBe('same (20000).txt');
  });
});

describe('NameTable', () => {
  test('knows every name with its two numbers, and no other', () => {
    const table = new NameTable();
    for (let index = 0; index < 50_000; index++) table.set(namePrint(`name ${index}`), index % 2 === 0 ? 0 : 1, index + 1);
    for (let index = 0; index < 50_000; index++) {
      const print = namePrint(`name ${index}`);
      expect([table.get(print, 0), table.get(print, 1)]).toEqual(index % 2 === 0 ? [index + 1, 0] : [0, index + 1]);
      expect(table.get(namePrint(`other ${index}`), 0)).toBe(0);
    }
  });

  test('tells names apart of which half the print is the same', () => {
    const table = new NameTable();
    table.set([7, 1], 0, 5);
    expect([table.get([7, 1 + 2 ** 20], 0), table.get([8, 1], 0), table.get([7, 1], 0)]).toEqual([0, 0, 5]);
  });

  test('takes 43 bytes a name at most, whatever its length', () => {
    const table = new NameTable();
    for (let count = 1; count <= 100_000; count++) {
      table.set(namePrint(`${'long '.repeat(10)}${count}`), 0, 1);
      if (count > 48) expect(table.heldBytes / count).toBeLessThan(43);
    }
  });
});

function nameOf(key: string, sizeBytes = 1): string {
  return zipNames()(key, sizeBytes);
}

function namesOf(keys: readonly string[]): string[] {
  return given(keys.map((key) => ({ key, sizeBytes: key.endsWith('/') ? 0 : 1 })));
}

function given(objects: readonly { readonly key: string; readonly sizeBytes: number }[]): string[] {
  const name = zipNames();
  return objects.map(({ key, sizeBytes }) => name(key, sizeBytes));
}

/** As the systems have it, said otherwise than in the code: allowed or not, character by character. */
function expectSafe(name: string, files: ReadonlySet<string>): void {
  const segments = name.replace(/\/$/, '').split('/');
  segments.forEach((segment, index) => {
    expect(segment).not.toMatch(/^\.{0,2}$/);
    expect(segment).not.toMatch(/[. ]$/);
    expect(Buffer.byteLength(segment)).toBeLessThanOrEqual(255);
    expect(segment.split('.')[0]!.trim()).not.toMatch(/^(con|prn|aux|nul|com\d|lpt\d)$/i);
    expect([...segment].filter((character) => REFUSED.includes(character) || character < ' ' || isHalf(character))).toEqual([]);
    // No folder on the way is a file.
    if (index > 0) expect(files.has(foldedName(segments.slice(0, index).join('/')))).toBe(false);
  });
}

const REFUSED = '<>:"/\\|?*\u007f\u0085\u009b\u061c\u200e\u200f\u202a\u202e\u2066\u2069\u2028\u2029';

function isHalf(character: string): boolean {
  return character.length === 1 && character >= '\ud800' && character <= '\udfff';
}
