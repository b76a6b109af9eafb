/** Where something stands in a document: for programs an offset, for people a path, a line and a column. */

/** The path of a member: `$.Condition` for a plain name, `$["aws:SourceIp"]` for any other. */
export function memberPath(parent: string, name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]{0,63}$/.test(name) ? `${parent}.${name}` : `${parent}[${JSON.stringify(shortened(name))}]`;
}

/** Line and column of an offset, both counted from 1, the column in UTF-16 units as editors count. */
export function lineAndColumn(text: string, at: number): { line: number; column: number } {
  let line = 1;
  let lineStart = 0;
  for (let next = text.indexOf('\n'); next >= 0 && next < at; next = text.indexOf('\n', next + 1)) {
    line += 1;
    lineStart = next + 1;
  }
  return { line, column: at - lineStart + 1 };
}

/** The beginning of a text, as much as a message can bear. */
export function shortened(name: string): string {
  return name.length > 64 ? `${name.slice(0, 64)}…` : name;
}
