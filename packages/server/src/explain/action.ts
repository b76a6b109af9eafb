/** `ExplainRequest` over the query API, service `latchkey`: for `latchkey explain --as-server` and for administrators' own programs. */
import { isIP } from 'node:net';
import { S3Error } from '@latchkey/s3/errors';
import { splitUrl } from '@latchkey/sigv4/signed-url';
import { NO_BODY } from '../no-body.ts';
import type { Incoming, Operation } from '../pipeline.ts';
import { type Call, defineAction } from '../query/define-action.ts';
import type { Parameters } from '../query/parameters.ts';
import { createRouter } from '../route.ts';
import { explainedElements } from './elements.ts';
import { type Explained, explainRequest } from './explain-request.ts';

/** `operations` is the whole table: what the URL addresses is one of them. */
export function explainRequestAction(operations: () => readonly Operation[]): Operation {
  return defineAction('latchkey', {
    name: 'ExplainRequest',
    needs: () => [{ action: 'latchkey:ExplainRequest', resource: '*' }],
    async run(call) {
      const { parameters, stores, site } = call;
      const context = { stores, site, route: createRouter(operations()) };
      const method = parameters.text('Method', { pattern: /^[A-Z]+$/, max: 16 });
      if (method !== undefined) return explainedElements(await explainRequest(requestOf(call, method), context));
      // A URL does not show its method. The first for which the signature is right is the one it was signed for.
      const explained: Explained[] = [];
      for (const candidate of METHODS) {
        const one = await explainRequest(requestOf(call, candidate), context);
        if (one.checks.some(({ name, outcome }) => name === 'signature' && outcome === 'passed')) return explainedElements(one);
        explained.push(one);
      }
      return explainedElements(explained[0] as Explained);
    },
  });
}

const METHODS = ['GET', 'PUT', 'HEAD', 'DELETE', 'POST'];

/** The request that a client makes of the URL: received now, from the address that is given or else from the caller's. */
function requestOf({ request, parameters, site }: Call, method: string): Incoming {
  const url = parameters.required('Url', { max: 65_536 }).trim();
  const parts = splitUrl(url);
  if (parts === undefined) throw invalid('The URL is none that can be sent: it begins with http:// or https:// and is percent-encoded.');
  const address = parameters.text('SourceIp') ?? request.peer.address;
  if (isIP(address) === 0) throw invalid('SourceIp is an IP address.');
  const headers = headersOf(parameters);
  const hasHost = headers.some(([name]) => name === 'host');
  return {
    method,
    rawTarget: parts.target.raw,
    headers: hasHost ? headers : [['host', parts.host], ...headers],
    body: NO_BODY,
    peer: { address, secure: /^https:/i.test(url) },
    requestId: request.requestId,
    receivedAt: site.now(),
  };
}

function headersOf(parameters: Parameters): readonly (readonly [name: string, value: string])[] {
  return parameters
    .structures('Headers')
    .map((header) => [
      header.required('Name', { pattern: /^[\w!#$%&'*+.^`|~-]+$/, max: 256 }).toLowerCase(),
      Buffer.from(header.text('Value', { max: 16_384 }) ?? '', 'utf8').toString('latin1'),
    ]);
}

const invalid = (message: string): S3Error => new S3Error('InvalidInput', { message });
