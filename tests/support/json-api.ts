/** The JSON API as its clients call it, signed with the independent signer; every reply is held against the OpenAPI document of the server. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'vitest';
import type { RawReply } from './raw-http.ts';
import type { TestServer } from './test-server.ts';
import { anonymous, send, signed, type Wanted, type WireRequest } from './wire-client.ts';

/** A reply and its value; JSON of any shape, which the document has confirmed. */
export type ApiReply = RawReply & { readonly json: Json };
// biome-ignore lint/suspicious/noExplicitAny: tests look into replies by name, and the document says what is there
export type Json = any;

export type ApiWanted = Omit<Wanted, 'body'> & {
  /** Sent as JSON. */
  readonly json?: unknown;
  readonly body?: string | Buffer;
};

/** A signed request of the API; `path` stands behind `/api/v1`. */
export function apiRequest(server: TestServer, method: string, path: string, wanted: ApiWanted = {}): WireRequest {
  return signed(server, method, `/api/v1${path}`, { ...inWire(server, wanted), service: wanted.service ?? 'latchkey' });
}

/** One that nobody signed. */
export function unsignedApiRequest(server: TestServer, method: string, path: string, wanted: ApiWanted = {}): WireRequest {
  return anonymous(server, method, `/api/v1${path}`, inWire(server, wanted));
}

/** Signs and sends. */
export async function api(server: TestServer, method: string, path: string, wanted: ApiWanted = {}): Promise<ApiReply> {
  return sendApi(server, apiRequest(server, method, path, wanted));
}

/** Sends a request as it stands to the console address, and holds the reply against the document. */
export async function sendApi(server: TestServer, request: WireRequest): Promise<ApiReply> {
  const reply = await send({ s3: server.console }, request);
  const document = await documentOf(server);
  const isJson = /json/.test(reply.headers.get('content-type') ?? '');
  const json = isJson && request.method !== 'HEAD' ? JSON.parse(reply.text) : undefined;
  if (isJson || reply.status === 204) document.confirm(request, reply, json);
  return { ...reply, json };
}

/** Calls something that has to work, and gives its value. */
export async function done(server: TestServer, method: string, path: string, wanted: ApiWanted = {}): Promise<Json> {
  const reply = await api(server, method, path, wanted);
  if (reply.status >= 300) throw new Error(`${method} ${path} answered ${reply.status}: ${reply.text}`);
  return reply.json;
}

export type ExpectedProblem = { readonly status: number; readonly code: string; readonly errors?: Readonly<Record<string, unknown>> };

/** The reply is this refusal, as a problem. */
export function expectProblem(reply: ApiReply, { status, code, errors }: ExpectedProblem): void {
  expect({ status: reply.status, code: reply.json?.code }, reply.text).toEqual({ status, code });
  expect(reply.headers.get('content-type')).toBe('application/problem+json');
  expect(reply.json).toMatchObject({ type: `urn:latchkey:problem:${code}`, status, requestId: reply.headers.get('x-amz-request-id') });
  if (errors !== undefined)
    expect(Object.fromEntries(reply.json.errors.map(({ pointer, detail }: Json) => [pointer, detail]))).toEqual(errors);
}

export type Document = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Json>>>>;
  /** Names of the operations whose replies have been held against it. */
  readonly confirmed: Set<string>;
  confirm(request: WireRequest, reply: RawReply, json: unknown): void;
};

const documents = new WeakMap<TestServer, Promise<Document>>();

/** The document as the server gives it, ready to judge replies. */
export function documentOf(server: TestServer): Promise<Document> {
  const known = documents.get(server) ?? readDocument(server);
  documents.set(server, known);
  return known;
}

async function readDocument(server: TestServer): Promise<Document> {
  const reply = await send({ s3: server.console }, unsignedApiRequest(server, 'GET', '/openapi.json'));
  expect(reply.status, reply.text).toBe(200);
  const document = JSON.parse(reply.text) as Json;
  const ajv = new Ajv2020({ strict: false, formats: { 'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/ } });
  ajv.addSchema({ ...document, $id: 'api' });
  const confirmed = new Set<string>();
  return {
    paths: document.paths,
    confirmed,
    confirm({ method, target }, { status, text }, json) {
      const path = target.split('?')[0] ?? '';
      if (path.endsWith('/openapi.json') && status === 200) return;
      const operation = operationAt(document.paths, method, path);
      // What addresses nothing is refused all the same, and in the same form.
      const refused = { $ref: 'api#/components/schemas/Problem' };
      const response = operation?.responses[status] ?? operation?.responses.default;
      const schema = response === undefined || status >= 400 ? refused : response.content?.['application/json']?.schema;
      if (schema === undefined) {
        expect(text, `${method} ${target} answers ${status} without a body`).toBe('');
      } else {
        const judge = ajv.compile(absolute(schema));
        expect(judge(json) ? [] : judge.errors, `${method} ${target} answered ${status} ${text.slice(0, 1000)}`).toEqual([]);
      }
      if (operation !== undefined && status < 400) confirmed.add(operation.operationId);
    },
  };
}

function operationAt(paths: Document['paths'], method: string, path: string): Json | undefined {
  const found = Object.entries(paths).find(([template]) => new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path));
  return found?.[1][method.toLowerCase()];
}

/** References within the document, seen from outside. */
function absolute(schema: unknown): Json {
  return JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#/', '"$ref":"api#/'));
}

function inWire(server: TestServer, { json, ...wanted }: ApiWanted): Wanted {
  const host = wanted.host ?? new URL(server.console).host;
  if (json === undefined) return { ...wanted, host };
  return { ...wanted, host, headers: { 'Content-Type': 'application/json', ...wanted.headers }, body: JSON.stringify(json) };
}
