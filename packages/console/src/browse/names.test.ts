import { describe, expect, it } from 'vitest';
import { baseName, bucketNameProblem, fileKind, nameProblem, numberedName, parentPrefix, visibleName } from './names.ts';

describe('baseName and parentPrefix', () => {
  it.each([
    ['a/b/c.txt', 'c.txt', 'a/b/'],
    ['a/b/', 'b', 'a/'],
    ['c.txt', 'c.txt', ''],
    ['a/', 'a', ''],
    ['/', '/', ''],
    ['a//', 'a//', 'a/'],
  ])('take %j apart', (key, base, parent) => {
    expect([baseName(key), parentPrefix(key)]).toEqual([base, parent]);
  });
});

describe('numberedName', () => {
  it.each([
    ['a/b.txt', 'a/b (2).txt'],
    ['a.d/b', 'a.d/b (2)'],
    ['.env', '.env (2)'],
    ['a/.env', 'a/.env (2)'],
    ['x.tar.gz', 'x.tar (2).gz'],
    ['a/b/', 'a/b (2)/'],
  ])('of %j is %j', (key, numbered) => {
    expect(numberedName(key, 2)).toBe(numbered);
  });
});

describe('visibleName', () => {
  it('leaves what people write alone, in every script', () => {
    for (const name of ['Bericht – März (2).pdf', 'تقرير.pdf', '報告書.pdf', '👩‍💻 notes.md'.replaceAll('\u200d', ''), '<b>x</b>'])
      expect(visibleName(name)).toBe(name);
  });
  it('shows what would hide, break the line or turn it around', () => {
    expect(visibleName('a\nb\tc\0')).toBe('a␊b␉c␀');
    expect(visibleName('invoice\u202Egpj.exe')).toBe('invoice⟨U+202E⟩gpj.exe');
    expect(visibleName('a\u200Bb\u00ADc\u2028d')).toBe('a⟨U+200B⟩b⟨U+00AD⟩c⟨U+2028⟩d');
  });
});

describe('nameProblem', () => {
  it.each([
    ['', 'empty'],
    [' ', 'empty'],
    ['..', 'dots'],
    ['a/../b', 'dots'],
    ['a//b', 'slashes'],
    ['/a', 'slashes'],
    ['ä'.repeat(600), 'long'],
    ['a/b', undefined],
    ['März.pdf', undefined],
  ])('says of %j: %s', (name, problem) => {
    expect(nameProblem(name, 'x/')).toBe(problem);
  });
});

describe('bucketNameProblem', () => {
  it.each([
    ['ab', 'length'],
    ['Photos', 'characters'],
    ['-photos', 'ends'],
    ['a..b', 'ends'],
    ['10.0.0.1', 'address'],
    ['team-files', undefined],
  ])('says of %s: %s', (name, problem) => {
    expect(bucketNameProblem(name)).toBe(problem);
  });
});

describe('fileKind', () => {
  it.each([
    ['a.png', 'image/png', 'image'],
    ['a.bin', 'application/octet-stream', 'other'],
    ['a.mp4', 'application/octet-stream', 'video'],
    ['a.csv', 'text/plain', 'csv'],
    ['a.html', 'text/html; charset=utf-8', 'text'],
    ['a.svg', 'image/svg+xml', 'image'],
    ['a', 'application/vnd.api+json', 'json'],
    ['a.zip', undefined, 'archive'],
    ['report.pdf', 'image/png', 'image'],
  ])('of %s, stored as %s, is %s', (name, type, kind) => {
    expect(fileKind(name, type)).toBe(kind);
  });
});
