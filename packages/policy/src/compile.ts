/** Policies in the form that is evaluated over and over. */
import type { PolicyDocument } from './document.ts';
import { type Statement, statementKeys } from './statement.ts';

/** A policy under the name that decisions and people know it by. Compile once and keep it until the policy changes. */
export type CompiledPolicy = {
  readonly name: string;
  readonly statements: readonly Statement[];
  readonly denies: readonly Statement[];
  readonly allows: readonly Statement[];
  /** The condition keys it asks for, in lower case: what is not among them need not be looked up for its sake. */
  readonly keys: ReadonlySet<string>;
};

/** Makes a policy ready for `evaluate`. */
export function compilePolicy({ statements }: PolicyDocument, name: string): CompiledPolicy {
  return {
    name,
    statements,
    denies: statements.filter(({ effect }) => effect === 'Deny'),
    allows: statements.filter(({ effect }) => effect === 'Allow'),
    keys: new Set(statements.flatMap(statementKeys)),
  };
}
