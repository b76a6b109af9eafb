import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createSealer, SealError } from './sealing.ts';

const FIRST = randomBytes(32).toString('base64');
const SECOND = randomBytes(32).toString('hex');
const WORDS = 'a master key of several words';
const PLACE = 'access-key/LKIAEXAMPLE';

describe('a sealer', () => {
  test.each([
    ['base64', FIRST],
    ['hex', SECOND],
    ['words', WORDS],
  ])('with a key in %s opens what it sealed', (_, key) => {
    const sealer = createSealer([key]);
    for (const secret of ['', 'x', 'wJalrXUtnFEMI/K7MDENG', 'größer als ASCII 😀', 'long'.repeat(10_000)])
      expect(sealer.open(sealer.seal(secret, PLACE), PLACE)).toBe(secret);
  });
  test('reads a key in base64 with or without its padding, and in the alphabet of URLs, as the same', () => {
    const bytes = Buffer.from('fbff'.repeat(16), 'hex');
    const [plain, bare, url] = [bytes.toString('base64'), bytes.toString('base64').replace('=', ''), bytes.toString('base64url')];
    const ids = [plain, bare, url, bytes.toString('hex'), bytes.toString('hex').toUpperCase()].map((key) => createSealer([key]).keyId);
    expect(new Set(ids).size).toBe(1);
  });
  test('seals the same secret differently every time, and shows neither it nor the key', () => {
    const sealer = createSealer([FIRST]);
    const sealed = Array.from({ length: 100 }, () => sealer.seal('the same secret', PLACE));
    expect(new Set(sealed.map(({ box }) => box)).size).toBe(100);
    for (const { key, box } of sealed) {
      expect(Buffer.from(box, 'base64').includes('the same secret')).toBe(false);
      expect(FIRST).not.toContain(key);
    }
  });
  test('opens nothing in another place than it was sealed for', () => {
    const sealer = createSealer([FIRST]);
    const sealed = sealer.seal('secret', PLACE);
    for (const place of ['access-key/LKIAOTHER', `${PLACE} `, '', PLACE.toLowerCase()])
      expect(() => sealer.open(sealed, place)).toThrow('is damaged, or was sealed for something else');
  });
  test('opens nothing that was changed, whichever byte it is', () => {
    const sealer = createSealer([FIRST]);
    const sealed = sealer.seal('secret', PLACE);
    const box = Buffer.from(sealed.box, 'base64');
    for (let at = 0; at < box.length; at++) {
      const changed = Buffer.from(box);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(() => sealer.open({ ...sealed, box: changed.toString('base64') }, PLACE)).toThrow(SealError);
    }
    for (const length of [0, 1, 12, 28, box.length - 1])
      expect(() => sealer.open({ ...sealed, box: box.subarray(0, length).toString('base64') }, PLACE)).toThrow(SealError);
  });
  test('names the key that it does not have', () => {
    const sealed = createSealer([FIRST]).seal('secret', PLACE);
    expect(() => createSealer([SECOND]).open(sealed, PLACE)).toThrow(`No master key here is the one called ${sealed.key}`);
    // Calling another key by that name does not help.
    const other = createSealer([SECOND]);
    expect(() => other.open({ ...sealed, key: other.keyId }, PLACE)).toThrow(SealError);
  });
  test('seals with its first key and opens with all of them', () => {
    const old = createSealer([FIRST]).seal('old', PLACE);
    const both = createSealer([SECOND, FIRST]);
    const sealed = both.seal('new', PLACE);
    expect([both.open(old, PLACE), both.open(sealed, PLACE), sealed.key]).toEqual(['old', 'new', createSealer([SECOND]).keyId]);
  });
  test('asks for the keys as they are by now when one is not known, and before it seals', () => {
    let keys = [FIRST];
    const sealer = createSealer([FIRST], () => keys);
    const old = sealer.seal('old', PLACE);
    keys = [SECOND, FIRST];
    const elsewhere = createSealer([SECOND]).seal('elsewhere', PLACE);
    expect(sealer.open(elsewhere, PLACE)).toBe('elsewhere');
    expect(sealer.seal('new', PLACE).key).toBe(createSealer([SECOND]).keyId);
    expect(sealer.keyId).toBe(createSealer([SECOND]).keyId);
    expect(sealer.open(old, PLACE)).toBe('old');
    keys = [SECOND];
    sealer.seal('forgets the other', PLACE);
    expect(() => sealer.open(old, PLACE)).toThrow('No master key here');
  });
  test('is not made of nothing, nor of what is too short to be a key', () => {
    expect(() => createSealer([])).toThrow('There is no master key.');
    expect(() => createSealer(['fifteen letters'])).toThrow('at least 16 characters');
    expect(() => createSealer([FIRST, 'short'])).toThrow('at least 16 characters');
  });
});
