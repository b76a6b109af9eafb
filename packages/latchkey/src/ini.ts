/** A section of an AWS configuration file: settings, and settings nested one level below one of them. */
export type Section = {
  readonly values: Readonly<Record<string, string>>;
  readonly nested: Readonly<Record<string, Readonly<Record<string, string>>>>;
};

/**
 * Reads `~/.aws/config` or `~/.aws/credentials` as the AWS CLI does: `[section]`, `name = value`, indented `name = value` lines
 * under a name without a value, comments after `#` or `;` at the start of a line or behind white space. Unknown lines are skipped.
 */
export function parseIni(text: string): ReadonlyMap<string, Section> {
  const sections = new Map<string, { values: Record<string, string>; nested: Record<string, Record<string, string>> }>();
  let section: { values: Record<string, string>; nested: Record<string, Record<string, string>> } | undefined;
  let parent: string | undefined;
  for (const line of text.replace(/^\uFEFF/, '').split(/\r?\n/)) {
    if (/^\s*([#;]|$)/.test(line)) continue;
    const title = /^\[\s*(.*?)\s*\]/.exec(line)?.[1];
    if (title !== undefined) {
      section = sections.get(title) ?? { values: {}, nested: {} };
      sections.set(title, section);
      parent = undefined;
      continue;
    }
    const setting = /^(\s*)([^=\s][^=]*?)\s*=\s*(.*?)\s*$/.exec(line);
    if (!section || !setting) continue;
    const [, indent, name = '', rawValue = ''] = setting;
    const value = rawValue.replace(/(^|\s+)[#;].*$/, '');
    if (indent && parent !== undefined) {
      section.nested[parent] = { ...section.nested[parent], [name.toLowerCase()]: value };
    } else {
      section.values[name.toLowerCase()] = value;
      parent = value === '' ? name.toLowerCase() : undefined;
    }
  }
  return sections;
}
