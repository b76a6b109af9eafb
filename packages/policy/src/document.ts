/** Policy documents: from text to statements, strictly when one is about to be stored, and as safely as can be later. */
import { type JsonNode, readJson } from './json.ts';
import { MAX_TEXT_LENGTH, POLICY_PLACES, type PolicyPlace, policySize } from './limits.ts';
import { lineAndColumn, memberPath } from './place.ts';
import { denyEverything, type PolicyKind, readStatement, type Statement } from './statement.ts';
import type { Report } from './strings.ts';

/** A policy document, ready to be evaluated. Version 2008-10-17, also when none is named, knows no variables. */
export type PolicyDocument = {
  readonly version: '2012-10-17' | '2008-10-17';
  readonly id: string | undefined;
  readonly statements: readonly Statement[];
};

/** Where in the text and what: `path` as `$.Statement[0].Action[1]`; line and column from 1, the column in UTF-16 units. */
export type PolicyProblem = { readonly path: string; readonly line: number; readonly column: number; readonly message: string };

export type ParsedPolicy =
  | { readonly ok: true; readonly document: PolicyDocument }
  | { readonly ok: false; readonly problems: readonly PolicyProblem[] };

/**
 * Reads a policy that is about to be stored. Whatever is not understood to the last member is refused, with its place:
 * a policy that means less, or more, than its author believes is worse than none. At most 50 problems are told.
 *
 * @example
 * ```ts
 * import { parsePolicy } from '@latchkey/policy/document';
 *
 * const parsed = parsePolicy('{"Statement": {"Effect": "Allow", "Action": "s3:Get*", "Resource": "my-bucket"}}', 'managed');
 * if (!parsed.ok) console.log(parsed.problems[0]?.path); // $.Statement.Resource
 * ```
 */
export function parsePolicy(text: string, place: PolicyPlace, options: { readonly maxSize?: number } = {}): ParsedPolicy {
  const { kind, maxSize, unit } = POLICY_PLACES[place];
  const allowed = options.maxSize ?? maxSize;
  if (text.length > MAX_TEXT_LENGTH || policySize(text, place) > allowed) {
    return { ok: false, problems: [{ path: '$', line: 1, column: 1, message: `The policy is longer than ${allowed} ${unit}` }] };
  }
  const { document, problems } = readDocument(text, kind);
  return problems.length > 0 || document === undefined ? { ok: false, problems } : { ok: true, document };
}

/**
 * Reads a policy that is in use, whoever stored it and when. There is always a document, and it errs to one side only:
 * an Allow that is not understood grants nothing, a Deny (or a statement of unknown effect) denies all it might mean,
 * and a text that is no policy at all denies everything. `problems` says why, for an operator to see.
 */
export function readStoredPolicy(text: string, kind: PolicyKind): { document: PolicyDocument; problems: readonly PolicyProblem[] } {
  const { document, problems } = readDocument(text, kind);
  if (document === undefined)
    return { document: { version: '2012-10-17', id: undefined, statements: [denyEverything(kind, 0)] }, problems };
  const statements = document.statements.filter(({ effect, understood }) => understood || effect === 'Deny');
  return { document: { ...document, statements }, problems };
}

/** No document when the text as a whole is not one; otherwise every statement, as far as it was understood. */
function readDocument(text: string, kind: PolicyKind): { document: PolicyDocument | undefined; problems: PolicyProblem[] } {
  const problems: PolicyProblem[] = [];
  const report: Report = (at, path, message) => {
    if (problems.length < MAX_PROBLEMS) problems.push({ path, ...lineAndColumn(text, at), message });
  };
  if (text.length > MAX_TEXT_LENGTH) {
    report(0, '$', `The policy is longer than ${MAX_TEXT_LENGTH} characters`);
    return { document: undefined, problems };
  }
  const reading = readJson(text);
  if (!reading.ok) {
    report(reading.problem.at, reading.problem.path, reading.problem.message);
    return { document: undefined, problems };
  }
  return { document: documentOf(reading.root, kind, report), problems };
}

function documentOf(root: JsonNode, kind: PolicyKind, report: Report): PolicyDocument | undefined {
  if (root.kind !== 'object') {
    report(root.at, '$', 'A policy is an object');
    return undefined;
  }
  let understood = true;
  const complain: Report = (at, path, message) => {
    understood = false;
    report(at, path, message);
  };
  for (const { name, at } of root.members) {
    if (!MEMBERS.has(name)) complain(at, memberPath('$', name), 'A policy has no element of this name');
  }
  const member = (wanted: string) => root.members.find(({ name }) => name === wanted)?.value;
  const version = readVersion(member('Version'), complain);
  const id = member('Id');
  if (id !== undefined && id.kind !== 'string') report(id.at, '$.Id', 'Id is a string');
  const list = member('Statement');
  if (list === undefined) complain(root.at, '$', 'A policy needs a Statement');
  const nodes = list === undefined ? [] : list.kind === 'array' ? list.items : [list];
  if (list !== undefined && nodes.length === 0) report(list.at, '$.Statement', 'A policy needs at least one statement');
  const statements = nodes.map((node, index) => {
    const path = list?.kind === 'array' ? `$.Statement[${index}]` : '$.Statement';
    return readStatement(node, path, { kind, variables: version === '2012-10-17', index }, report);
  });
  reportRepeatedSids(statements, nodes, report);
  if (!understood || version === undefined) return undefined;
  return { version, id: id?.kind === 'string' ? id.text : undefined, statements };
}

function readVersion(node: JsonNode | undefined, complain: Report): PolicyDocument['version'] | undefined {
  if (node === undefined) return '2008-10-17';
  if (node.kind === 'string' && (node.text === '2012-10-17' || node.text === '2008-10-17')) return node.text;
  complain(node.at, '$.Version', 'Version is "2012-10-17" or "2008-10-17"');
  return undefined;
}

/** A Sid is what a decision names a statement by. */
function reportRepeatedSids(statements: readonly Statement[], nodes: readonly JsonNode[], report: Report): void {
  const seen = new Set<string>();
  for (const [index, { sid }] of statements.entries()) {
    const node = nodes[index];
    if (sid !== undefined && sid !== '' && seen.has(sid) && node?.kind === 'object') {
      const at = node.members.find(({ name }) => name === 'Sid')?.value.at ?? node.at;
      report(at, `$.Statement[${index}].Sid`, 'Another statement has the same Sid');
    }
    if (sid !== undefined) seen.add(sid);
  }
}

const MEMBERS: ReadonlySet<string> = new Set(['Version', 'Id', 'Statement']);
const MAX_PROBLEMS = 50;
