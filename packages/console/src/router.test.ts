import { describe, expect, it } from 'vitest';
import { hrefOf, match } from './router.ts';

describe('match', () => {
  it('names the parts of a path', () => {
    expect(match('/buckets/:bucket', '/buckets/team-files')).toEqual({ bucket: 'team-files' });
    expect(match('/buckets/:bucket', '/buckets/team-files/')).toEqual({ bucket: 'team-files' });
    expect(match('/links/:id', '/links/a%2Fb')).toEqual({ id: 'a/b' });
    expect(match('/', '/')).toEqual({});
  });
  it.each(['/buckets', '/buckets/', '/buckets/a/b', '/links/a'])('does not take %s for a bucket', (path) => {
    expect(match('/buckets/:bucket', path)).toBeUndefined();
  });
  it('takes what is no encoding as it is', () => {
    expect(match('/links/:id', '/links/%zz')).toEqual({ id: '%zz' });
  });
});

describe('hrefOf', () => {
  it.each(['../../etc', 'a//b', 'a b?c#d&e=f%2F', '\u202Egpj.exe', 'é/ü'])('carries %j through the query unharmed', (prefix) => {
    const url = new URL(hrefOf('/buckets/box', { prefix }), 'http://localhost');
    expect(url.pathname).toBe('/buckets/box');
    expect(url.searchParams.get('prefix')).toBe(prefix);
  });
  it('leaves out what is not set', () => {
    expect(hrefOf('/links', { label: undefined, after: '' })).toBe('/links');
  });
});
