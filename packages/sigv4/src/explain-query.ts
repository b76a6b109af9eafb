/** Why a query may have arrived as `theirs` when it was signed as `ours`; both in canonical form, without the signature. */
export function queryCulprit(ours: string, theirs: string): string {
  const [our, their] = [pairs(ours), pairs(theirs)];
  for (const [name, value] of our) {
    const arrived = their.get(name);
    if (arrived === undefined) return missing(name, their);
    if (arrived !== value) return changed(decode(name), value, arrived);
  }
  const added = [...their.keys()].filter((name) => !our.has(name)).map(decode);
  if (added.length > 0) {
    return `Something added ${added.join(', ')} to the query after signing: every parameter is signed, so none may be added (trackers and caches do).`;
  }
  return 'The query arrived in another order or with repeated parameters, which the server sorted differently.';
}

const pairs = (query: string): ReadonlyMap<string, string> =>
  new Map(query.split('&').map((pair): [string, string] => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]));

function missing(name: string, their: ReadonlyMap<string, string>): string {
  if (their.has(`amp%3B${name}`)) return 'The URL was copied out of HTML or XML: every &amp; in it must be a plain &.';
  return `The parameter ${decode(name)} was lost from the query after signing: it was cut off, or a proxy or cache removed it.`;
}

function changed(name: string, value: string, arrived: string): string {
  if (encodeURIComponent(value) === arrived) return `The parameter ${name} was percent-encoded a second time (%2F became %252F).`;
  if (encodeURIComponent(arrived) === value)
    return `The parameter ${name} was signed percent-encoded twice: pass values to the signer as they are.`;
  if (value.replaceAll('%2B', '%20') === arrived || value.replaceAll('%20', '%2B') === arrived) {
    return `A plus sign in the parameter ${name} was read as a space: in a query a plus must be %2B.`;
  }
  return `The parameter ${name} was signed as ${JSON.stringify(decode(value))} but arrived as ${JSON.stringify(decode(arrived))}.`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
