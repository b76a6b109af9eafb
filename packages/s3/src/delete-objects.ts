/** DeleteObjects: up to 1000 keys in one request. */
import { parseHttpDate } from './dates.ts';
import { S3Error } from './errors.ts';
import { etagFromHeader } from './etag.ts';
import { type ObjectKey, objectKey } from './names.ts';
import { childrenOf, childText, parseXmlRoot, type XmlElement } from './xml.ts';
import { element, type XmlNode, xmlDocument } from './xml-writer.ts';

export type DeleteRequest = {
  /** The answer then holds failures only. */
  readonly quiet: boolean;
  readonly objects: readonly ObjectToDelete[];
  /** Keys that no object can have: the others are deleted all the same. */
  readonly refused: readonly { readonly key: string; readonly error: S3Error }[];
};

export type ObjectToDelete = {
  readonly key: ObjectKey;
  readonly versionId: string | undefined;
  /** Conditions: the object has to be as said. ETag without quotes, or `*`. */
  readonly ifMatch: string | undefined;
  /** Milliseconds since the epoch. */
  readonly ifMatchLastModified: number | undefined;
  readonly ifMatchSizeBytes: number | undefined;
};

/** Throws MalformedXML, also for no keys at all and for more than 1000. */
export function parseDeleteObjects(body: Uint8Array): DeleteRequest {
  const root = parseXmlRoot(body, 'Delete');
  const elements = childrenOf(root, 'Object');
  if (elements.length === 0 || elements.length > MAX_KEYS) throw new S3Error('MalformedXML');
  const objects: ObjectToDelete[] = [];
  const refused: { key: string; error: S3Error }[] = [];
  for (const object of elements) {
    const key = childText(object, 'Key');
    if (key === undefined) throw new S3Error('MalformedXML');
    try {
      objects.push(objectToDelete(objectKey(key), object));
    } catch (error) {
      if (!(error instanceof S3Error) || error.code === 'MalformedXML') throw error;
      refused.push({ key, error });
    }
  }
  return { quiet: childText(root, 'Quiet')?.trim() === 'true', objects, refused };
}

export const MAX_KEYS = 1000;

/** What became of one key. */
export type DeleteOutcome =
  | { readonly key: string; readonly versionId?: string | undefined }
  | { readonly key: string; readonly versionId?: string | undefined; readonly error: { readonly code: string; readonly message: string } };

export function deleteObjectsXml(outcomes: readonly DeleteOutcome[], options: { readonly quiet: boolean }): string {
  const shown = options.quiet ? outcomes.filter((outcome) => 'error' in outcome) : outcomes;
  return xmlDocument('DeleteResult', shown.map(outcomeElement));
}

function objectToDelete(key: ObjectKey, object: XmlElement): ObjectToDelete {
  const etag = childText(object, 'ETag');
  const lastModified = childText(object, 'LastModifiedTime');
  const size = childText(object, 'Size')?.trim();
  if (size !== undefined && !/^\d+$/.test(size)) throw new S3Error('MalformedXML');
  return {
    key,
    versionId: childText(object, 'VersionId'),
    ifMatch: etag === undefined ? undefined : etagFromHeader(etag),
    ifMatchLastModified: lastModified === undefined ? undefined : moment(lastModified.trim()),
    ifMatchSizeBytes: size === undefined ? undefined : Number(size),
  };
}

/** SDKs write an HTTP date here, some programs the ISO form. */
function moment(text: string): number {
  const milliseconds = parseHttpDate(text) ?? (/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(text) ? Date.parse(text) : Number.NaN);
  if (Number.isNaN(milliseconds)) throw new S3Error('MalformedXML');
  return milliseconds;
}

function outcomeElement(outcome: DeleteOutcome): XmlNode {
  const named = [element('Key', outcome.key), outcome.versionId === undefined ? undefined : element('VersionId', outcome.versionId)];
  if (!('error' in outcome)) return element('Deleted', named);
  return element('Error', [...named, element('Code', outcome.error.code), element('Message', outcome.error.message)]);
}
