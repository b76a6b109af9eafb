/** POST policies: the signed JSON document that says what an HTML form may upload. */
import { S3Error } from './errors.ts';

export type PostPolicy = {
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  readonly conditions: readonly PolicyCondition[];
  /** From `content-length-range`, inclusive, of the file's bytes; of several the narrowest. To be enforced while they come. */
  readonly sizeRange: { readonly min: number; readonly max: number } | undefined;
};

/** `text` is the condition as S3 prints it when it fails. */
export type PolicyCondition =
  | { readonly operator: 'eq' | 'starts-with' /** In lower case. */; readonly field: string; readonly value: string; readonly text: string }
  | { readonly operator: 'content-length-range'; readonly text: string }
  /** Well formed, but nothing can meet it. */
  | { readonly operator: 'never'; readonly text: string };

/** The policy field of a form, in base64: verify its signature first. Throws InvalidPolicyDocument. */
export function parsePostPolicy(base64: string): PostPolicy {
  const document = readJson(decodeBase64(base64));
  if (!isObject(document)) throw invalid('Invalid JSON.');
  const unexpected = Object.keys(document).find((name) => name !== 'expiration' && name !== 'conditions');
  if (unexpected !== undefined) throw invalid(`Unexpected: "${unexpected}"`);
  if (document.expiration === undefined) throw invalid('Policy missing expiration.');
  if (document.conditions === undefined) throw invalid('Policy missing conditions.');
  const expiresAt = readExpiration(document.expiration);
  if (!Array.isArray(document.conditions)) throw invalid("Invalid 'conditions' value: must be a List.");
  const read = document.conditions.map(readCondition);
  return { expiresAt, conditions: read.map(({ condition }) => condition), sizeRange: narrowest(read.flatMap(({ range }) => range ?? [])) };
}

export type PolicyCheck = {
  /** Every field before the file, by lower-case name, without `file` itself; the key with `${filename}` put in. */
  readonly fields: ReadonlyMap<string, string>;
  /** The bucket the form was sent to: a policy has to say that it means this one. */
  readonly bucket: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
};

/**
 * Whether a form keeps to its policy. Throws AccessDenied in S3's words: expired, a condition that does not hold, a field that no
 * condition speaks of.
 */
export function checkPostPolicy(policy: PostPolicy, check: PolicyCheck): void {
  if (check.now >= policy.expiresAt) throw denied('Policy expired.');
  const fields = new Map([...check.fields, ['bucket', check.bucket]]);
  for (const condition of policy.conditions) {
    if (!holds(condition, fields)) throw denied(`Policy Condition failed: ${condition.text}`);
  }
  const spokenOf = new Set(policy.conditions.map((condition) => ('field' in condition ? condition.field : '')));
  const extra = [...fields.keys()].find((name) => !spokenOf.has(name) && !isExempt(name));
  if (extra !== undefined) throw denied(`Extra input fields: ${extra}`);
}

/** Throws EntityTooSmall for a file of `sizeBytes` in all. Larger ones are refused as they come: `tooLarge`. */
export function checkMinimumSize(policy: PostPolicy, sizeBytes: number): void {
  const min = policy.sizeRange?.min ?? 0;
  if (sizeBytes < min) throw new S3Error('EntityTooSmall', { fields: { ProposedSize: String(sizeBytes), MinSizeAllowed: String(min) } });
}

/** For a file that has reached `sizeBytes` and is over the limit. */
export function tooLarge(maxSizeBytes: number, sizeBytes: number): S3Error {
  return new S3Error('EntityTooLarge', { fields: { ProposedSize: String(sizeBytes), MaxSizeAllowed: String(maxSizeBytes) } });
}

function decodeBase64(base64: string): string {
  if (base64.trim() === '') throw invalid("Expecting '{' but found End-of-Input");
  try {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw invalid('invalid Base64 encoding.');
  }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid('Invalid JSON.');
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readExpiration(value: unknown): number {
  const milliseconds = typeof value === 'string' && ISO_8601.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(milliseconds))
    throw invalid(`Invalid 'expiration' value: '${typeof value === 'string' ? value : JSON.stringify(value)}'`);
  return milliseconds;
}

const ISO_8601 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/;

type SizeRange = { readonly min: number; readonly max: number };
type ReadCondition = { readonly condition: PolicyCondition; readonly range?: SizeRange };

function readCondition(condition: unknown): ReadCondition {
  if (Array.isArray(condition)) return readListCondition(condition);
  // S3's own reader of JSON knows no null, no fractions and no minus.
  if (condition === null) throw invalid('Invalid JSON.');
  if (!isObject(condition)) throw invalid('Invalid condition test: must be a List or Object.');
  const [entry, ...more] = Object.entries(condition);
  if (entry === undefined || more.length > 0) {
    throw invalid('Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.');
  }
  const [field, value] = entry;
  if (value === null) throw invalid('Invalid JSON.');
  if (typeof value !== 'string') throw invalid('Invalid Simple-Condition: value must be a string.');
  return { condition: { operator: 'eq', field: field.toLowerCase(), value, text: printed(['eq', `$${field}`, value]) } };
}

function readListCondition(condition: readonly unknown[]): ReadCondition {
  const [operation, first, second] = condition;
  if (typeof operation !== 'string') throw invalid('Invalid Condition: missing operation identifier.');
  const operator = operation.toLowerCase();
  if (operator !== 'eq' && operator !== 'starts-with' && operator !== 'content-length-range') {
    throw invalid(`Invalid Condition: unknown operation '${operation}'.`);
  }
  if (condition.length !== 3) throw invalid(`Invalid ${operator}: wrong number of arguments.`);
  const text = printed([operator, first, second]);
  if (operator === 'content-length-range') return readRange(first, second, text);
  if (typeof first !== 'string' || typeof second !== 'string') throw invalid('Invalid JSON.');
  // Without the dollar it names no field.
  if (!first.startsWith('$')) return { condition: { operator: 'never', text } };
  return { condition: { operator, field: first.slice(1).toLowerCase(), value: second, text } };
}

/** Numbers, or words that are numbers; other words are no fault of the document, but nothing has such a size. */
function readRange(first: unknown, second: unknown, text: string): ReadCondition {
  const bounds = [first, second];
  if (!bounds.every((bound) => typeof bound === 'string' || (Number.isSafeInteger(bound) && Number(bound) >= 0)))
    throw invalid('Invalid JSON.');
  const [min, max] = bounds.map((bound) => (/^\d{1,15}$/.test(String(bound)) ? Number(bound) : undefined));
  if (min === undefined || max === undefined) return { condition: { operator: 'never', text } };
  return { condition: { operator: 'content-length-range', text }, range: { min, max } };
}

function printed(condition: readonly unknown[]): string {
  return `[${condition.map((part) => JSON.stringify(part)).join(', ')}]`;
}

function narrowest(ranges: readonly SizeRange[]): SizeRange | undefined {
  if (ranges.length === 0) return undefined;
  return { min: Math.max(...ranges.map((range) => range.min)), max: Math.min(...ranges.map((range) => range.max)) };
}

function holds(condition: PolicyCondition, fields: ReadonlyMap<string, string>): boolean {
  if (condition.operator === 'content-length-range') return true;
  if (condition.operator === 'never') return false;
  const given = fields.get(condition.field);
  if (given === undefined) return false;
  if (condition.operator === 'eq') return given === condition.value;
  // Each of several content types has to begin as it should.
  const values = condition.field === 'content-type' ? given.split(',').map((type) => type.trim()) : [given];
  return values.every((value) => value.startsWith(condition.value));
}

const EXEMPT: ReadonlySet<string> = new Set(['policy', 'file', 'x-amz-signature', 'signature', 'awsaccesskeyid']);

function isExempt(field: string): boolean {
  return EXEMPT.has(field) || field.startsWith('x-ignore-');
}

function invalid(message: string): S3Error {
  return new S3Error('InvalidPolicyDocument', { message: `Invalid Policy: ${message}` });
}

function denied(message: string): S3Error {
  return new S3Error('AccessDenied', { message: `Invalid according to Policy: ${message}` });
}
