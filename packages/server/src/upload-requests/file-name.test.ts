import fc from 'fast-check';
import { expect, test } from 'vitest';
import { safeFileName, shownFileName } from './file-name.ts';

test('safeFileName is one segment of a key that is neither empty nor of dots, whatever it is given', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (name) => {
      const safe = safeFileName(name);
      expect(safe).not.toMatch(/^$|^\.|\.$|[/\\<>:"|?*%#]|\p{Cc}|\p{Surrogate}|[\u202a-\u202e\u2066-\u2069]/u);
      expect(Buffer.byteLength(safe)).toBeLessThanOrEqual(200);
      expect(safe.trim()).toBe(safe);
    }),
  );
});

test('safeFileName of a safe name is that name', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (name) => {
      const safe = safeFileName(name);
      expect(safeFileName(safe)).toBe(safe);
    }),
  );
});

test.each([
  ['report.pdf', 'report.pdf'],
  ['C:\\Users\\ann\\report.pdf', 'report.pdf'],
  ['a/b/../c', 'c'],
  ['', 'file'],
  ['   ', 'file'],
  ['name. . .', 'name'],
  ['aux', '_aux'],
  ['COM1.tar.gz', '_COM1.tar.gz'],
  ['console.log', 'console.log'],
  ['e\u0301.txt', 'é.txt'],
  [`${'x'.repeat(300)}.tar`, `${'x'.repeat(196)}.tar`],
  [`${'x'.repeat(300)}.${'y'.repeat(30)}`, 'x'.repeat(200)],
  [`${'x'.repeat(198)}. ${'y'.repeat(30)}`, 'x'.repeat(198)],
])('safeFileName(%j) is %j', (name, safe) => {
  expect(safeFileName(name)).toBe(safe);
});

test('shownFileName keeps what is harmless to see', () => {
  expect(shownFileName('<b> 50% off?.txt')).toBe('<b> 50% off?.txt');
  expect(shownFileName('gpj\u202egpj.exe\n')).toBe('gpjgpj.exe');
  expect(shownFileName('../../etc/passwd')).toBe('passwd');
  expect(shownFileName('\u0000')).toBe('file');
});
