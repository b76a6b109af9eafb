/** Writing S3's XML: small whole documents, built from elements that are escaped where they are made. */

declare const brand: unique symbol;
/** Markup that is already escaped: only `element` makes it, so that no text gets into a document unescaped. */
export type XmlNode = string & { readonly [brand]: 'XmlNode' };

/** `undefined` among the children stands for nothing, so that optional elements read in place. */
export type XmlContent = string | number | boolean | readonly (XmlNode | undefined)[];

export const S3_NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

/**
 * A whole document with S3's declaration and, unless told otherwise, S3's namespace on its root.
 *
 * @example
 * xmlDocument('Tagging', [element('TagSet', [])])
 */
export function xmlDocument(root: string, body: XmlContent, options: { readonly namespace?: boolean } = {}): string {
  const attributes = options.namespace === false ? undefined : { xmlns: S3_NAMESPACE };
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element(root, body, attributes)}`;
}

/** One element: text is escaped, children are put in as they are. `name` and attribute names are ours, never a client's. */
export function element(name: string, content: XmlContent, attributes?: Readonly<Record<string, string>>): XmlNode {
  const opening = attributes === undefined ? name : name + attributesText(attributes);
  const inner = contentText(content);
  return (inner === '' ? `<${opening}/>` : `<${opening}>${inner}</${name}>`) as XmlNode;
}

function attributesText(attributes: Readonly<Record<string, string>>): string {
  return Object.entries(attributes)
    .map(([name, value]) => ` ${name}="${escapeXml(value)}"`)
    .join('');
}

function contentText(content: XmlContent): string {
  if (typeof content === 'string') return escapeXml(content);
  if (typeof content === 'number' || typeof content === 'boolean') return String(content);
  let text = '';
  for (const child of content) if (child !== undefined) text += child;
  return text;
}

/**
 * Text as XML content. What XML 1.0 cannot hold (control characters, U+FFFE, U+FFFF) is written as a character reference, as S3 does:
 * lenient readers get the key back, strict ones ask again with `encoding-type=url`. A carriage return is escaped because readers
 * turn a bare one into a line feed.
 */
export function escapeXml(text: string): string {
  return NEEDS_ESCAPE.test(text) ? text.replace(ESCAPED, escapeCharacter) : text;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that XML cannot hold
const NEEDS_ESCAPE = /[&<>"\r\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;
const ESCAPED = new RegExp(NEEDS_ESCAPE.source, 'g');

function escapeCharacter(character: string): string {
  switch (character) {
    case '&':
      return '&amp;';
    case '<':
      return '&lt;';
    case '>':
      return '&gt;';
    case '"':
      return '&quot;';
    default:
      return `&#x${character.charCodeAt(0).toString(16).toUpperCase()};`;
  }
}
