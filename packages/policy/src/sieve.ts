/** Which statements of a policy need not be looked at for a resource: found out from one letter of each, which lie side by side in memory. */
import type { Statement } from './statement.ts';

/** For each statement where its letter stands, counted from 0, and which it is; -1 for a statement that always has to be looked at. */
export type Sieve = { readonly places: Int32Array; readonly letters: Uint16Array };

export function sieveOf(statements: readonly Statement[]): Sieve {
  const letters = statements.map(letterOf);
  return {
    places: Int32Array.from(letters, (letter) => letter?.place ?? -1),
    letters: Uint16Array.from(letters, (letter) => letter?.code ?? 0),
  };
}

/** False only where the statement can not speak of the resource. */
export function mayConcern({ places, letters }: Sieve, index: number, resource: string): boolean {
  const place = places[index] as number;
  return place < 0 || resource.charCodeAt(place) === letters[index];
}

/** The last letter before the wildcard that is not a slash: ARNs begin alike, and their folders end alike. */
function letterOf({ resources }: Statement): { readonly place: number; readonly code: number } | undefined {
  if (resources === undefined || resources.negated || resources.patterns.length !== 1) return undefined;
  const fixed = resources.patterns[0]?.fixed;
  if (fixed?.kind !== 'beginning' && fixed?.kind !== 'exactly') return undefined;
  const { text } = fixed;
  let place = text.length - 1;
  while (place > 0 && text[place] === '/') place -= 1;
  return place < 0 ? undefined : { place, code: text.charCodeAt(place) };
}
