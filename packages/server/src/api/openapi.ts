/** The OpenAPI 3.1 document of the API, made from the same values that answer its requests. */
import { type ConversionConfig, toJsonSchema, toJsonSchemaDefs } from '@valibot/to-json-schema';
import type { GenericSchema } from 'valibot';
import type { QuerySchema } from './input.ts';
import type { ApiOperation } from './operation.ts';
import { API_PREFIX } from './router.ts';
import { components } from './schemas/components.ts';
import { presignBody } from './schemas/presign.ts';

type Json = Readonly<Record<string, unknown>>;

/** `version` is that of the server. */
export function openApiDocument(operations: readonly ApiOperation[], version: string): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const operation of operations) {
    const path = API_PREFIX + operation.path;
    paths[path] = { ...paths[path], [operation.method.toLowerCase()]: described(operation) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Latchkey', version, description: DESCRIPTION, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    security: [{ sigv4: [] }],
    paths,
    components: {
      schemas: toJsonSchemaDefs(components, { ...CONFIG, typeMode: 'input' }),
      securitySchemes: {
        sigv4: {
          type: 'apiKey',
          in: 'header',
          name: 'Authorization',
          description: 'AWS Signature Version 4 in the header, service `latchkey`, with the SHA-256 of the body.',
          'x-amazon-apigateway-authtype': 'awsSigv4',
        },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: 'latchkey-session',
          description: 'Of the console. With a port in the address, `-PORT` stands behind its name.',
        },
        page: { type: 'apiKey', in: 'header', name: 'Console-Session', description: 'The `sessionId` that the cookie belongs to.' },
      },
    },
  };
}

const DESCRIPTION =
  'Links, revocations, webhooks and the audit trail of a Latchkey server. Requests are signed like those of S3 (Signature Version 4) for the service `latchkey`.';

const CONFIG: ConversionConfig = {
  target: 'draft-2020-12',
  errorMode: 'throw',
  // How a value is made into another, or checked further, is no part of its form.
  ignoreActions: ['transform'],
  // Which of the two a body is meant to be is found out by looking at it.
  overrideSchema: ({ valibotSchema }) => (valibotSchema === presignBody ? { anyOf: [refTo('NewLink'), refTo('PresignMany')] } : undefined),
  overrideRef: ({ referenceId }) => refTo(referenceId).$ref,
};

function refTo(component: string): { readonly $ref: string } {
  return { $ref: `#/components/schemas/${component}` };
}

function described({ name, summary, actions, authenticatedBy, path, query, body, isIdempotent, answer }: ApiOperation): Json {
  return {
    operationId: `${name[0]?.toLowerCase()}${name.slice(1)}`,
    summary,
    ...(authenticatedBy === 'console-session' && { security: [{ session: [], page: [] }] }),
    ...((authenticatedBy === 'identity-provider' || authenticatedBy === 'nobody') && { security: [] }),
    description:
      authenticatedBy === 'nobody'
        ? 'Needs nothing.'
        : actions.length === 0
          ? 'Needs valid credentials.'
          : `Needs ${actions.map((action) => `\`${action}\``).join(' or ')}.`,
    parameters: [
      ...pathParameters(path),
      ...(query === undefined ? [] : queryParameters(query)),
      ...(isIdempotent ? [IDEMPOTENCY_KEY] : []),
    ],
    ...(body !== undefined && { requestBody: { required: true, content: { 'application/json': { schema: asJson(body, 'input') } } } }),
    responses: {
      [answer.status]: {
        description: answer.description,
        ...(answer.body !== undefined && { content: contentOf(answer.body, answer.otherTypes) }),
      },
      default: { description: 'A refusal', content: { 'application/problem+json': { schema: refTo('Problem') } } },
    },
  };
}

function contentOf(schema: GenericSchema, otherTypes: readonly string[] = []): Json {
  return {
    'application/json': { schema: asJson(schema, 'input') },
    ...Object.fromEntries(otherTypes.map((type) => [type, { schema: { type: 'string' } }])),
  };
}

function pathParameters(path: string): readonly Json[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({ name, in: 'path', required: true, schema: { type: 'string' } }));
}

function queryParameters({ entries }: QuerySchema): readonly Json[] {
  return Object.entries(entries).map(([name, schema]) => ({
    name,
    in: 'query',
    required: schema.type !== 'optional',
    schema: asJson(schema as GenericSchema, 'input'),
  }));
}

const IDEMPOTENCY_KEY: Json = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'The same key and body are answered with the same answer for a day. It has to be a signed header.',
  schema: { type: 'string', pattern: '^[!-~]{1,255}$' },
};

/** With references to the components instead of what they hold. */
function asJson(schema: GenericSchema, typeMode: 'input' | 'output'): Json {
  const { $schema: _dialect, $defs: _components, ...json } = toJsonSchema(schema, { ...CONFIG, typeMode, definitions: components }) as Json;
  return json;
}
