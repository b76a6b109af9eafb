/** The lists of a policy: one text, or several in brackets. */
import type { JsonNode } from './json.ts';

/** Called for every problem, with the offset of the text it is about. */
export type Report = (at: number, path: string, message: string) => void;

/**
 * Reads a text or a list of at least one. `undefined`, and a complaint for each, when `problemOf` finds fault with any;
 * with `plain` also numbers and booleans count, as they are written.
 */
export function readStrings(
  node: JsonNode,
  path: string,
  complain: Report,
  problemOf: (text: string) => string | undefined,
  plain = false,
): readonly string[] | undefined {
  const texts: string[] = [];
  const items = node.kind === 'array' ? node.items : [node];
  if (items.length === 0) complain(node.at, path, 'The list is empty');
  for (const [index, item] of items.entries()) {
    const text = item.kind === 'string' || (plain && (item.kind === 'number' || item.kind === 'boolean')) ? item.text : undefined;
    const problem = text === undefined ? 'Expected a string' : problemOf(text);
    if (problem !== undefined) complain(item.at, node.kind === 'array' ? `${path}[${index}]` : path, problem);
    else if (text !== undefined) texts.push(text);
  }
  return texts.length === items.length && texts.length > 0 ? texts : undefined;
}
