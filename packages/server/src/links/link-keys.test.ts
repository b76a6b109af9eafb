import { describe, expect, test } from 'vitest';
import { captionsKey, isForKey, sharedPrefix } from './link-keys.ts';
import type { Link } from './model.ts';

describe('isForKey', () => {
  test.each([
    [{ key: 'a' }, 'a', true],
    [{ key: 'a' }, 'ab', false],
    [{ key: 'a' }, '', false],
    [{ keys: ['a', 'b/c'] }, 'b/c', true],
    [{ keys: ['a', 'b/c'] }, 'b/', false],
    [{ keys: [] }, '', false],
    [{ keyPrefix: 'b/' }, 'b/c', true],
    [{ keyPrefix: 'b/' }, 'B/c', false],
    [{ keyPrefix: '' }, 'c', true],
    [{ keyPrefix: '' }, '', false],
    [{}, 'c', false],
  ])('%j is for %j: %s', (subject, key, isFor) => expect(isForKey(subject, key)).toBe(isFor));
});

describe('sharedPrefix', () => {
  test.each([
    [['a/b', 'a/c'], 'a/'],
    [['ab', 'ab'], 'ab'],
    [['ab', 'a', 'abc'], 'a'],
    [['x', 'y'], ''],
    [['only'], 'only'],
  ])('of %j is %j', (keys, prefix) => expect(sharedPrefix({ keys })).toBe(prefix));
});

describe('captionsKey', () => {
  const link = (more: Partial<Link>): Link => ({ method: 'GET', landing: {}, terms: { expiresAt: 1 }, ...more }) as Link;
  test.each([
    ['a/tour.mp4', 'a/tour.vtt'],
    ['tour.part.1.webm', 'tour.part.1.vtt'],
    ['a.b/tour', undefined],
    ['tour', undefined],
    ['a/.mp4', undefined],
    ['tour.vtt', undefined],
    ['tour.', undefined],
  ])('of %s is %s', (key, captions) => expect(captionsKey(link({ key }))).toBe(captions));

  test.each<Partial<Link>>([{ method: 'PUT' }, { terms: { expiresAt: 1, maxUses: 1 } }, { keyPrefix: 'a/' }])(
    'is none where %j',
    (more) => {
      const subject = 'keyPrefix' in more ? more : { key: 'tour.mp4', ...more };
      expect(captionsKey(link(subject))).toBeUndefined();
    },
  );

  test('is none of a link without a page', () => {
    const { landing: _, ...plain } = link({ key: 'tour.mp4' });
    expect(captionsKey(plain)).toBeUndefined();
  });
});
