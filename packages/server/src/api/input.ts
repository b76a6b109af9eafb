/** What a request brings, held against the schema that also describes it. */
import { S3Error } from '@latchkey/s3/errors';
import type { QueryParameter } from '@latchkey/sigv4/target';
import {
  type BaseIssue,
  type GenericSchema,
  type InferOutput,
  type ObjectEntries,
  type StrictObjectSchema,
  safeParse,
  strictObject,
} from 'valibot';

/** One thing that is wrong: where (a JSON pointer; of a query, `/NAME`), and what, in a sentence. */
export type InputError = { readonly pointer: string; readonly detail: string };

/** All that is wrong with an input at once, as ValidationError. `problem.ts` takes it apart again. */
export function invalidInput(errors: readonly InputError[]): S3Error {
  const [first] = errors;
  return new S3Error('ValidationError', {
    message: errors.length === 1 && first !== undefined ? sentence(first) : `${errors.length} members of the request are wrong.`,
    fields: Object.fromEntries(errors.map(({ pointer, detail }) => [pointer, detail])),
  });
}

function sentence({ pointer, detail }: InputError): string {
  return pointer === '' ? detail : `${pointer.slice(1).replaceAll('/', '.')}: ${detail}`;
}

/** An object with these members and no others, not even those that every JavaScript object has. */
export function members<const Entries extends ObjectEntries>(entries: Entries): StrictObjectSchema<Entries, undefined> {
  return strictObject(Object.assign(Object.create(null) as Entries, entries));
}

/** The value, if it is what the schema says. Throws ValidationError with everything that is wrong, up to a bound. */
export function checked<Schema extends GenericSchema>(schema: Schema, value: unknown): InferOutput<Schema> {
  // An array is an object to JavaScript, though not to anybody else.
  const result = safeParse(schema, Array.isArray(value) ? undefined : value);
  if (result.success) return result.output;
  throw invalidInput(result.issues.slice(0, MAX_ERRORS).map(inWords));
}

const MAX_ERRORS = 50;

export type QuerySchema = StrictObjectSchema<ObjectEntries, undefined>;

/** A query as an object: each name once, numbers where the schema has numbers. Throws ValidationError. */
export function queryValues(query: readonly QueryParameter[], schema: QuerySchema): Readonly<Record<string, unknown>> {
  const values: Record<string, unknown> = Object.create(null);
  for (const { name, value } of query) {
    if (name in values) throw invalidInput([{ pointer: `/${name}`, detail: 'must not be given twice.' }]);
    values[name] = kindOf(schema.entries[name]) === 'number' && /^-?\d{1,15}$/.test(value) ? Number(value) : value;
  }
  return values;
}

/** The kind of value behind `optional` and `pipe`. */
function kindOf(schema: unknown): string | undefined {
  if (typeof schema !== 'object' || schema === null) return undefined;
  const { type, wrapped } = schema as { readonly type?: string; readonly wrapped?: unknown };
  return wrapped === undefined ? type : kindOf(wrapped);
}

function inWords(issue: BaseIssue<unknown>): InputError {
  const path = issue.path ?? [];
  return {
    pointer: path
      .map(({ key }) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`)
      .join('')
      .slice(0, MAX_TEXT),
    detail: detailOf(issue),
  };
}

const MAX_TEXT = 200;

function detailOf({ kind, type, expected, message }: BaseIssue<unknown>): string {
  // A schema's own words come first; these are the words of those that have none.
  if (!message.startsWith('Invalid ')) return message;
  if (kind === 'schema' && type === 'strict_object' && expected === 'never') return 'is not known here.';
  if (kind === 'schema' && type === 'strict_object' && expected?.startsWith('"')) return 'must be given.';
  if (kind === 'schema' && expected !== null && expected !== undefined)
    return `must be ${EXPECTED[expected] ?? expected.replace(/^\((.*)\)$/, '$1')}.`;
  return message.slice(0, MAX_TEXT);
}

const EXPECTED: Readonly<Record<string, string>> = {
  Object: 'an object',
  Array: 'a list',
  string: 'a text',
  number: 'a number',
  boolean: 'true or false',
};
