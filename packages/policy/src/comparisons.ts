/** How condition operators compare: texts, patterns, ARNs, address blocks, and everything that has an order or none. */
import { type AddressBlock, isWithin, readAddress, readAddressBlock } from './addresses.ts';
import { arnParts, readArnPattern } from './arn.ts';
import { matches } from './match.ts';
import { shortened } from './place.ts';
import { type RequestContext, readTemplate, resolve, type Template, variableKeys } from './variables.ts';

/** Makes one test of all the values a policy lists for a key, or says which of them cannot be understood. */
export type Comparison = (values: readonly string[], rules: ComparisonRules) => Compared | { readonly problem: string };

/** `variables`: whether `${…}` means anything in this document. `negated`: the answer will be turned round. */
export type ComparisonRules = { readonly variables: boolean; readonly negated: boolean };

/** `keys` are the condition keys that variables in the values ask for. */
export type Compared = { readonly test: ValueTest; readonly keys: readonly string[] };

/**
 * Whether a value of the request fits one of the policy's values; negation comes after this. `undefined` when nobody can
 * say: the value is of another kind, or it fits none of those that are known and the answer will be turned round.
 */
export type ValueTest = (value: string, context: RequestContext) => boolean | undefined;

/** The same text, after `fold` has been at both. */
export function sameText(fold: (text: string) => string): Comparison {
  return (values, rules) => {
    const templates = readTemplates(values, { variables: rules.variables, wildcards: false });
    if ('problem' in templates) return templates;
    const known = new Set<string>();
    const open: Template[] = [];
    for (const template of templates.list) {
      if (template.fixed?.kind === 'exactly') known.add(fold(template.fixed.text));
      else open.push(template);
    }
    const test: ValueTest = (value, context) => {
      const folded = fold(value);
      if (known.has(folded)) return true;
      return anyOf(open, rules.negated, (template) => {
        const pattern = resolve(template, context);
        return pattern?.kind === 'exactly' ? fold(pattern.text) === folded : undefined;
      });
    };
    return { test, keys: templates.keys };
  };
}

/** A text that fits a pattern, case and all. */
export const likeText: Comparison = (values, rules) => {
  const templates = readTemplates(values, { variables: rules.variables, wildcards: true });
  if ('problem' in templates) return templates;
  const test: ValueTest = (value, context) =>
    anyOf(templates.list, rules.negated, (template) => {
      const pattern = resolve(template, context);
      return pattern === undefined ? undefined : matches(pattern, value);
    });
  return { test, keys: templates.keys };
};

/** An ARN each of whose six parts fits: a wildcard stays within its part, and the last part holds all further colons. */
export const likeArn: Comparison = (values, rules) => {
  const patterns: (readonly Template[])[] = [];
  for (const value of values) {
    const pattern = readArnPattern(value, rules.variables);
    if ('problem' in pattern) return pattern;
    patterns.push(pattern.parts);
  }
  const test: ValueTest = (value, context) => {
    const parts = arnParts(value);
    if (parts === undefined) return undefined;
    return anyOf(patterns, rules.negated, (pattern) => arnFits(pattern, parts, context));
  };
  return { test, keys: patterns.flat().flatMap(variableKeys) };
};

/** An address inside one of the blocks. */
export const withinBlock: Comparison = (values) => {
  const blocks: AddressBlock[] = [];
  for (const value of values) {
    const block = readAddressBlock(value);
    if (block === undefined) return { problem: `${quoted(value)} is not an IP address or CIDR block` };
    blocks.push(block);
  }
  const test: ValueTest = (value) => {
    const address = readAddress(value);
    return address === undefined ? undefined : blocks.some((block) => isWithin(address, block));
  };
  return { test, keys: [] };
};

/** Values that `read` makes comparable, against each of the policy's with `compare(request's, policy's)`. */
export function compared<T>(read: (text: string) => T | undefined, kind: string, compare: (value: T, bound: T) => boolean): Comparison {
  return (values) => {
    const bounds: T[] = [];
    for (const value of values) {
      const bound = read(value);
      if (bound === undefined) return { problem: `${quoted(value)} is not ${kind}` };
      bounds.push(bound);
    }
    const test: ValueTest = (text) => {
      const value = read(text);
      return value === undefined ? undefined : bounds.some((bound) => compare(value, bound));
    };
    return { test, keys: [] };
  };
}

/** A pattern whose variable stands for nothing (`undefined`) fits no text; but "is none of these" cannot then be said either. */
function anyOf<T>(candidates: readonly T[], negated: boolean, fits: (candidate: T) => boolean | undefined): boolean | undefined {
  let unknown = false;
  for (const candidate of candidates) {
    const answer = fits(candidate);
    if (answer === true) return true;
    if (answer === undefined) unknown = true;
  }
  return unknown && negated ? undefined : false;
}

function arnFits(pattern: readonly Template[], parts: readonly string[], context: RequestContext): boolean | undefined {
  let unknown = false;
  for (const [index, template] of pattern.entries()) {
    const part = resolve(template, context);
    if (part === undefined) unknown = true;
    else if (!matches(part, parts[index] ?? '')) return false;
  }
  return unknown ? undefined : true;
}

function readTemplates(
  values: readonly string[],
  rules: { variables: boolean; wildcards: boolean },
): { readonly list: readonly Template[]; readonly keys: readonly string[] } | { readonly problem: string } {
  const list: Template[] = [];
  for (const value of values) {
    const template = readTemplate(value, rules);
    if ('problem' in template) return template;
    list.push(template);
  }
  return { list, keys: list.flatMap(variableKeys) };
}

function quoted(value: string): string {
  return JSON.stringify(shortened(value));
}
