/**
 * Policy variables: `${aws:username}`, `${aws:userid, 'anonymous'}`, and `${*}`, `${?}`, `${$}` for those characters
 * themselves. What a variable stands for is put in as text: a user named `*` has no power a user named `a` lacks.
 */
import { type Pattern, type Piece, patternOf, wildcardPieces } from './match.ts';

/** What the request says, by condition key in lower case. A `Map` will do; so will anything that finds values when asked. */
export type RequestContext = { get(key: string): readonly string[] | undefined };

/** Text with variables in it. `fixed` is the finished pattern where there are none. */
export type Template = { readonly pieces: readonly TemplatePiece[]; readonly fixed: Pattern | undefined };
export type TemplatePiece = Piece | Variable;
/** `key` in lower case; `otherwise` stands in when the request has no such value. */
export type Variable = { readonly variable: string; readonly otherwise: string | undefined };

/** How a text is to be read: variables came with version 2012-10-17 of the language and are plain text before it. */
export type TemplateRules = { readonly variables: boolean; readonly wildcards: boolean };

/** Reads the text, or says what is wrong with a variable in it. */
export function readTemplate(text: string, rules: TemplateRules): Template | { readonly problem: string } {
  const pieces: TemplatePiece[] = [];
  let copied = 0;
  const copyUpTo = (end: number) => {
    if (end > copied) pieces.push(...plainPieces(text.slice(copied, end), rules.wildcards));
  };
  for (let start = rules.variables ? text.indexOf('${') : -1; start >= 0; start = text.indexOf('${', copied)) {
    const end = closingBrace(text, start + 2);
    const piece = end < 0 ? undefined : variablePiece(text.slice(start + 2, end));
    if (piece === undefined) return { problem: `${JSON.stringify(text.slice(start, start + 40))} is not a policy variable` };
    copyUpTo(start);
    pieces.push(piece);
    copied = end + 1;
  }
  copyUpTo(text.length);
  return templateOf(pieces);
}

export function templateOf(pieces: readonly TemplatePiece[]): Template {
  return { pieces, fixed: pieces.every(isPiece) ? patternOf(pieces) : undefined };
}

/** The pattern for this request; `undefined` when a variable has neither one value there nor a default. */
export function resolve(template: Template, context: RequestContext): Pattern | undefined {
  if (template.fixed !== undefined) return template.fixed;
  const pieces: Piece[] = [];
  for (const piece of template.pieces) {
    if (isPiece(piece)) {
      pieces.push(piece);
      continue;
    }
    const literal = meaningOf(piece, context);
    if (literal === undefined) return undefined;
    pieces.push({ literal });
  }
  return patternOf(pieces);
}

/** The condition keys whose values the template asks for. */
export function variableKeys(template: Template): string[] {
  return template.pieces.flatMap((piece) => ('variable' in piece ? [piece.variable] : []));
}

/** A key with several values has no one value to put in, as on AWS. */
function meaningOf(piece: Variable, context: RequestContext): string | undefined {
  const values = context.get(piece.variable);
  if (values === undefined || values.length === 0) return piece.otherwise;
  return values.length === 1 ? values[0] : undefined;
}

function plainPieces(text: string, wildcards: boolean): Piece[] {
  return wildcards ? wildcardPieces(text) : [{ literal: text }];
}

function variablePiece(inner: string): TemplatePiece | undefined {
  if (inner === '*' || inner === '?' || inner === '$') return { literal: inner };
  const found = /^([^\s,'"{}$*?]+)(?: *, *'([^']*)')?$/.exec(inner);
  if (found?.[1] === undefined || !found[1].includes(':')) return undefined;
  return { variable: found[1].toLowerCase(), otherwise: found[2] };
}

/** The brace that ends a variable; one inside a quoted default does not. */
function closingBrace(text: string, from: number): number {
  let quoted = false;
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === "'") quoted = !quoted;
    else if (text[at] === '}' && !quoted) return at;
  }
  return -1;
}

function isPiece(piece: TemplatePiece): piece is Piece {
  return !('variable' in piece);
}
