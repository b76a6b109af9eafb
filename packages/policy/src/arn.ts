/** Amazon Resource Names: `arn:partition:service:region:account:resource`, where only the resource may hold further colons. */
import type { Pattern } from './match.ts';
import { readTemplate, type Template, type TemplatePiece, templateOf } from './variables.ts';

/** The six parts; `undefined` when the text is no ARN. */
export function arnParts(text: string): readonly string[] | undefined {
  if (!text.startsWith('arn:')) return undefined;
  const parts = text.split(':', 5);
  const before = parts.reduce((length, part) => length + part.length + 1, 0);
  return parts.length < 5 || before > text.length ? undefined : [...parts, text.slice(before)];
}

/** Reads a pattern for ARNs part by part; `*` alone is the pattern for every ARN. */
export function readArnPattern(text: string, variables: boolean): { readonly parts: readonly Template[] } | { readonly problem: string } {
  const template = readTemplate(text, { variables, wildcards: true });
  if ('problem' in template) return template;
  if (text === '*') return { parts: [] };
  const parts = splitAtColons(template.pieces);
  const [first, ...more] = parts[0] ?? [];
  if (parts.length < 6 || more.length > 0 || first === undefined || !('literal' in first) || first.literal !== 'arn') {
    return { problem: `Expected "*" or an ARN: arn:partition:service:region:account:resource` };
  }
  return { parts: parts.map(templateOf) };
}

/**
 * What is wrong with the text as a `Resource`, if anything is. Partition and service are given in full, and variables
 * come after the fifth colon, as on AWS. An ARN that no resource here has is refused: a Deny of it would protect nothing.
 */
export function resourceProblem(text: string, variables: boolean): string | undefined {
  const pattern = readArnPattern(text, variables);
  if ('problem' in pattern) return pattern.problem;
  if (text === '*') return undefined;
  const [, partition, service, region, account, resource] = pattern.parts;
  if (partition?.fixed?.kind !== 'exactly' || partition.fixed.text !== 'aws') return 'The partition of an ARN is aws here';
  if (service?.fixed?.kind !== 'exactly' || !/^[a-z0-9-]+$/.test(service.fixed.text)) return 'The service of an ARN has no wildcards';
  if (region?.fixed === undefined || account?.fixed === undefined) return 'Variables belong after the fifth colon of an ARN';
  if (service.fixed.text === 's3' && (namesOne(region.fixed) || namesOne(account.fixed))) return 'ARNs of S3 have no region and no account';
  return resource === undefined || resource.pieces.length === 0 ? 'The ARN names no resource' : undefined;
}

function namesOne(pattern: Pattern): boolean {
  return pattern.kind === 'exactly' && pattern.text !== '';
}

/** Splits at the first five colons of the text itself; colons inside `${aws:username}` are none of them. */
function splitAtColons(pieces: readonly TemplatePiece[]): TemplatePiece[][] {
  const parts: TemplatePiece[][] = [[]];
  for (const piece of pieces) {
    let rest = piece;
    while ('literal' in rest && parts.length < 6) {
      const colon = rest.literal.indexOf(':');
      if (colon < 0) break;
      if (colon > 0) parts.at(-1)?.push({ literal: rest.literal.slice(0, colon) });
      parts.push([]);
      rest = { literal: rest.literal.slice(colon + 1) };
    }
    if (!('literal' in rest) || rest.literal !== '') parts.at(-1)?.push(rest);
  }
  return parts;
}
