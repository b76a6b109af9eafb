/** HTML that is made of text: whatever is put into a template is escaped, unless it is HTML already. */

export type Html = { readonly markup: string };

type Part = Html | readonly Html[] | string | number | undefined;

/** `html\`<p>${text}</p>\``; `undefined` is nothing. Attributes have to stand in double quotes. */
export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return { markup: texts.map((text, index) => text + markupOf(parts[index])).join('') };
}

function markupOf(part: Part): string {
  if (part === undefined) return '';
  if (typeof part === 'string') return escaped(part);
  if (typeof part === 'number') return String(part);
  return 'markup' in part ? part.markup : part.map(({ markup }) => markup).join('');
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
