/** Wildcards: `*` stands for any run of characters, also an empty one, also across `/` and `:`; `?` for exactly one. */

/** Whether the whole of `text` fits the pattern. Case counts; whoever wants it not to gives both in lower case. */
export function matches(pattern: Pattern, text: string): boolean {
  switch (pattern.kind) {
    case 'anything':
      return true;
    case 'exactly':
      return pattern.text === text;
    case 'beginning':
      return beginsWith(text, pattern.text);
    case 'wildcards':
      return matchesCodes(pattern.codes, text);
  }
}

/** A pattern in the form that answers quickest. */
export type Pattern =
  | { readonly kind: 'anything' }
  | { readonly kind: 'exactly'; readonly text: string }
  | { readonly kind: 'beginning'; readonly text: string }
  | { readonly kind: 'wildcards'; readonly codes: readonly number[] };

/** A part of a pattern: text that stands for itself whatever it holds, or a wildcard. */
export type Piece = { readonly literal: string } | { readonly wildcard: '*' | '?' };

/** The pieces of a text in which every `*` and `?` is a wildcard. */
export function wildcardPieces(text: string): Piece[] {
  const pieces: Piece[] = [];
  let copied = 0;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at];
    if (letter !== '*' && letter !== '?') continue;
    if (at > copied) pieces.push({ literal: text.slice(copied, at) });
    pieces.push({ wildcard: letter });
    copied = at + 1;
  }
  if (copied < text.length) pieces.push({ literal: text.slice(copied) });
  return pieces;
}

/** The pattern that the pieces spell out one after the other. */
export function patternOf(pieces: readonly Piece[]): Pattern {
  const first = pieces.findIndex((piece) => 'wildcard' in piece);
  const beginning = pieces
    .slice(0, first < 0 ? pieces.length : first)
    .map((piece) => ('literal' in piece ? piece.literal : ''))
    .join('');
  if (first < 0) return { kind: 'exactly', text: beginning };
  if (pieces.slice(first).every((piece) => 'wildcard' in piece && piece.wildcard === '*')) {
    return beginning === '' ? { kind: 'anything' } : { kind: 'beginning', text: beginning };
  }
  return { kind: 'wildcards', codes: pieces.flatMap(codesOf) };
}

/**
 * Two pointers and one place to return to, the latest star: how many stars there are does not matter. A text of n
 * characters costs at most 2(n + 1)(r + 1) looks at it, r being the longest run between two stars; no run is tried
 * twice at one place, and no expression engine with ideas of its own is involved.
 */
export function matchesCodes(codes: readonly number[], text: Pick<string, 'length' | 'charCodeAt'>): boolean {
  let at = 0;
  let next = 0;
  let star = -1;
  let starred = 0;
  while (at < text.length) {
    const code = codes[next];
    if (code === ANY) {
      if (next === codes.length - 1) return true;
      star = next;
      starred = at;
      next += 1;
    } else if (code === ONE) {
      at += characterWidth(text, at);
      next += 1;
    } else if (code === text.charCodeAt(at)) {
      at += 1;
      next += 1;
    } else if (star >= 0) {
      starred += 1;
      at = starred;
      next = star + 1;
    } else {
      return false;
    }
  }
  while (codes[next] === ANY) next += 1;
  return next === codes.length;
}

/** From the end, since ARNs begin alike: several times quicker than `startsWith`, which does the same. */
function beginsWith(text: string, beginning: string): boolean {
  if (text.length < beginning.length) return false;
  for (let at = beginning.length - 1; at >= 0; at -= 1) {
    if (text.charCodeAt(at) !== beginning.charCodeAt(at)) return false;
  }
  return true;
}

/** A character outside the first 65,536 is two units of a JavaScript string, yet `?` stands for the whole of it. */
function characterWidth(text: Pick<string, 'length' | 'charCodeAt'>, at: number): 1 | 2 {
  if ((text.charCodeAt(at) & 0xfc00) !== 0xd800 || at + 1 >= text.length) return 1;
  return (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00 ? 2 : 1;
}

function codesOf(piece: Piece): number[] {
  if ('wildcard' in piece) return [piece.wildcard === '*' ? ANY : ONE];
  const codes: number[] = [];
  for (let at = 0; at < piece.literal.length; at += 1) codes.push(piece.literal.charCodeAt(at));
  return codes;
}

const ANY = -1;
const ONE = -2;
