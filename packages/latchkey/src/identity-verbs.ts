import type { XmlElement } from '@latchkey/s3/xml';
import type { Call, Command } from './command.ts';
import { defineCommand } from './command.ts';
import { wrongUsage } from './failure.ts';
import type { Flags } from './flags.ts';
import { type Parameters, type QueryClient, queryClient, queryFlags } from './query-client.ts';

/** One verb of `latchkey user`, `key`, `role` or `policy`: what it takes, and which action of IAM it is. */
export type Verb = {
  /** What stands after the verb, such as `NAME`; an argument in brackets may be left out. */
  readonly takes: readonly string[];
  readonly help: string;
  readonly action: string;
  readonly service?: 'iam' | 'latchkey';
  parameters(given: readonly (string | undefined)[], context: VerbContext): Parameters | Promise<Parameters>;
  /** The element of the answer that lists what is to be printed, a line each; else the answer itself. */
  readonly list?: string;
  /** How one of them reads to a person; else every element of it, a line each. */
  inWords?(item: XmlElement): string;
};

export type VerbContext = { readonly values: Readonly<Record<string, unknown>>; readonly accountId: () => Promise<string> };

const flags = { ...queryFlags, json: { kind: 'switch', help: 'Print one line of JSON an item' } } as const satisfies Flags;

/** A command with verbs, each a call of the server's IAM API with the caller's own credentials. */
export function verbCommand(
  noun: string,
  description: string,
  verbs: Readonly<Record<string, Verb>>,
  examples: Command['examples'],
): Command {
  return defineCommand({
    usage: `${noun} ${Object.keys(verbs).join('|')} …`,
    description: [
      description,
      '',
      ...Object.entries(verbs).map(([name, { takes, help }]) => `  latchkey ${[noun, name, ...takes].join(' ')}\n      ${help}`),
    ].join('\n'),
    flags,
    examples,
    async run(call) {
      const [name = '', ...given] = call.positionals;
      const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
      if (verb === undefined) throw wrongUsage(`${noun} is followed by one of ${Object.keys(verbs).join(', ')}.`);
      const required = verb.takes.filter((argument) => !argument.startsWith('[')).length;
      if (given.length < required || given.length > verb.takes.length)
        throw wrongUsage(`It is latchkey ${[noun, name, ...verb.takes].join(' ')}.`);
      const client = await queryClient(call);
      const context = { values: call.values, accountId: () => accountOf(client) };
      const result = await client(verb.service ?? 'iam', verb.action, await verb.parameters(given, context));
      print(verb, result, call);
      return 0;
    },
  });
}

async function accountOf(client: QueryClient): Promise<string> {
  const identity = await client('sts', 'GetCallerIdentity', {});
  return identity.children.find(({ name }) => name === 'Account')?.text ?? '';
}

function print({ list, inWords }: Verb, result: XmlElement, { values, output }: Call<typeof flags>): void {
  const items = list === undefined ? shown(result) : (result.children.find(({ name }) => name === list)?.children ?? []);
  for (const item of items) {
    const value = contentOf(item);
    if (values.json) output.record(typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : { name: value });
    else if (inWords !== undefined) output.line(inWords(item));
    else output.line(typeof value === 'string' ? value : membersOf(value));
  }
}

/** The one thing an answer is about, without the wrapping; nothing where it only says that it was done. */
function shown(result: XmlElement): readonly XmlElement[] {
  if (result.name.endsWith('Response') || result.children.length === 0) return [];
  const [only, ...others] = result.children;
  return only !== undefined && others.length === 0 && only.children.length > 0 ? [only] : [result];
}

function contentOf(element: XmlElement): unknown {
  if (element.children.length === 0) return /Document$/.test(element.name) ? documentOf(element.text) : element.text;
  if (element.children.every(({ name }) => name === 'member')) return element.children.map(contentOf);
  return Object.fromEntries(element.children.map((child) => [child.name, contentOf(child)]));
}

/** Policies travel percent-encoded. */
function documentOf(text: string): unknown {
  return JSON.parse(decodeURIComponent(text));
}

function membersOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([name, member]) => `${name}: ${typeof member === 'string' ? member : JSON.stringify(member)}`)
    .join('\n');
}
