/** How a call of the query APIs is written down: its name, what it needs, what its answer holds. */
import { element, type XmlNode } from '@latchkey/s3/xml-writer';
import type { Authenticated, Authorised, Operation, Permission, QueryService, Site, Stores } from '../pipeline.ts';
import { NAMESPACES } from './namespaces.ts';
import { type Parameters, parametersOf } from './parameters.ts';

/** A call on its way to being answered. */
export type Call<Request extends Authenticated = Authenticated> = {
  readonly request: Request;
  readonly parameters: Parameters;
  readonly stores: Stores;
  readonly site: Site;
};

export type Action = Pick<Operation, 'name' | 'authenticatedBy'> & {
  needs(call: Call): readonly Permission[] | Promise<readonly Permission[]>;
  /** The children of the result; nothing for an action that has no result. */
  run(call: Call<Authorised>): Promise<readonly (XmlNode | undefined)[] | undefined>;
};

const encoder = new TextEncoder();

export function defineAction(service: QueryService, action: Action): Operation {
  return {
    name: action.name,
    method: 'POST',
    scope: 'service',
    service,
    authenticatedBy: action.authenticatedBy,
    needs: (request, stores, site) => action.needs({ request, parameters: parametersOf(request), stores, site }),
    async run(request, stores, site) {
      const result = await action.run({ request, parameters: parametersOf(request), stores, site });
      const document = element(
        `${action.name}Response`,
        [
          result === undefined ? undefined : element(`${action.name}Result`, result),
          element('ResponseMetadata', [element('RequestId', request.requestId)]),
        ],
        { xmlns: NAMESPACES[service] },
      );
      return { status: 200, headers: ['Content-Type', 'text/xml', 'Cache-Control', 'no-store'], body: encoder.encode(document) };
    },
  };
}

/** `<List><member>…</member></List>` */
export function listElement(name: string, members: readonly XmlNode[][] | readonly string[]): XmlNode {
  return element(
    name,
    members.map((member) => element('member', member)),
  );
}

/** `2026-11-22T03:04:05Z` */
export function timeElement(name: string, ms: number): XmlNode {
  return element(name, `${new Date(ms).toISOString().slice(0, 19)}Z`);
}

export function optional(name: string, value: string | undefined): XmlNode | undefined {
  return value === undefined || value === '' ? undefined : element(name, value);
}
