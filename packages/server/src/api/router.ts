/** One path and method, one operation. */
import { S3Error } from '@latchkey/s3/errors';
import type { ApiOperation } from './operation.ts';

export const API_PREFIX = '/api/v1';

export type ApiRoute = { readonly operation: ApiOperation; readonly path: Readonly<Record<string, string>> };

/**
 * Makes the router of a table of operations; two that would match one request are an error here, at start. The router takes a decoded path
 * and throws NoSuchResource, or MethodNotAllowed where the path is right and the method is not.
 */
export function apiRouter(operations: readonly ApiOperation[]): (method: string, path: string) => ApiRoute {
  const rows = operations.map((operation) => ({ operation, segments: segmentsOf(API_PREFIX + operation.path) }));
  for (const [index, { operation, segments }] of rows.entries()) {
    const same = rows
      .slice(0, index)
      .find((row) => row.operation.method === operation.method && shapeOf(row.segments) === shapeOf(segments));
    if (same !== undefined) throw new Error(`${operation.name} and ${same.operation.name} would match the same request`);
  }
  return (method, path) => {
    const given = segmentsOf(path);
    const candidates = rows.flatMap(({ operation, segments }) => {
      const found = match(segments, given);
      return found === undefined ? [] : [{ operation, path: found }];
    });
    if (candidates.length === 0) throw new S3Error('NoSuchResource');
    const route = candidates.find(({ operation }) => operation.method === method);
    if (route !== undefined) return route;
    const allowed = candidates.map(({ operation }) => operation.method).join(', ');
    throw new S3Error('MethodNotAllowed', { fields: { Method: method.slice(0, 32), Allow: allowed } });
  };
}

function segmentsOf(path: string): readonly string[] {
  return path.split('/');
}

function shapeOf(segments: readonly string[]): string {
  return segments.map((segment) => (segment.startsWith('{') ? '{}' : segment)).join('/');
}

function match(segments: readonly string[], given: readonly string[]): Record<string, string> | undefined {
  if (segments.length !== given.length) return undefined;
  const found: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    const value = given[index] ?? '';
    if (segment.startsWith('{') && value !== '') found[segment.slice(1, -1)] = value;
    else if (segment !== value) return undefined;
  }
  return found;
}
