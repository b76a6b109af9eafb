/** The second step: one request, one operation. */
import { S3Error } from '@latchkey/s3/errors';
import { headerValue } from './headers.ts';
import type { Addressed, Operation, QueryCall } from './pipeline.ts';

export type Router = (request: Addressed) => Operation;

/**
 * Makes the router of a table of operations. Two operations that would match one request are an error here, at start.
 *
 * The router throws MethodNotAllowed where the resource exists but not with this method, and InvalidArgument where
 * the query names two sub-resources.
 */
export function createRouter(operations: readonly Operation[]): Router {
  const rows = new Map<string, Operation[]>();
  const actions = new Map<string, Operation>();
  const subresources = new Set<string>();
  for (const operation of operations) {
    if (operation.service !== undefined) {
      if (actions.has(operation.name)) throw new Error(`two operations are called ${operation.name}`);
      actions.set(operation.name, operation);
      continue;
    }
    const place = placeOf(operation.method, operation.scope, operation.subresource);
    const there = rows.get(place) ?? [];
    if (there.some((other) => other.header === operation.header))
      throw new Error(`${operation.name} and ${there[0]?.name} would match the same request (${place})`);
    // The row that asks for a header is tried before the one that does not.
    rows.set(place, operation.header === undefined ? [...there, operation] : [operation, ...there]);
    if (operation.subresource !== undefined) subresources.add(operation.subresource);
  }

  return (request) => {
    if (request.call !== undefined) return actionOf(request.call, actions);
    const subresource = subresourceOf(request, subresources);
    const candidates = rows.get(placeOf(request.method, request.scope, subresource));
    const operation = candidates?.find(({ header }) => header === undefined || headerValue(request.headers, header) !== undefined);
    if (operation === undefined)
      throw new S3Error('MethodNotAllowed', { fields: { Method: request.method, ResourceType: resourceType(request.scope, subresource) } });
    return operation;
  };
}

function actionOf({ action }: QueryCall, actions: ReadonlyMap<string, Operation>): Operation {
  const operation = actions.get(action);
  if (operation === undefined) throw new S3Error('InvalidAction', { message: `Could not find operation ${action}` });
  return operation;
}

function placeOf(method: string, scope: string, subresource: string | undefined): string {
  return subresource === undefined ? `${method} ${scope}` : `${method} ${scope}?${subresource}`;
}

function subresourceOf(request: Addressed, known: ReadonlySet<string>): string | undefined {
  let found: string | undefined;
  for (const { name } of request.target.query) {
    if (!known.has(name) || name === found) continue;
    if (found !== undefined) {
      throw new S3Error('InvalidArgument', {
        message: `Conflicting query string parameters: ${[found, name].sort().join(', ')}`,
        fields: { ArgumentName: 'ResourceType', ArgumentValue: found },
      });
    }
    found = name;
  }
  return found;
}

function resourceType(scope: string, subresource: string | undefined): string {
  if (subresource !== undefined) return subresource.toUpperCase();
  return scope.toUpperCase();
}
