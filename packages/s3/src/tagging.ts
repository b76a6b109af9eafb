/** Tags of objects, as XML and as the `x-amz-tagging` header. */
import { invalidArgument, S3Error } from './errors.ts';
import { childOf, childrenOf, childText, parseXmlRoot } from './xml.ts';
import { element, xmlDocument } from './xml-writer.ts';

/** By key, in the order given. Has no prototype, so that any key is safe. */
export type Tags = Readonly<Record<string, string>>;

/**
 * The body of PutObjectTagging. Throws MalformedXML, InvalidTag with the tag it is about, BadRequest for more than ten.
 */
export function parseTagging(body: Uint8Array | string): Tags {
  const tagSet = childOf(parseXmlRoot(body, 'Tagging'), 'TagSet');
  if (tagSet === undefined) throw new S3Error('MalformedXML');
  const tags = noTags();
  for (const tag of childrenOf(tagSet, 'Tag')) {
    const [key, value] = [childText(tag, 'Key'), childText(tag, 'Value')];
    if (key === undefined || value === undefined) throw new S3Error('MalformedXML');
    checkTag(key, value);
    if (key in tags) throw invalidTag('Cannot provide multiple Tags with the same key', { TagKey: key });
    tags[key] = value;
  }
  return checkCount(tags);
}

/** `x-amz-tagging`: `key=value&key=value`, form-encoded. Throws InvalidArgument, InvalidTag, BadRequest for more than ten. */
export function parseTaggingHeader(header: string): Tags {
  const tags = noTags();
  for (const pair of header.split('&').filter((part) => part !== '')) {
    const equals = pair.indexOf('=');
    const key = decodeForm(equals < 0 ? pair : pair.slice(0, equals));
    const value = equals < 0 ? '' : decodeForm(pair.slice(equals + 1));
    if (key === undefined || value === undefined || key in tags || !isTagText(key) || !isTagText(value)) throw invalidHeader(header);
    checkTag(key, value);
    tags[key] = value;
  }
  return checkCount(tags);
}

/** GetObjectTagging. */
export function taggingXml(tags: Tags): string {
  const elements = Object.entries(tags).map(([key, value]) => element('Tag', [element('Key', key), element('Value', value)]));
  return xmlDocument('Tagging', [element('TagSet', elements)]);
}

export const MAX_OBJECT_TAGS = 10;

function noTags(): Record<string, string> {
  return Object.create(null);
}

function checkCount(tags: Tags): Tags {
  if (Object.keys(tags).length > MAX_OBJECT_TAGS) {
    throw new S3Error('BadRequest', { message: 'Object tags cannot be greater than 10' });
  }
  return tags;
}

/** Lengths are counted in UTF-16 units, as S3 counts them. */
function checkTag(key: string, value: string): void {
  if (key.length === 0 || key.length > 128 || !isTagText(key)) {
    throw invalidTag('The TagKey you have provided is invalid', { TagKey: key });
  }
  if (key.startsWith('aws:')) throw invalidTag('Your TagKey cannot be prefixed with aws:', { TagKey: key });
  if (value.length > 256 || !isTagText(value)) {
    throw invalidTag('The TagValue you have provided is invalid', { TagKey: key, TagValue: value });
  }
}

function isTagText(text: string): boolean {
  return /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u.test(text);
}

function invalidTag(message: string, fields: Readonly<Record<string, string>>): S3Error {
  return new S3Error('InvalidTag', { message, fields });
}

function invalidHeader(header: string): S3Error {
  return invalidArgument(
    "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.",
    'x-amz-tagging',
    header,
  );
}

function decodeForm(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}
