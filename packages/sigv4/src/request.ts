import type { ParsedTarget } from './target.ts';

/** A request as it arrived, as far as a signature can cover it without its body. */
export type SignedRequest = {
  /** In upper case, as sent. */
  readonly method: string;
  /** From `parseTarget(rawTarget)`: before any router or proxy has decoded or joined anything. */
  readonly target: ParsedTarget;
  /** Lower-case names and values in the order sent, duplicates kept; each character of a value is one byte, as Node's `rawHeaders` gives them. */
  readonly headers: readonly HeaderField[];
};

/** Lower-case name, value. */
export type HeaderField = readonly [name: string, value: string];

/** A header's value, repeated ones joined with a comma as HTTP and SigV4 have it; undefined if absent. `name` in lower case. */
export function headerValue(headers: readonly HeaderField[], name: string): string | undefined {
  let value: string | undefined;
  for (const header of headers) if (header[0] === name) value = value === undefined ? header[1] : `${value},${header[1]}`;
  return value;
}
