import type { Environment } from './environment.ts';
import type { Flags, Values } from './flags.ts';
import type { Output } from './output.ts';

/** One command: what `--help` says about it, and what it does. */
export type Command = {
  /** What stands after `latchkey`, e.g. `presign s3://BUCKET/KEY`. */
  readonly usage: string;
  /** A sentence or two. */
  readonly description: string;
  readonly flags: Flags;
  /** Lines to copy, each with a few words on what it does. */
  readonly examples: readonly (readonly [line: string, what: string])[];
  /** Resolves to the exit status. Throws `Failure`. */
  run(call: Call<Flags>): Promise<number>;
};

/** A command as it was called. */
export type Call<F extends Flags> = {
  readonly values: Values<F>;
  readonly positionals: readonly string[];
  /** Whether nothing was said on the command line. */
  readonly isBare: boolean;
  readonly environment: Environment;
  readonly output: Output;
  readonly now: () => Date;
};

/** Ties the types of a command's flags to what its `run` receives. */
export function defineCommand<const F extends Flags>(
  command: Omit<Command, 'flags' | 'run'> & { readonly flags: F; run(call: Call<F>): Promise<number> },
): Command {
  return command as unknown as Command;
}
