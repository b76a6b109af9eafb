/**
 * Takes a request through every check that it would meet, in order, and runs nothing: no use is counted, nothing is remembered or recorded.
 * The checks are those of the gateway. After one that failed, whatever can still be said is said.
 */
import type { S3Error } from '@latchkey/s3/errors';
import { respectGuardrails } from '../guardrails/respect.ts';
import type { Principal } from '../identity/principals.ts';
import { parse } from '../parse.ts';
import type { Addressed, Admitted, Incoming, Operation, Site, Stores } from '../pipeline.ts';
import { withCall } from '../query/read-call.ts';
import type { Router } from '../route.ts';
import { CHECKS, type Check, type CheckName, failed, passed, skipped } from './check.ts';
import { explainObject } from './object.ts';
import { explainPermissions } from './permissions.ts';
import { explainSignature } from './signature.ts';
import { explainTerms } from './terms.ts';

export type ExplainContext = { readonly stores: Stores; readonly site: Site; readonly route: Router };

export type Explained = {
  readonly method: string;
  readonly addressed: Addressed | undefined;
  readonly operation: Operation | undefined;
  /** Whoever signed it, or claims to have. */
  readonly principal: Principal | undefined;
  /** Every one of `CHECKS`. */
  readonly checks: readonly Check[];
  /** What its holder is told by the first check that failed. */
  readonly refusal: S3Error | undefined;
};

/** Throws only what is no refusal: a store that fails. */
export async function explainRequest(incoming: Incoming, context: ExplainContext): Promise<Explained> {
  const { stores, site, route } = context;
  const checks: Check[] = [];
  const concluded = (facts: Partial<Pick<Explained, 'addressed' | 'operation' | 'principal'>>): Explained => ({
    method: incoming.method,
    addressed: facts.addressed,
    operation: facts.operation,
    principal: facts.principal,
    checks: withUnreached(checks),
    refusal: checks.find(({ outcome }) => outcome === 'failed')?.refusal,
  });

  const addressed = await checked(checks, 'address', async () => withCall(parse(incoming, site)), placeOf);
  if (addressed === undefined) return concluded({});
  const operation = await checked(
    checks,
    'operation',
    async () => route(addressed),
    ({ name }) => `It is ${name}.`,
  );
  if (operation === undefined) return concluded({ addressed });

  const signature = await explainSignature(addressed, operation, context);
  checks.push(...signature.checks);
  const { request } = signature;
  if (request === undefined) return concluded({ addressed, operation });
  const terms = await checked(
    checks,
    'terms',
    () => explainTerms(request, stores),
    ({ explanation }) => explanation,
  );
  await checkGuardrails(checks, terms?.admitted ?? request, stores);
  checks.push(await explainPermissions(request, context), await explainObject(request, context));
  return concluded({ addressed: request, operation: request.operation, principal: request.principal });
}

async function checked<Value>(
  checks: Check[],
  name: CheckName,
  run: () => Promise<Value>,
  explanation: (value: Value) => string,
): Promise<Value | undefined> {
  try {
    const value = await run();
    checks.push(passed(name, explanation(value)));
    return value;
  } catch (error) {
    checks.push(failed(name, error));
    return undefined;
  }
}

async function checkGuardrails(checks: Check[], request: Admitted, { guardrails }: Stores): Promise<void> {
  const isPresigned = request.signature !== undefined && request.signature.authType !== 'REST-HEADER';
  if (!isPresigned) checks.push(skipped('guardrails', 'Guardrails are for what is pre-signed.'));
  else
    await checked(
      checks,
      'guardrails',
      async () => respectGuardrails(request, guardrails),
      () => 'No guardrail refuses it.',
    );
}

function placeOf({ bucket, key, style, call }: Addressed): string {
  if (call !== undefined) return 'It is a call of the query protocol.';
  if (bucket === undefined) return 'It addresses the list of buckets.';
  const how = style === 'virtual' ? 'the bucket stands in the host name' : 'the bucket stands in the path';
  return key === undefined
    ? `It addresses the bucket ${bucket} (${how}).`
    : `It addresses the key ${key} in the bucket ${bucket} (${how}).`;
}

function withUnreached(checks: readonly Check[]): readonly Check[] {
  return CHECKS.map((name) => checks.find((check) => check.name === name) ?? skipped(name, 'Not reached.'));
}
