/** Whether a bucket policy opens the bucket to the world, as S3's public access blocks ask. */
import { readAddressBlock } from './addresses.ts';
import type { CompiledCondition } from './conditions.ts';
import type { PolicyDocument } from './document.ts';
import type { Statement } from './statement.ts';

/**
 * A policy is public when it allows anything to everyone without a condition that pins the requests to fixed values:
 * addresses (no block wider than /8, or /32 of IPv6), principals, accounts, organisations or sources, written without
 * wildcards and variables. What a Deny takes back does not count: S3 asks about each grant by itself.
 */
export function isPublic(document: PolicyDocument): boolean {
  return document.statements.some((statement) => isOpenToEveryone(statement) && !statement.conditions.some(pins));
}

function isOpenToEveryone({ effect, principal }: Statement): boolean {
  return effect === 'Allow' && (principal === undefined || principal.everyone || principal.negated);
}

/** Only a condition that is false of an absent key keeps anyone out. */
function pins({ key, operator, negated, values }: CompiledCondition): boolean {
  if (negated || operator.ifExists || operator.quantifier === 'ForAllValues') return false;
  if (operator.name === 'IpAddress') return key === 'aws:sourceip' && values.every(isNarrowBlock);
  return FIXING_KEYS.has(key) && FIXING_OPERATORS.has(operator.name) && values.every((value) => isFixed(key, value));
}

function isNarrowBlock(text: string): boolean {
  const block = readAddressBlock(text);
  return block !== undefined && block.prefixLength >= (block.address.length === 2 ? 8 : 32);
}

/** `AROA…:*` stands for all sessions of one role. */
function isFixed(key: string, value: string): boolean {
  return !/[*?]|\$\{/.test(key === 'aws:userid' ? value.replace(/^(AROA[A-Z0-9]+):\*$/, '$1') : value);
}

const FIXING_OPERATORS: ReadonlySet<string> = new Set(['StringEquals', 'StringEqualsIgnoreCase', 'StringLike', 'ArnEquals', 'ArnLike']);

const FIXING_KEYS: ReadonlySet<string> = new Set([
  'aws:principalaccount',
  'aws:principalarn',
  'aws:principalorgid',
  'aws:sourceaccount',
  'aws:sourcearn',
  'aws:sourceowner',
  'aws:sourcevpc',
  'aws:sourcevpce',
  'aws:userid',
]);
