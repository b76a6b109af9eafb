/** One statement: read element by element into what evaluation needs, saying of each element whether it was understood. */
import { resourceProblem } from './arn.ts';
import { readConditions } from './condition-element.ts';
import type { CompiledCondition } from './conditions.ts';
import type { JsonMember, JsonNode } from './json.ts';
import { type Pattern, patternOf, wildcardPieces } from './match.ts';
import { memberPath } from './place.ts';
import { EVERYONE, readPrincipalElement } from './principal-element.ts';
import type { PrincipalElement } from './principals.ts';
import { type Report, readStrings } from './strings.ts';
import { readTemplate, type Template, variableKeys } from './variables.ts';

/** Identity and session policies name no principal, trust policies no resource, resource policies both. */
export type PolicyKind = 'identity' | 'session' | 'resource' | 'trust';

/**
 * A statement, ready to be evaluated. One that is not `understood` comes from an older store and stands for everything
 * it might mean; it is a Deny then, since an Allow that is not understood grants nothing and is left out.
 */
export type Statement = {
  /** Its place in the document, from 0, also when others were left out. */
  readonly index: number;
  readonly sid: string | undefined;
  readonly effect: 'Allow' | 'Deny';
  readonly understood: boolean;
  readonly principal: PrincipalElement | undefined;
  /** Patterns for action names in lower case. */
  readonly actions: Choice<Pattern>;
  /** `undefined` in trust policies, which speak of the role they belong to. */
  readonly resources: Choice<Template> | undefined;
  readonly conditions: readonly CompiledCondition[];
};

/** Any of the patterns; with `negated` (`NotAction`, `NotResource`), anything but those. */
export type Choice<P> = { readonly negated: boolean; readonly patterns: readonly P[] };

export type StatementRules = { readonly kind: PolicyKind; readonly variables: boolean; readonly index: number };

/** Reads a statement. Elements that are not understood are reported, and widened to all they might mean. */
export function readStatement(node: JsonNode, path: string, rules: StatementRules, report: Report): Statement {
  if (node.kind !== 'object') {
    report(node.at, path, 'A statement is an object');
    return denyEverything(rules.kind, rules.index);
  }
  let understood = true;
  const complain: Report = (at, where, message) => {
    understood = false;
    report(at, where, message);
  };
  const { members } = node;
  for (const { name, at } of members) {
    if (!ELEMENTS.has(name)) complain(at, memberPath(path, name), 'A statement has no element of this name');
  }
  const reader = { node, members, path, rules, complain };
  const sid = readSid(reader, report);
  const effect = readEffect(reader);
  const principal = readPrincipal(reader, effect);
  const actions = readActions(reader);
  const resources = readResources(reader);
  const condition = members.find(({ name }) => name === 'Condition');
  const conditions = condition ? readConditions(condition.value, `${path}.Condition`, rules.variables, complain) : [];
  return { index: rules.index, sid, effect: effect ?? 'Deny', understood, principal, actions, resources, conditions };
}

/** What stands for a text that is no statement, or no policy: nobody knows what it forbade. */
export function denyEverything(kind: PolicyKind, index: number): Statement {
  const principal = kind === 'resource' || kind === 'trust' ? EVERYONE : undefined;
  const resources = kind === 'trust' ? undefined : EVERY_RESOURCE;
  return { index, sid: undefined, effect: 'Deny', understood: false, principal, actions: EVERY_ACTION, resources, conditions: [] };
}

/** The condition keys a statement asks for, by conditions and variables. */
export function statementKeys({ resources, conditions }: Statement): string[] {
  return [...(resources?.patterns ?? []).flatMap(variableKeys), ...conditions.flatMap(({ keys }) => keys)];
}

type Reader = {
  readonly node: JsonNode;
  readonly members: readonly JsonMember[];
  readonly path: string;
  readonly rules: StatementRules;
  readonly complain: Report;
};

/** A name for people: whatever it is, the statement means the same, so a bad one is reported but understood. */
function readSid({ members, path, rules }: Reader, report: Report): string | undefined {
  const value = members.find(({ name }) => name === 'Sid')?.value;
  if (value === undefined) return undefined;
  const text = value.kind === 'string' ? value.text : undefined;
  if (text === undefined) report(value.at, `${path}.Sid`, 'Sid is a string');
  else if (rules.kind !== 'resource' && !/^[A-Za-z0-9]*$/.test(text)) report(value.at, `${path}.Sid`, 'Sid has letters and digits only');
  return text;
}

function readEffect({ node, members, path, complain }: Reader): 'Allow' | 'Deny' | undefined {
  const value = members.find(({ name }) => name === 'Effect')?.value;
  if (value?.kind === 'string' && (value.text === 'Allow' || value.text === 'Deny')) return value.text;
  complain(value?.at ?? node.at, value === undefined ? path : `${path}.Effect`, 'Effect is "Allow" or "Deny", in this spelling');
  return undefined;
}

function readPrincipal(reader: Reader, effect: 'Allow' | 'Deny' | undefined): PrincipalElement | undefined {
  const { rules, complain } = reader;
  if (rules.kind === 'identity' || rules.kind === 'session') {
    refuse(reader, 'Principal', 'NotPrincipal', 'The principal is whoever the policy is attached to');
    return undefined;
  }
  const member = oneOf(reader, 'Principal', 'NotPrincipal');
  if (member === undefined) return EVERYONE;
  const path = memberPath(reader.path, member.name);
  const negated = member.name === 'NotPrincipal';
  if (negated && rules.kind === 'trust') complain(member.at, path, 'A trust policy names whom it trusts');
  if (negated && effect === 'Allow') complain(member.at, path, 'NotPrincipal goes with "Effect": "Deny" only');
  return readPrincipalElement(member.value, path, negated, complain) ?? EVERYONE;
}

function readActions(reader: Reader): Choice<Pattern> {
  const { rules, complain } = reader;
  const member = oneOf(reader, 'Action', 'NotAction');
  if (member === undefined) return EVERY_ACTION;
  const path = memberPath(reader.path, member.name);
  const negated = member.name === 'NotAction';
  if (negated && rules.kind === 'trust') complain(member.at, path, 'A trust policy names the actions it is about');
  const names = readStrings(member.value, path, complain, (name) => actionProblem(name, rules.kind));
  if (names === undefined) return EVERY_ACTION;
  return { negated, patterns: names.map((name) => patternOf(wildcardPieces(name === '*:*' ? '*' : name.toLowerCase()))) };
}

/** A service that nobody provides here is accepted: such a name fits no request. */
function actionProblem(name: string, kind: PolicyKind): string | undefined {
  if (kind === 'trust' && !/^sts:/i.test(name)) return 'A trust policy speaks of sts:AssumeRole and its kin only';
  if (name === '*' || name === '*:*' || /^[A-Za-z0-9-]+:[A-Za-z0-9*?-]+$/.test(name)) return undefined;
  return 'Expected "*" or an action such as s3:GetObject or s3:Get*';
}

function readResources(reader: Reader): Choice<Template> | undefined {
  const { rules, complain } = reader;
  if (rules.kind === 'trust') {
    refuse(reader, 'Resource', 'NotResource', 'The resource of a trust policy is its role');
    return undefined;
  }
  const member = oneOf(reader, 'Resource', 'NotResource');
  if (member === undefined) return EVERY_RESOURCE;
  const problemOf = (name: string) => resourceProblem(name, rules.variables);
  const names = readStrings(member.value, memberPath(reader.path, member.name), complain, problemOf);
  if (names === undefined) return EVERY_RESOURCE;
  const templates = names.map((name) => readTemplate(name, { variables: rules.variables, wildcards: true }));
  return { negated: member.name === 'NotResource', patterns: templates.filter((template) => 'pieces' in template) };
}

/** The one of two members that exclude each other; `undefined`, and a complaint, unless it is exactly one. */
function oneOf({ node, members, path, complain }: Reader, plain: string, negated: string): JsonMember | undefined {
  const [first, second] = members.filter(({ name }) => name === plain || name === negated);
  if (first !== undefined && second === undefined) return first;
  if (second === undefined) complain(node.at, path, `A statement needs ${plain} or ${negated}`);
  else complain(second.at, memberPath(path, second.name), `A statement has either ${plain} or ${negated}`);
  return undefined;
}

function refuse({ members, path, complain }: Reader, plain: string, negated: string, why: string): void {
  for (const { name, at } of members) if (name === plain || name === negated) complain(at, memberPath(path, name), why);
}

const ELEMENTS: ReadonlySet<string> = new Set([
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
]);

const EVERY_ACTION: Choice<Pattern> = { negated: false, patterns: [{ kind: 'anything' }] };
const EVERY_RESOURCE: Choice<Template> = { negated: false, patterns: [{ pieces: [{ wildcard: '*' }], fixed: { kind: 'anything' } }] };
