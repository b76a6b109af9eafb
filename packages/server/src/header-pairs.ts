/** The headers of a request as they were sent, with names in lower case. */
export function headerPairs(raw: readonly string[]): (readonly [string, string])[] {
  const pairs: (readonly [string, string])[] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) pairs.push([lowerCaseName(raw[i] as string), raw[i + 1] as string]);
  return pairs;
}

/** The names of headers are few, and looked at a dozen times a request: V8 compares texts that it keeps as names of properties by their address. */
function lowerCaseName(name: string): string {
  const known = lowerCaseNames.get(name);
  if (known !== undefined) return known;
  const [lower = ''] = Object.keys({ [name.toLowerCase()]: 0 });
  // A client may make up any.
  if (lowerCaseNames.size < MOST_NAMES && name.length <= LONGEST_NAME) lowerCaseNames.set(name, lower);
  return lower;
}

const lowerCaseNames = new Map<string, string>();
const MOST_NAMES = 500;
const LONGEST_NAME = 64;
