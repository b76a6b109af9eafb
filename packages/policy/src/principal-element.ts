/** `Principal` and `NotPrincipal` as a policy writes them. */
import type { JsonNode } from './json.ts';
import { memberPath } from './place.ts';
import type { PrincipalElement } from './principals.ts';
import { type Report, readStrings } from './strings.ts';

/** Everyone: what `"*"` says, and what a Deny is taken to mean whose principal is not understood. */
export const EVERYONE: PrincipalElement = { negated: false, everyone: true, aws: [], federated: [] };

/** Reads `"*"` or `{"AWS": …, "Federated": …, "Service": …}`; `undefined`, and a complaint, unless all of it is understood. */
export function readPrincipalElement(node: JsonNode, path: string, negated: boolean, complain: Report): PrincipalElement | undefined {
  if (node.kind === 'string' && node.text === '*') return { ...EVERYONE, negated };
  if (node.kind !== 'object' || node.members.length === 0) {
    complain(node.at, path, 'Expected "*" or an object such as {"AWS": "123456789012"}');
    return undefined;
  }
  const names = new Map<string, readonly string[]>();
  for (const { name, at, value } of node.members) {
    const problemOf = PROBLEMS.get(name);
    if (problemOf === undefined) complain(at, memberPath(path, name), 'A principal is given under "AWS", "Federated" or "Service"');
    const read = problemOf && readStrings(value, memberPath(path, name), complain, problemOf);
    if (read !== undefined) names.set(name, read);
  }
  if (names.size < node.members.length) return undefined;
  const aws = names.get('AWS') ?? [];
  // A service is none of those who come here: it is read, and never fits anybody.
  return { negated, everyone: aws.includes('*'), aws: aws.filter((name) => name !== '*'), federated: names.get('Federated') ?? [] };
}

/** Names are whole: a wildcard inside one has no meaning. */
function awsProblem(name: string): string | undefined {
  if (name === '*' || /^[0-9]{12}$/.test(name) || /^A[A-Z0-9]{15,127}$/.test(name)) return undefined;
  if (name.includes('*') || name.includes('?')) return 'A principal is named in full; only "*" alone stands for everyone';
  const [arn, partition, service, region, account, resource, ...more] = name.split(':');
  const known = KINDS.get(service ?? '')?.test(resource ?? '');
  if (arn === 'arn' && partition === 'aws' && region === '' && /^[0-9]{12}$/.test(account ?? '') && known && more.length === 0)
    return undefined;
  return 'Expected "*", a 12-digit account id, the ARN of an account, user, role or session, or a unique id';
}

function federatedProblem(name: string): string | undefined {
  return /^[^\s*?]+$/.test(name) ? undefined : 'Expected the name or ARN of an identity provider';
}

function serviceProblem(name: string): string | undefined {
  return /^[a-z0-9.-]+$/.test(name) ? undefined : 'Expected the name of a service, such as backup.amazonaws.com';
}

const PROBLEMS: ReadonlyMap<string, (name: string) => string | undefined> = new Map([
  ['AWS', awsProblem],
  ['Federated', federatedProblem],
  ['Service', serviceProblem],
]);

const KINDS: ReadonlyMap<string, RegExp> = new Map([
  ['iam', /^(?:root|(?:user|role)\/[^\s]*[^\s/])$/],
  ['sts', /^(?:assumed-role\/[^\s/]+\/[^\s/]+|federated-user\/[^\s/]+)$/],
]);
