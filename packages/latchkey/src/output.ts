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
  /** For a person who watches: shows how many of `totalBytes` are done, in one line that is written over. */
  progress(totalBytes: number): (doneBytes: number) => void;
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
    progress: (totalBytes) => (doneBytes) => {
      if (stderr.isTTY !== true) return;
      const isDone = doneBytes >= totalBytes;
      stderr.write(
        `\r${isDone ? ' '.repeat(40) : `${Math.floor((doneBytes / totalBytes) * 100)} % of ${megabytes(totalBytes)} MB`}${isDone ? '\r' : ''}`,
      );
    },
  };
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
