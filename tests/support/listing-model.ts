/** What a listing holds, worked out the slow and obvious way. */
export type ModelPage = {
  readonly keys: readonly string[];
  readonly prefixes: readonly string[];
  readonly truncated: boolean;
  /** The last key or prefix shown. */
  readonly last: string | undefined;
};

export type ModelQuery = { readonly prefix?: string; readonly delimiter?: string; readonly after?: string; readonly limit: number };

export function modelPage(all: readonly string[], { prefix = '', delimiter = '', after = '', limit }: ModelQuery): ModelPage {
  const sorted = [...all].sort(byBytes).filter((key) => key.startsWith(prefix));
  const entries: { text: string; isPrefix: boolean }[] = [];
  for (const key of sorted) {
    const at = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    const text = at === -1 ? key : key.slice(0, at + delimiter.length);
    if (entries.at(-1)?.text === text && at !== -1) continue;
    entries.push({ text, isPrefix: at !== -1 });
  }
  // A prefix that the marker lies in has been shown already.
  const left = entries.filter(({ text, isPrefix }) => byBytes(text, after) > 0 && !(isPrefix && after.startsWith(text)));
  const page = left.slice(0, limit);
  return {
    keys: page.filter(({ isPrefix }) => !isPrefix).map(({ text }) => text),
    prefixes: page.filter(({ isPrefix }) => isPrefix).map(({ text }) => text),
    truncated: limit > 0 && left.length > limit,
    last: page.at(-1)?.text,
  };
}

export const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
