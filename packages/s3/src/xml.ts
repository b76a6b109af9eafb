/** Reading XML bodies: strict XML 1.0 in UTF-8, no document type, no entities of one's own, bounded in size, depth and elements. */
import { SaxesParser, type SaxesTagNS } from 'saxes';
import { S3Error } from './errors.ts';
import { S3_NAMESPACE } from './xml-writer.ts';

/** An element of S3's namespace or of none. `text` is all character data directly inside it; attributes by their local names. */
export type XmlElement = {
  readonly name: string;
  readonly text: string;
  readonly children: readonly XmlElement[];
  readonly attributes: Readonly<Record<string, string>>;
};

export type XmlLimits = {
  readonly maxBytes?: number;
  readonly maxDepth?: number;
  readonly maxElements?: number;
  /** Taken beside S3's own: that of IAM or STS, for who reads their answers. */
  readonly namespace?: string;
};

/**
 * The root element of a document. Throws MalformedXML for anything that is not one, is nested deeper or holds more elements than the
 * limits say, or uses another namespace; MaxMessageLengthExceeded for one that is too large.
 */
export function parseXml(document: Uint8Array | string, limits: XmlLimits = {}): XmlElement {
  const { maxBytes = 8 * 1024 * 1024, maxDepth = 16, maxElements = 200_000, namespace } = limits;
  if (document.length > maxBytes) {
    throw new S3Error('MaxMessageLengthExceeded', { fields: { MaxMessageLengthBytes: String(maxBytes) } });
  }
  return readTree(typeof document === 'string' ? document : decodeUtf8(document), maxDepth, maxElements, namespace);
}

/** The first child of that name. */
export function childOf(parent: XmlElement, name: string): XmlElement | undefined {
  return parent.children.find((child) => child.name === name);
}

export function childrenOf(parent: XmlElement, name: string): readonly XmlElement[] {
  return parent.children.filter((child) => child.name === name);
}

/** The text of the first child of that name. */
export function childText(parent: XmlElement, name: string): string | undefined {
  return childOf(parent, name)?.text;
}

/** The document's root if it has that name, MalformedXML otherwise. */
export function parseXmlRoot(document: Uint8Array | string, name: string, limits?: XmlLimits): XmlElement {
  const root = parseXml(document, limits);
  if (root.name !== name) throw new S3Error('MalformedXML');
  return root;
}

type OpenElement = { name: string; text: string; children: XmlElement[]; attributes: Record<string, string> };

function readTree(text: string, maxDepth: number, maxElements: number, namespace: string | undefined): XmlElement {
  const parser = new SaxesParser({ xmlns: true, position: false });
  const open: OpenElement[] = [];
  let root: XmlElement | undefined;
  let elements = 0;
  parser.on('error', (cause) => refuse(cause));
  parser.on('doctype', () => refuse('document types are not read'));
  parser.on('opentag', (tag) => {
    elements += 1;
    if (open.length >= maxDepth || elements > maxElements) refuse('too deep, or too many elements');
    open.push(openElement(tag, namespace));
  });
  const addText = (data: string) => {
    const current = open.at(-1);
    if (current) current.text += data;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => {
    const closed = open.pop();
    const parent = open.at(-1);
    if (parent && closed) parent.children.push(closed);
    else root = closed;
  });
  parser.write(text).close();
  return root ?? refuse('no root element');
}

function openElement(tag: SaxesTagNS, namespace: string | undefined): OpenElement {
  if (tag.uri !== namespace && !NAMESPACES.has(tag.uri)) refuse(`namespace ${tag.uri}`);
  const attributes: [string, string][] = Object.values(tag.attributes).map((attribute) => [attribute.local, attribute.value]);
  return { name: tag.local, text: '', children: [], attributes: Object.fromEntries(attributes) };
}

/** The second is what S3 used before 2006, still sent by some clients. */
const NAMESPACES: ReadonlySet<string> = new Set([
  '',
  S3_NAMESPACE,
  'http://doc.s3.amazonaws.com/2006-03-01',
  'http://doc.s3.amazonaws.com/2006-03-01/',
]);

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    return refuse(cause);
  }
}

function refuse(cause: unknown): never {
  throw new S3Error('MalformedXML', { cause });
}
