/** The form of a POST upload: its fields before the file, the key it asks for, and how success is to be told. */
import { uriEncode } from '@latchkey/sigv4/encode';
import { invalidArgument, S3Error } from './errors.ts';
import { quoteEtag } from './etag.ts';
import { type ObjectKey, objectKey } from './names.ts';
import { parseTagging, type Tags } from './tagging.ts';
import { parseXml } from './xml.ts';
import { element, xmlDocument } from './xml-writer.ts';

/** The boundary of a form's body. Throws PreconditionFailed for another type of body, MalformedPOSTRequest without a boundary. */
export function formBoundary(contentType: string | undefined): string {
  const [type = '', ...parameters] = (contentType ?? '').split(';').map((part) => part.trim());
  if (type.toLowerCase() !== 'multipart/form-data') {
    throw new S3Error('PreconditionFailed', {
      fields: { Condition: 'Bucket POST must be of the enclosure-type multipart/form-data' },
    });
  }
  const boundary = parameters.find((parameter) => /^boundary=/i.test(parameter))?.slice('boundary='.length);
  const unquoted = boundary?.replace(/^"(.*)"$/, '$1') ?? '';
  if (unquoted === '' || unquoted.length > 70) throw new S3Error('MalformedPOSTRequest');
  return unquoted;
}

/** Collects the fields that come before the file, by lower-case name. A repeated one is refused: policy and key must not mean different ones. */
export type FormFields = {
  readonly values: ReadonlyMap<string, string>;
  /** Throws MaxPostPreDataLengthExceededError over 20 KB in all, InvalidArgument for a field that came before. */
  add(name: string, value: string): void;
};

export function formFields(): FormFields {
  const values = new Map<string, string>();
  let sizeBytes = 0;
  return {
    values,
    add(name, value) {
      sizeBytes += name.length + new TextEncoder().encode(value).length;
      if (sizeBytes > MAX_FORM_BYTES) {
        throw new S3Error('MaxPostPreDataLengthExceededError', { fields: { MaxPostPreDataLengthBytes: String(MAX_FORM_BYTES) } });
      }
      const lower = name.toLowerCase();
      if (values.has(lower)) throw invalidArgument(`Bucket POST must not contain the field '${lower}' more than once.`, lower, value);
      values.set(lower, value);
    },
  };
}

/** Everything but the file may take this much. */
export const MAX_FORM_BYTES = 20 * 1024;

/** A field that has to be there. Throws InvalidArgument. */
export function requiredField(fields: ReadonlyMap<string, string>, name: string): string {
  const value = fields.get(name.toLowerCase());
  if (value !== undefined) return value;
  // Two spaces, as S3 has it.
  throw invalidArgument(
    `Bucket POST must contain a field named '${name}'.  If it is specified, please check the order of the fields.`,
    name,
    '',
  );
}

/** For a form without a file, or with several. The file is the part named `file`, whether or not it or other parts have a file name. */
export function wrongNumberOfFiles(found: number): S3Error {
  return invalidArgument('POST requires exactly one file upload per request.', 'file', String(found));
}

/**
 * The key that a form asks for: `${filename}` in it stands for the name of the file, without the directories some browsers send along.
 * A file without a name leaves it as it is. Throws InvalidArgument, KeyTooLongError.
 */
export function formKey(fields: ReadonlyMap<string, string>, filename: string | undefined): ObjectKey {
  return objectKey(expandedKey(fields, filename));
}

/** The same before anybody has looked whether it can be a key: the text that a policy speaks of. */
export function expandedKey(fields: ReadonlyMap<string, string>, filename: string | undefined): string {
  const key = requiredField(fields, 'key');
  if (filename === undefined) return key;
  const baseName = filename.slice(Math.max(filename.lastIndexOf('/'), filename.lastIndexOf('\\')) + 1);
  return key.replace(/\$\{filename\}/g, () => baseName);
}

/** Tags in the form's `tagging` field, which is XML: of another shape they are none, as on S3; what is not XML is MalformedXML. */
export function formTags(fields: ReadonlyMap<string, string>): Tags | undefined {
  const tagging = fields.get('tagging');
  if (tagging === undefined) return undefined;
  if (parseXml(tagging).name !== 'Tagging') return undefined;
  try {
    return parseTagging(tagging);
  } catch (error) {
    if (error instanceof S3Error && error.code === 'MalformedXML') return undefined;
    throw error;
  }
}

export type FormSuccess =
  | { readonly kind: 'redirect'; readonly url: string }
  | { readonly kind: 'status'; readonly status: 200 | 201 | 204 };

/** How success is to be told. Only absolute http(s) addresses are redirected to; anything else is passed over, as on S3. */
export function formSuccess(fields: ReadonlyMap<string, string>): FormSuccess {
  const url = fields.get('success_action_redirect') ?? fields.get('redirect');
  if (url !== undefined && isWebAddress(url)) return { kind: 'redirect', url };
  const status = fields.get('success_action_status');
  return { kind: 'status', status: status === '200' ? 200 : status === '201' ? 201 : 204 };
}

/** What was stored. ETag without quotes; `location` as `postLocation` makes it. */
export type Posted = { readonly location: string; readonly bucket: string; readonly key: string; readonly etag: string };

/** The object's URL as S3 tells it after a POST, where the key's slashes are encoded too. `bucketUrl` does not end in a slash. */
export function postLocation(bucketUrl: string, key: string): string {
  return `${bucketUrl}/${uriEncode(key)}`;
}

/** The Location of a redirect: the form's address with what was stored behind it. */
export function redirectLocation(url: string, posted: Posted): string {
  const target = new URL(url);
  const added = `bucket=${posted.bucket}&key=${formEncode(posted.key)}&etag=${formEncode(quoteEtag(posted.etag))}`;
  target.search = target.search === '' ? added : `${target.search}&${added}`;
  return target.href;
}

/** The body of a 201. Without a namespace, as on S3. */
export function postResponseXml(posted: Posted): string {
  return xmlDocument(
    'PostResponse',
    [
      element('Location', posted.location),
      element('Bucket', posted.bucket),
      element('Key', posted.key),
      element('ETag', quoteEtag(posted.etag)),
    ],
    { namespace: false },
  );
}

function formEncode(text: string): string {
  return uriEncode(text).replaceAll('%20', '+');
}

function isWebAddress(url: string): boolean {
  return /^https?:\/\//i.test(url) && URL.canParse(url);
}
