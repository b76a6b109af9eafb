import { styleText } from 'node:util';

/** Data goes to stdout, where programs read it; words for people go to stderr. */
export type Output = {
  /** One line of data. */
  line(text: string): void;
  /** One object, as one line of JSON. */
  record(value: Readonly<Record<string, unknown>>): void;
  /** A line for a person. */
  say(text?: string): void;
  /** Makes words stand out, where colours are wanted. */
  strong(text: string): string;
  readonly hasColours: boolean;
};

export type Streams = {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown; readonly isTTY?: boolean };
};

export function createOutput({ stdout, stderr }: Streams, environment: Readonly<Record<string, string | undefined>>): Output {
  const hasColours = stderr.isTTY === true && !environment.NO_COLOR && environment.TERM !== 'dumb';
  return {
    line: (text) => void stdout.write(`${text}\n`),
    record: (value) => void stdout.write(`${JSON.stringify(value)}\n`),
    say: (text = '') => void stderr.write(`${text}\n`),
    strong: (text) => (hasColours ? styleText('bold', text) : text),
    hasColours,
  };
}
