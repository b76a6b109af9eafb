import type { Command } from './command.ts';
import { type Flags, variableOf } from './flags.ts';

/** What `latchkey COMMAND --help` prints. */
export function commandHelp(command: Command): string {
  return [
    `Usage: latchkey ${command.usage}`,
    '',
    command.description,
    '',
    'Flags:',
    ...flagLines(command.flags),
    '',
    `Each flag is also an environment variable: --${Object.keys(command.flags)[0]} is ${variableOf(Object.keys(command.flags)[0] ?? '')}.`,
    '',
    'Examples:',
    ...command.examples.flatMap(([line, what]) => [`  # ${what}`, `  ${line}`]),
  ].join('\n');
}

/** What `latchkey --help` prints. */
export function overview(version: string, summaries: Readonly<Record<string, string>>): string {
  const width = Math.max(...Object.keys(summaries).map((name) => name.length));
  return [
    `latchkey ${version}: an S3-compatible object store whose pre-signed URLs you can trust`,
    '',
    'Usage: latchkey COMMAND [FLAGS]',
    '',
    'Commands:',
    ...Object.entries(summaries).map(([name, summary]) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    'Every command takes --help and --json. Exit status: 0 done, 1 refused or failed, 2 wrong usage.',
    '',
    'Examples:',
    '  # Serve ./data on 127.0.0.1:9000',
    '  latchkey serve',
    '  # Put a file there and print a link to it that works for ten minutes',
    '  latchkey share report.pdf --expires-in 10m',
  ].join('\n');
}

function flagLines(flags: Flags): string[] {
  const left = Object.entries(flags).map(([name, flag]) => `  --${name}${flag.kind === 'text' ? ` ${flag.value ?? 'TEXT'}` : ''}`);
  const width = Math.max(...left.map((text) => text.length));
  return Object.values(flags).map((flag, index) => `${left[index]?.padEnd(width)}  ${flag.help}${flag.many ? ' (repeatable)' : ''}`);
}
