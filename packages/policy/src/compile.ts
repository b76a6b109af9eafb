/** Policies in the form that is evaluated over and over. */
import type { PolicyDocument } from './document.ts';
import { type Sieve, sieveOf } from './sieve.ts';
import { type Statement, statementKeys } from './statement.ts';

/** A policy under the name that decisions and people know it by. Compile once and keep it until the policy changes. */
export type CompiledPolicy = {
  readonly name: string;
  readonly statements: readonly Statement[];
  readonly denies: readonly Statement[];
  readonly allows: readonly Statement[];
  readonly denySieve: Sieve;
  readonly allowSieve: Sieve;
  /** The condition keys it asks for, in lower case: what is not among them need not be looked up for its sake. */
  readonly keys: ReadonlySet<string>;
};

/** Makes a policy ready for `evaluate`. */
export function compilePolicy({ statements }: PolicyDocument, name: string): CompiledPolicy {
  const denies = statements.filter(({ effect }) => effect === 'Deny');
  const allows = statements.filter(({ effect }) => effect === 'Allow');
  return {
    name,
    statements,
    denies,
    allows,
    denySieve: sieveOf(denies),
    allowSieve: sieveOf(allows),
    keys: new Set(statements.flatMap(statementKeys)),
  };
}
