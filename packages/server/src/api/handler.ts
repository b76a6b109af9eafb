/**
 * A request of the JSON API, in order, and the only place where an error becomes a problem:
 *
 *     route → authenticate → admit → read the body → check the input → authorise → run → respond
 */
import { S3Error } from '@latchkey/s3/errors';
import { parseTarget } from '@latchkey/sigv4/target';
import { admit } from '../admit.ts';
import type { AuditEvent } from '../audit/event.ts';
import { requestRecorder } from '../audit/requests.ts';
import { authenticate } from '../authenticate/authenticate.ts';
import { authenticateConsoleSession, refuseSigned } from '../authenticate/console-session.ts';
import { authenticateByProvider } from '../authenticate/identity-provider.ts';
import { authorise } from '../authorise.ts';
import { headerValue } from '../headers.ts';
import type { Handler } from '../http.ts';
import type { IdentityProvider } from '../identity-provider/identity-provider.ts';
import type { Log } from '../log.ts';
import type { RequestCounts } from '../metrics.ts';
import { refuseDoubtfulFraming } from '../parse.ts';
import type { Addressed, Authenticated, Incoming, Operation, Reply, Site, Stores } from '../pipeline.ts';
import { auditedParameters, auditedPlace } from './audited.ts';
import { idempotency, idempotencyKey } from './idempotency.ts';
import { checked, invalidInput, members, queryValues } from './input.ts';
import { jsonBody } from './json-body.ts';
import type { ApiInput, ApiOperation } from './operation.ts';
import { apiOperations } from './operations/index.ts';
import { principalId } from './principal-id.ts';
import { problemReply } from './problem.ts';
import { answerReply, jsonReply } from './replies.ts';
import { API_PREFIX, apiRouter } from './router.ts';
import type { ServerFacts } from './server-facts.ts';
import { signedBody } from './signed-body.ts';

export type ApiOptions = {
  readonly stores: Stores;
  readonly site: Site;
  readonly log: Log;
  readonly counts: RequestCounts;
  readonly version: string;
  readonly server: ServerFacts;
  readonly provider: IdentityProvider | undefined;
};

/** Whether a target is the API's. */
export function isApi(rawTarget: string): boolean {
  return /^\/api(?:[/?]|$)/.test(rawTarget);
}

/** Answers requests below `/api/v1`; never rejects. */
export function apiHandler({ stores, site, log, counts, version, server, provider }: ApiOptions): Handler {
  const route = apiRouter(apiOperations);
  const rules = { region: site.region, service: 'latchkey', sigv2: false, ignoreForeignAuthorization: false } as const;
  const recorder = requestRecorder(stores.trail, site.now, (cause, incoming) => problemReply(cause, incoming, log));
  const repeats = idempotency(stores.records, stores.identities.sealer, site.now);

  return async (arrived) => {
    const watched = recorder.begin(arrived);
    const { incoming } = watched;
    let request: Partial<Authenticated> = incoming;
    let parameters: AuditEvent['parameters'] = {};
    try {
      const addressed = addressedTo(incoming);
      request = addressed;
      if (isDocument(addressed)) return await document(version);
      const { operation, path } = route(addressed.method, addressed.target.path);
      const asRow = asOperation(operation);
      request = { ...addressed, operation: asRow };
      const body = signedBody(addressed);
      const whoAsks = async ({ name, authenticatedBy }: ApiOperation): Promise<Authenticated> => {
        switch (authenticatedBy) {
          case 'console-session':
            return authenticateConsoleSession(addressed, asRow, stores, site);
          case 'identity-provider':
            return authenticateByProvider(addressed, asRow, body, provider, site);
          case 'nobody':
            refuseSigned(addressed);
            return { ...addressed, operation: asRow, principal: { kind: 'anonymous' }, signature: undefined };
          case undefined: {
            const call = { action: name, parameters: NONE, bodyHash: body.hash };
            return authenticate({ ...addressed, call }, asRow, rules, stores.identities);
          }
        }
      };
      const authenticated = await whoAsks(operation);
      request = authenticated;
      if (operation.authenticatedBy === undefined) requireHeaderSignature(authenticated);
      const admitted = await admit(authenticated, stores);
      const { bytes, sha256 } = await body.read();
      const input = inputOf(operation, path, authenticated, bytes);
      // A provider's code is a credential.
      parameters = auditedParameters(operation.authenticatedBy === 'identity-provider' ? { ...input, body: undefined } : input);
      request = { ...authenticated, ...auditedPlace(input) } as Partial<Authenticated>;
      const key = operation.isIdempotent ? keyOf(authenticated) : undefined;
      const needs = () => operation.needs(input, site);
      const caller = await authorise({ ...admitted, operation: { ...admitted.operation, needs } }, stores, site);
      recorder.requireRoom(authenticated.operation);
      const run = () => operation.run({ input, caller, stores, site, server, provider });
      const answer =
        key === undefined
          ? await run()
          : await repeats.once({ key, principal: principalId(caller.principal), operation: operation.name, bodySha256: sha256 }, run);
      const reply = answerReply(operation.answer.status, answer);
      counts.count(operation.name, request.signature?.authType, reply.status);
      return await recorder.end(watched, { request: { ...request, ...answer.about } as Partial<Authenticated>, reply, parameters });
    } catch (cause) {
      const reply = problemReply(cause, incoming, log);
      counts.count(request.operation?.name ?? 'none', request.signature?.authType, reply.status);
      return recorder.endRefused(watched, { request, reply, cause, parameters });
    }
  };
}

/** The target as it was signed. It is no bucket's, whatever Host says: this is another address than that of S3. */
function addressedTo(incoming: Incoming): Addressed {
  refuseDoubtfulFraming(incoming.headers);
  const target = parseTarget(incoming.rawTarget);
  if ('problem' in target) throw new S3Error('InvalidURI');
  const host = headerValue(incoming.headers, 'host') ?? '';
  return { ...incoming, target, host, style: 'path', pathPrefix: '', scope: 'service' };
}

const NONE: ReadonlyMap<string, string> = new Map();

function isDocument({ method, target }: Addressed): boolean {
  return method === 'GET' && target.path === `${API_PREFIX}/openapi.json`;
}

/** The one page that everybody may read. It is made when somebody first asks. */
async function document(version: string): Promise<Reply> {
  const { openApiDocument } = await import('./openapi.ts');
  return jsonReply(200, openApiDocument(apiOperations, version));
}

/** As the steps of every request see it; what it needs is known once its input is. */
function asOperation({ name, method }: ApiOperation): Operation {
  const never = () => Promise.reject(new Error(`${name} was run without its input`));
  return { name, method, scope: 'service', service: 'latchkey', needs: never, run: never };
}

/** A URL is something that people pass on: none is signed for the API. */
function requireHeaderSignature({ signature }: Authenticated): void {
  if (signature?.authType !== 'REST-HEADER')
    throw new S3Error('InvalidRequest', { message: 'Requests of this API are signed in their Authorization header.' });
}

function inputOf(operation: ApiOperation, path: ApiInput['path'], { target, headers }: Authenticated, bytes: Buffer): ApiInput {
  const schema = operation.query ?? NO_QUERY;
  const query = checked(schema, queryValues(target.query, schema));
  const body = jsonBody(headers, bytes);
  if (operation.body !== undefined) return { path, query, body: checked(operation.body, body) };
  if (body !== undefined) throw invalidInput([{ pointer: '', detail: `${operation.name} takes no body.` }]);
  return { path, query, body };
}

const NO_QUERY = members({});

function keyOf({ headers, signature }: Authenticated): string | undefined {
  return idempotencyKey(headerValue(headers, 'idempotency-key'), signature?.signedHeaders);
}
