import { closest } from './closest.ts';
import type { Command } from './command.ts';
import { processEnvironment } from './environment.ts';
import { Failure, wrongUsage } from './failure.ts';
import { parseFlags } from './flags.ts';
import { createOutput, type Output } from './output.ts';
import { version } from './version.ts';

// A command's code is loaded when it is the one asked for: `latchkey presign` must not wait for the server's modules.
const commands: Readonly<Record<string, { readonly summary: string; readonly load: () => Promise<Command> }>> = {
  serve: { summary: 'Run the store', load: async () => (await import('./commands/serve.ts')).serve },
  share: { summary: 'Put a file into the store and print a link to it', load: async () => (await import('./commands/share.ts')).share },
  presign: {
    summary: 'Make a pre-signed URL or form for any S3, offline',
    load: async () => (await import('./commands/presign.ts')).presign,
  },
  link: { summary: 'Make, list and take back links', load: async () => (await import('./commands/link.ts')).link },
  webhook: { summary: 'Be told what happens, by signed messages', load: async () => (await import('./commands/webhook.ts')).webhook },
  request: {
    summary: 'Ask people without an account for files, and see what came',
    load: async () => (await import('./commands/request.ts')).request,
  },
  bucket: { summary: 'Settings of buckets that S3 does not have', load: async () => (await import('./commands/bucket.ts')).bucket },
  audit: { summary: 'Show who did what, through which link and from where', load: async () => (await import('./commands/audit.ts')).audit },
  explain: {
    summary: 'Say what a pre-signed URL allows, or why it was refused',
    load: async () => (await import('./commands/explain.ts')).explain,
  },
  'verify-audit': {
    summary: 'Check that nothing in the audit trail was changed or taken away',
    load: async () => (await import('./commands/verify-audit.ts')).verifyAudit,
  },
  'rotate-master-key': {
    summary: 'Seal every secret with a new master key',
    load: async () => (await import('./commands/rotate-master-key.ts')).rotateMasterKey,
  },
  migrate: {
    summary: 'Take users, links and events from a data directory to a PostgreSQL',
    load: async () => (await import('./commands/migrate.ts')).migrate,
  },
  import: {
    summary: 'Copy objects from a directory or another S3 into this one',
    load: async () => (await import('./commands/import.ts')).importCommand,
  },
  user: { summary: 'Users: who may use the store', load: async () => (await import('./commands/identity.ts')).user },
  key: { summary: 'Access keys of users', load: async () => (await import('./commands/identity.ts')).key },
  role: { summary: 'Roles: permissions for a while', load: async () => (await import('./commands/identity.ts')).role },
  policy: {
    summary: 'Policies, guardrails, and what would be allowed and why',
    load: async () => (await import('./commands/identity.ts')).policy,
  },
};

/** Runs the command line `argv`, without the program's name; resolves to the exit status. */
export async function main(argv: readonly string[]): Promise<number> {
  const output = createOutput(process, processEnvironment());
  // The reader of our output has seen enough (`latchkey … | head -1`): that is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  try {
    return await run(argv, output);
  } catch (error) {
    return tellFailure(error, argv[0] ?? '', output);
  }
}

async function run([name, ...rest]: readonly string[], output: Output): Promise<number> {
  switch (name) {
    case undefined:
      output.say(await helpOverview());
      return 2;
    case '--help':
    case '-h':
      output.line(await helpOverview());
      return 0;
    case '--version':
      output.line(version());
      return 0;
    case 'help':
      return run([...rest, '--help'], output);
    default:
      return runCommand(name, rest, output);
  }
}

async function runCommand(name: string, argv: readonly string[], output: Output): Promise<number> {
  const command = isCommand(name) ? await commands[name]?.load() : undefined;
  if (command === undefined) throw unknownCommand(name);
  if (argv.includes('--help') || argv.includes('-h')) {
    const { commandHelp } = await import('./help.ts');
    output.line(commandHelp(command));
    return 0;
  }
  const environment = processEnvironment();
  const { values, positionals } = parseFlags(argv, command.flags, environment);
  return command.run({ values, positionals, isBare: argv.length === 0, environment, output, now: () => new Date() });
}

function isCommand(name: string): boolean {
  return Object.hasOwn(commands, name);
}

function unknownCommand(name: string): Failure {
  const suggestion = closest(name, Object.keys(commands));
  return wrongUsage(`There is no command ${name}.${suggestion ? ` Did you mean ${suggestion}?` : ''}`);
}

async function helpOverview(): Promise<string> {
  const { overview } = await import('./help.ts');
  return overview(version(), Object.fromEntries(Object.entries(commands).map(([name, { summary }]) => [name, summary])));
}

function tellFailure(error: unknown, name: string, output: Output): number {
  const status = error instanceof Failure ? error.status : 1;
  output.say(`latchkey: ${error instanceof Error ? error.message : String(error)}`);
  if (status === 2) output.say(`Run \`latchkey ${isCommand(name) ? `${name} ` : ''}--help\` to see what it takes.`);
  return status;
}
