import { describe, expect, it } from 'vitest';
import { placesMeant } from './place-meant.ts';

const here = { bucket: 'team', prefix: '2026/' };
const top = { bucket: 'team', prefix: '' };

describe('placesMeant', () => {
  it('is what begins so where the person is, and at the top of that bucket', () => {
    expect(placesMeant('rep', here, [])).toEqual([
      { bucket: 'team', prefix: '2026/rep' },
      { bucket: 'team', prefix: 'rep' },
    ]);
    expect(placesMeant('rep', top, [])).toEqual([{ bucket: 'team', prefix: 'rep' }]);
  });
  it('is in another bucket that the text begins with', () => {
    expect(placesMeant('photos/a', top, ['photos'])).toEqual([
      { bucket: 'photos', prefix: 'a' },
      { bucket: 'team', prefix: 'photos/a' },
    ]);
    expect(placesMeant('photos/a', undefined, ['team'])).toEqual([]);
  });
  it('takes an address by its word, with dots, slashes and all', () => {
    expect(placesMeant('s3://other/a/../b//c/', here, [])).toEqual([{ bucket: 'other', prefix: 'a/../b//c/' }]);
    expect(placesMeant('s3://other', here, [])).toEqual([]);
    expect(placesMeant('s3:///x', here, [])).toEqual([]);
  });
  it('asks nothing for nothing, nor for more than a key can hold', () => {
    expect(placesMeant('', here, ['team'])).toEqual([]);
    expect(placesMeant('ä'.repeat(513), top, [])).toEqual([]);
    expect(placesMeant('x'.repeat(1020), here, [])).toEqual([{ bucket: 'team', prefix: 'x'.repeat(1020) }]);
  });
});
