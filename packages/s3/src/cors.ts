/** A bucket's CORS configuration: the document, and what makes one valid. */
import { S3Error } from './errors.ts';
import { parseXmlRoot, type XmlElement } from './xml.ts';
import { element, type XmlNode, xmlDocument } from './xml-writer.ts';

export type CorsRule = {
  readonly id?: string | undefined;
  /** Patterns with one `*` at most, which stands for any text, also none. */
  readonly allowedOrigins: readonly string[];
  readonly allowedMethods: readonly string[];
  /** Patterns likewise; matched without regard to case. None allows no header. */
  readonly allowedHeaders: readonly string[];
  readonly exposeHeaders: readonly string[];
  readonly maxAgeSeconds?: number | undefined;
};

/** In order: the first rule that matches counts. */
export type CorsConfiguration = readonly CorsRule[];

/**
 * The body of PutBucketCors. Throws MalformedXML for another shape, InvalidRequest for a method, wildcard or character that cannot be:
 * what is accepted goes into response headers as it is.
 */
export function parseCors(body: Uint8Array | string): CorsConfiguration {
  const root = parseXmlRoot(body, 'CORSConfiguration', { maxBytes: MAX_DOCUMENT_BYTES });
  if (root.children.length === 0 || root.children.length > MAX_RULES) throw new S3Error('MalformedXML');
  const rules = root.children.map(readRule);
  for (const rule of rules) checkRule(rule);
  return rules;
}

/** GetBucketCors. */
export function corsXml(configuration: CorsConfiguration): string {
  return xmlDocument('CORSConfiguration', configuration.map(ruleElement));
}

const MAX_DOCUMENT_BYTES = 64 * 1024;
const MAX_RULES = 100;
const MAX_ID_LENGTH = 255;

function readRule(rule: XmlElement): CorsRule {
  const texts = (name: string) => rule.children.filter((child) => child.name === name).map((child) => child.text);
  const [ids, ages] = [texts('ID'), texts('MaxAgeSeconds')];
  const read: CorsRule = {
    id: ids[0],
    allowedOrigins: texts('AllowedOrigin'),
    allowedMethods: texts('AllowedMethod'),
    allowedHeaders: texts('AllowedHeader'),
    exposeHeaders: texts('ExposeHeader'),
    maxAgeSeconds: ages[0] === undefined ? undefined : Number(ages[0].trim()),
  };
  const isWellFormed =
    rule.name === 'CORSRule' &&
    rule.children.every((child) => RULE_ELEMENTS.has(child.name)) &&
    ids.length <= 1 &&
    (read.id?.length ?? 0) <= MAX_ID_LENGTH &&
    ages.every((age) => /^\s*\d{1,9}\s*$/.test(age)) &&
    ages.length <= 1 &&
    read.allowedOrigins.length > 0 &&
    read.allowedMethods.length > 0;
  if (!isWellFormed) throw new S3Error('MalformedXML');
  return read;
}

const RULE_ELEMENTS: ReadonlySet<string> = new Set([
  'ID',
  'AllowedOrigin',
  'AllowedMethod',
  'AllowedHeader',
  'ExposeHeader',
  'MaxAgeSeconds',
]);
export const CORS_METHODS: ReadonlySet<string> = new Set(['GET', 'PUT', 'HEAD', 'POST', 'DELETE']);

function checkRule(rule: CorsRule): void {
  for (const method of rule.allowedMethods) {
    if (!CORS_METHODS.has(method)) {
      throw refusal(`Found unsupported HTTP method in CORS config. Unsupported method is ${method}`);
    }
  }
  for (const origin of rule.allowedOrigins) {
    if (wildcards(origin) > 1) throw refusal(`AllowedOrigin "${origin}" can not have more than one wildcard.`);
    if (!/^[\x21-\x7e]*$/.test(origin)) throw refusal(`AllowedOrigin "${origin}" contains invalid character.`);
  }
  for (const header of rule.allowedHeaders) {
    if (wildcards(header) > 1) throw refusal(`AllowedHeader "${header}" can not have more than one wildcard.`);
    if (!isToken(header)) throw refusal(`AllowedHeader "${header}" contains invalid character.`);
  }
  for (const header of rule.exposeHeaders) {
    if (wildcards(header) > 0) {
      throw refusal(`ExposeHeader "${header}" contains wildcard. We currently do not support wildcard for ExposeHeader.`);
    }
    if (!isToken(header)) throw refusal(`ExposeHeader "${header}" contains invalid character.`);
  }
}

function wildcards(pattern: string): number {
  return pattern.split('*').length - 1;
}

/** A name as HTTP knows it. */
export function isToken(text: string): boolean {
  return /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(text);
}

function refusal(message: string): S3Error {
  return new S3Error('InvalidRequest', { message });
}

function ruleElement(rule: CorsRule): XmlNode {
  return element('CORSRule', [
    rule.id === undefined ? undefined : element('ID', rule.id),
    ...rule.allowedHeaders.map((header) => element('AllowedHeader', header)),
    ...rule.allowedMethods.map((method) => element('AllowedMethod', method)),
    ...rule.allowedOrigins.map((origin) => element('AllowedOrigin', origin)),
    ...rule.exposeHeaders.map((header) => element('ExposeHeader', header)),
    rule.maxAgeSeconds === undefined ? undefined : element('MaxAgeSeconds', rule.maxAgeSeconds),
  ]);
}
