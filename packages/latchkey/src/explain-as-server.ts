import { childrenOf, childText, type XmlElement } from '@latchkey/s3/xml';
import type { Call } from './command.ts';
import type { Flags } from './flags.ts';
import { type Parameters, queryClient, queryFlags } from './query-client.ts';

export const asServerFlags = {
  'as-server': {
    kind: 'switch',
    help: 'Ask the server: every check that the URL meets there, and which policy decides. For administrators',
  },
  from: { kind: 'text', value: 'ADDRESS', help: 'With --as-server: as if it came from this address instead of from here' },
  ...queryFlags,
} as const satisfies Flags;

type AsServerCall = Pick<Call<typeof asServerFlags>, 'values' | 'environment' | 'output'>;
type Question = { readonly url: string; readonly method: string | undefined; readonly headers: Readonly<Record<string, string>> };

/** Asks a running server what it makes of a URL, and prints it; nothing is run there. Throws a `Failure` in the server's words. */
export async function explainAsServer({ url, method, headers }: Question, call: AsServerCall & { readonly json: boolean }): Promise<void> {
  const client = await queryClient(call);
  const parameters: Record<string, string | undefined> = { Url: url, Method: method, SourceIp: call.values.from };
  for (const [index, [name, value]] of Object.entries(headers).entries()) {
    parameters[`Headers.member.${index + 1}.Name`] = name;
    parameters[`Headers.member.${index + 1}.Value`] = value;
  }
  const answer = read(await client('latchkey', 'ExplainRequest', parameters satisfies Parameters));
  if (call.json) call.output.record(answer);
  else for (const line of linesOf(answer)) call.output.line(line);
}

type Answer = {
  readonly outcome: string;
  readonly status: number | undefined;
  readonly code: string | undefined;
  readonly message: string | undefined;
  readonly method: string;
  readonly operation: string | undefined;
  readonly bucket: string | undefined;
  readonly key: string | undefined;
  readonly principal: string | undefined;
  readonly accessKeyId: string | undefined;
  readonly checks: readonly CheckAnswer[];
};

type CheckAnswer = {
  readonly check: string;
  readonly outcome: string;
  readonly explanation: string;
  readonly code: string | undefined;
  readonly decisions: readonly Decision[] | undefined;
  readonly difference: { readonly part: string; readonly signed: string; readonly received: string } | undefined;
  readonly stringToSign: string | undefined;
  readonly canonicalRequest: string | undefined;
};

type Decision = {
  readonly action: string;
  readonly resource: string;
  readonly effect: string;
  readonly layer: string | undefined;
  readonly statement: { readonly policy: string; readonly sid: string | undefined; readonly number: number } | undefined;
  readonly explanation: string;
};

function read(result: XmlElement): Answer {
  const status = childText(result, 'Status');
  const [list] = childrenOf(result, 'Checks');
  return {
    outcome: text(result, 'Outcome'),
    status: status === undefined ? undefined : Number(status),
    code: childText(result, 'Code'),
    message: childText(result, 'Message'),
    method: text(result, 'Method'),
    operation: childText(result, 'Operation'),
    bucket: childText(result, 'Bucket'),
    key: childText(result, 'Key'),
    principal: childText(result, 'Principal'),
    accessKeyId: childText(result, 'AccessKeyId'),
    checks: list === undefined ? [] : childrenOf(list, 'member').map(readCheck),
  };
}

function readCheck(member: XmlElement): CheckAnswer {
  const [difference] = childrenOf(member, 'Difference');
  const [decisions] = childrenOf(member, 'Decisions');
  return {
    check: text(member, 'Check'),
    outcome: text(member, 'Outcome'),
    explanation: text(member, 'Explanation'),
    code: childText(member, 'Code'),
    decisions: decisions && childrenOf(decisions, 'member').map(readDecision),
    difference: difference && {
      part: text(difference, 'Part'),
      signed: text(difference, 'Signed'),
      received: text(difference, 'Received'),
    },
    stringToSign: childText(member, 'StringToSign'),
    canonicalRequest: childText(member, 'CanonicalRequest'),
  };
}

function readDecision(member: XmlElement): Decision {
  const [statement] = childrenOf(member, 'Statement');
  return {
    action: text(member, 'Action'),
    resource: text(member, 'Resource'),
    effect: text(member, 'Effect'),
    layer: childText(member, 'Layer'),
    statement: statement && {
      policy: text(statement, 'Policy'),
      sid: childText(statement, 'Sid'),
      number: Number(text(statement, 'Number')),
    },
    explanation: text(member, 'Explanation'),
  };
}

const text = (element: XmlElement, name: string): string => childText(element, name) ?? '';

const SIGNS: Readonly<Record<string, string>> = { passed: 'ok', failed: 'NO', skipped: '-' };

function linesOf({ outcome, status, code, message, method, operation, principal, accessKeyId, checks }: Answer): readonly string[] {
  const verdict = outcome === 'accepted' ? 'The server would accept it.' : `The server refuses it with ${status} ${code}: ${message}`;
  const signer = [principal, accessKeyId === undefined ? undefined : `with the access key ${accessKeyId}`].filter(Boolean).join(' ');
  return [
    verdict,
    `As ${method}${operation === undefined ? '' : ` it is ${operation}`}, asked for by ${signer === '' ? 'nobody known' : signer}.`,
    '',
    ...checks.flatMap(linesOfCheck),
  ];
}

function linesOfCheck({ check, outcome, explanation, difference, canonicalRequest, stringToSign }: CheckAnswer): readonly string[] {
  const lines = [`${(SIGNS[outcome] ?? outcome).padEnd(3)} ${check.padEnd(15)} ${explanation}`];
  const indent = ' '.repeat(20);
  if (difference !== undefined && difference.signed + difference.received !== '')
    lines.push(`${indent}signed:   ${difference.signed}`, `${indent}received: ${difference.received}`);
  const seen = canonicalRequest ?? stringToSign;
  if (seen !== undefined) {
    lines.push(`${indent}${canonicalRequest === undefined ? 'String to sign' : 'Canonical request'}, as the server has it:`);
    lines.push(...seen.split('\n').map((line) => `${indent}  ${line}`));
  }
  return lines;
}
