import { uriEncode } from '@latchkey/sigv4/encode';

/** `?name=value&…` encoded as signatures want it, or nothing. What is `undefined` is left out. */
export function queryText(query: Readonly<Record<string, string | number | boolean | undefined>> = {}): string {
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined);
  if (pairs.length === 0) return '';
  return `?${pairs.map(([name, value]) => `${uriEncode(name)}=${uriEncode(String(value))}`).join('&')}`;
}
