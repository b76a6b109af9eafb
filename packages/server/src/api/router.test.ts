import { describe, expect, it } from 'vitest';
import type { ApiOperation } from './operation.ts';
import { apiRouter } from './router.ts';

const row = (method: ApiOperation['method'], path: string): ApiOperation => ({
  name: `${method} ${path}`,
  method,
  path,
  summary: '',
  actions: [],
  answer: { status: 200, description: '' },
  needs: () => [],
  run: async () => ({}),
});

describe('the router of the API', () => {
  const route = apiRouter([row('GET', '/links'), row('POST', '/links'), row('GET', '/links/{id}'), row('POST', '/links/{id}/url')]);

  it('finds the operation of a path and a method, and the parts of the path', () => {
    expect(route('POST', '/api/v1/links').operation.name).toBe('POST /links');
    expect(route('GET', '/api/v1/links/LKLN1')).toMatchObject({ operation: { name: 'GET /links/{id}' }, path: { id: 'LKLN1' } });
    expect(route('POST', '/api/v1/links/a b/url').path).toEqual({ id: 'a b' });
  });
  it.each([
    '/api/v1',
    '/api/v1/',
    '/api/v2/links',
    '/api/v1/links/',
    '/api/v1/links/a/b',
    '/api/v1//links',
    '/api/v1/links/a/url/',
    '/api/v1/../v1/links',
  ])('has nothing at %s', (path) => {
    expect(() => route('GET', path)).toThrow(expect.objectContaining({ code: 'NoSuchResource', status: 404 }));
  });
  it('says which methods a path has where it has not the one that was sent', () => {
    expect(() => route('DELETE', '/api/v1/links')).toThrow(
      expect.objectContaining({ code: 'MethodNotAllowed', fields: { Method: 'DELETE', Allow: 'GET, POST' } }),
    );
  });
  it('does not begin with two operations for one request', () => {
    expect(() => apiRouter([row('GET', '/links/{id}'), row('GET', '/links/{name}')])).toThrow('would match the same request');
  });
});
