/** What an operation of the JSON API is: one value that says what it matches, takes, needs, does and answers. */
import type { GenericSchema, InferOutput } from 'valibot';
import type { IdentityProvider } from '../identity-provider/identity-provider.ts';
import type { Authorised, Method, Permission, Site, Stores } from '../pipeline.ts';
import type { QuerySchema } from './input.ts';
import type { ApiAnswer } from './replies.ts';
import type { ServerFacts } from './server-facts.ts';

export type ApiOperation = {
  /** As the audit trail and the metrics name it; the OpenAPI document begins it with a small letter. */
  readonly name: string;
  readonly method: Method;
  /** Behind `/api/v1`: `/links/{id}`. */
  readonly path: string;
  /** Half a sentence. */
  readonly summary: string;
  /** The permissions it asks for, for the document: `latchkey:CreateLink`. */
  readonly actions: readonly string[];
  /** By the cookie of a console's session, by an identity provider's code, or not at all: nobody has signed in yet. Default: by a signature. */
  readonly authenticatedBy?: 'console-session' | 'identity-provider' | 'nobody' | undefined;
  readonly query?: QuerySchema | undefined;
  readonly body?: GenericSchema | undefined;
  /** Whether an Idempotency-Key is minded: the same key and body are answered with the same answer for a day. */
  readonly isIdempotent?: boolean | undefined;
  readonly answer: {
    readonly status: 200 | 201 | 204;
    readonly description: string;
    readonly body?: GenericSchema | undefined;
    /** Of exports: the media types it may have instead of JSON. */
    readonly otherTypes?: readonly string[] | undefined;
  };
  /** What is asked for before it runs. Operations on links ask for what the link's own object needs once they know it. */
  needs(input: ApiInput, site: Site): readonly Permission[];
  run(call: ApiCall): Promise<ApiAnswer>;
};

/** What came with a request, held against its schemas. */
export type ApiInput<Query = unknown, Body = unknown> = {
  /** The parts of the path in braces, decoded. */
  readonly path: Readonly<Record<string, string>>;
  readonly query: Query;
  readonly body: Body;
};

export type ApiCall<Query = unknown, Body = unknown> = {
  readonly input: ApiInput<Query, Body>;
  readonly caller: Authorised;
  readonly stores: Stores;
  readonly site: Site;
  readonly server: ServerFacts;
  /** With which people may sign in at the console, if there is one. */
  readonly provider: IdentityProvider | undefined;
};

/** Ties the types of the schemas to what `needs` and `run` receive. */
export function defineApiOperation<
  const Query extends QuerySchema | undefined = undefined,
  const Body extends GenericSchema | undefined = undefined,
>(
  operation: Omit<ApiOperation, 'query' | 'body' | 'needs' | 'run'> & {
    readonly query?: Query;
    readonly body?: Body;
    needs(input: ApiInput<Output<Query>, Output<Body>>, site: Site): readonly Permission[];
    run(call: ApiCall<Output<Query>, Output<Body>>): Promise<ApiAnswer>;
  },
): ApiOperation {
  return operation as unknown as ApiOperation;
}

type Output<Schema> = Schema extends GenericSchema ? InferOutput<Schema> : undefined;
