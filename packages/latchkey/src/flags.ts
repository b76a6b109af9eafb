import { parseArgs } from 'node:util';
import { closest } from './closest.ts';
import { wrongUsage } from './failure.ts';

/** A flag: `text` takes a value, a `switch` does not; `many` may be repeated. `value` and `help` are for `--help`. */
export type Flag = {
  readonly kind: 'text' | 'switch';
  readonly many?: true;
  readonly value?: string;
  readonly help: string;
};
export type Flags = Readonly<Record<string, Flag>>;

export type Values<F extends Flags> = {
  readonly [Name in keyof F]?: F[Name] extends { kind: 'switch' } ? boolean : F[Name] extends { many: true } ? readonly string[] : string;
};

export type Parsed = { readonly values: Values<Flags>; readonly positionals: readonly string[] };

/**
 * Reads a command line. A flag that is not on it comes from its environment variable: `--public-url` is `LATCHKEY_PUBLIC_URL`,
 * with commas between several values. Throws a `Failure` with status 2 for what the command does not know.
 */
export function parseFlags(argv: readonly string[], flags: Flags, environment: Readonly<Record<string, string | undefined>>): Parsed {
  const values: Record<string, boolean | string | readonly string[]> = fromEnvironment(flags, environment);
  const repeated = new Map<string, string[]>();
  const positionals: string[] = [];
  for (const token of tokensOf(argv, flags)) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const flag = Object.hasOwn(flags, token.name) ? flags[token.name] : undefined;
    if (flag === undefined) throw unknownFlag(token.rawName, flags);
    if (flag.kind === 'switch') {
      if (token.value !== undefined) throw wrongUsage(`${token.rawName} takes no value.`);
      values[token.name] = true;
    } else {
      const value = textOf(token);
      const soFar = [...(repeated.get(token.name) ?? []), value];
      repeated.set(token.name, soFar);
      if (!flag.many && soFar.length > 1) throw wrongUsage(`${token.rawName} is given twice.`);
      values[token.name] = flag.many ? soFar : value;
    }
  }
  return { values: values as Values<Flags>, positionals };
}

/** `public-url` → `LATCHKEY_PUBLIC_URL`. */
export function variableOf(name: string): string {
  return `LATCHKEY_${name.toUpperCase().replaceAll('-', '_')}`;
}

type OptionToken = {
  readonly name: string;
  readonly rawName: string;
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
};

function tokensOf(argv: readonly string[], flags: Flags) {
  const options = Object.fromEntries(
    Object.entries(flags).map(([name, flag]) => [name, { type: flag.kind === 'text' ? ('string' as const) : ('boolean' as const) }]),
  );
  return parseArgs({ args: [...argv], options, strict: false, allowPositionals: true, tokens: true }).tokens;
}

function textOf({ rawName, value, inlineValue }: OptionToken): string {
  // Without this, `--listen --json` would listen on an address called `--json`.
  if (value === undefined || (!inlineValue && value.startsWith('--'))) throw wrongUsage(`${rawName} needs a value.`);
  return value;
}

function unknownFlag(rawName: string, flags: Flags): Error {
  const suggestion = closest(rawName.replace(/^-+/, ''), Object.keys(flags));
  return wrongUsage(`There is no flag ${rawName}.${suggestion ? ` Did you mean --${suggestion}?` : ''}`);
}

function fromEnvironment(
  flags: Flags,
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, boolean | string | readonly string[]> {
  const values: Record<string, boolean | string | readonly string[]> = {};
  for (const [name, flag] of Object.entries(flags)) {
    const text = environment[variableOf(name)];
    if (text === undefined || text === '') continue;
    if (flag.kind === 'switch') values[name] = /^(1|true|yes|on)$/i.test(text);
    else values[name] = flag.many ? text.split(',').map((part) => part.trim()) : text;
  }
  return values;
}
