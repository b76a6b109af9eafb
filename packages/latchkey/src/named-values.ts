import { wrongUsage } from './failure.ts';

/** `['a: b']` → `{ a: 'b' }`, for flags such as `--header` and `--query`. */
export function namedValues(texts: readonly string[] | undefined, separator: ':' | '=', flag: string): Record<string, string> {
  const entries = (texts ?? []).map((text) => {
    const index = text.indexOf(separator);
    if (index < 1) throw wrongUsage(`${flag} is NAME${separator}VALUE, not "${text}".`);
    return [text.slice(0, index).trim(), text.slice(index + 1).trim()] as const;
  });
  return Object.fromEntries(entries);
}
