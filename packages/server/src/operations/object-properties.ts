/** What a PUT, a copy or a new upload says about the object besides its bytes. */
import { checkAclHeaders } from '@latchkey/s3/acl';
import { S3Error } from '@latchkey/s3/errors';
import { parseTaggingHeader } from '@latchkey/s3/tagging';
import type { ObjectProperties } from '@latchkey/storage/object-store';
import { amzHeaders, amzValue, headerValue, metadataOf } from '../headers.ts';
import type { Authenticated } from '../pipeline.ts';
import { isHeaderValue } from './object-headers.ts';

const SYSTEM_HEADERS = ['content-type', 'cache-control', 'content-disposition', 'content-encoding', 'content-language', 'expires'] as const;
const MAX_METADATA_BYTES = 2048;
const STORAGE_CLASSES = new Set(['STANDARD', 'REDUCED_REDUNDANCY', 'STANDARD_IA', 'ONEZONE_IA', 'INTELLIGENT_TIERING']);

/** Headers that promise something we would not keep: refused rather than ignored. */
const UNSUPPORTED = [
  'x-amz-server-side-encryption',
  'x-amz-server-side-encryption-aws-kms-key-id',
  'x-amz-server-side-encryption-context',
  'x-amz-server-side-encryption-customer-algorithm',
  'x-amz-server-side-encryption-customer-key',
  'x-amz-server-side-encryption-customer-key-md5',
  'x-amz-copy-source-server-side-encryption-customer-algorithm',
  'x-amz-write-offset-bytes',
] as const;
const OBJECT_LOCK = ['x-amz-object-lock-mode', 'x-amz-object-lock-retain-until-date', 'x-amz-object-lock-legal-hold'] as const;

/** Throws MetadataTooLarge, InvalidTag, InvalidStorageClass, AccessControlListNotSupported, NotImplemented. */
export function objectProperties(request: Authenticated): ObjectProperties {
  refuseUnsupported(request);
  const tagging = amzValue(request, 'x-amz-tagging');
  return {
    headers: systemHeaders(request),
    metadata: checkedMetadata(metadataOf(request)),
    ...(tagging === undefined || tagging === '' ? {} : { tags: parseTaggingHeader(tagging) }),
  };
}

/** Throws for what a request asks that Latchkey does not do: encryption by key, object lock, ACLs. */
export function refuseUnsupported(request: Authenticated): void {
  for (const header of UNSUPPORTED) {
    if (amzValue(request, header) !== undefined) throw new S3Error('NotImplemented', { fields: { Header: header } });
  }
  for (const header of OBJECT_LOCK) {
    if (amzValue(request, header) !== undefined)
      throw new S3Error('InvalidRequest', { message: 'Bucket is missing Object Lock Configuration' });
  }
  checkAclHeaders(amzHeaders(request));
}

function systemHeaders(request: Authenticated): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of SYSTEM_HEADERS) {
    const sent = headerValue(request.headers, name);
    const value = name === 'content-encoding' ? withoutAwsChunked(sent) : sent;
    if (value !== undefined && value !== '') headers[name] = sendable(value, request);
  }
  const redirect = amzValue(request, 'x-amz-website-redirect-location');
  if (redirect !== undefined) headers['x-amz-website-redirect-location'] = checkedRedirect(redirect);
  const storageClass = amzValue(request, 'x-amz-storage-class');
  if (storageClass !== undefined && !STORAGE_CLASSES.has(storageClass))
    throw new S3Error('InvalidStorageClass', { fields: { StorageClassRequested: storageClass } });
  if (storageClass !== undefined && storageClass !== 'STANDARD') headers['x-amz-storage-class'] = storageClass;
  return headers;
}

/** As S3 does: what a form says in characters that no header can hold comes back as spaces. */
function sendable(value: string, request: Authenticated): string {
  const text = request.form === undefined ? value : Buffer.from(value, 'latin1').toString('utf8');
  return isHeaderValue(text) ? text : text.replace(UNSENDABLE, ' ');
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that no header can hold
const UNSENDABLE = /[\u0000-\u0008\u000a-\u001f\u007f\u0100-\uffff]/g;

/** `aws-chunked` is how the body travelled, not what the object is. */
function withoutAwsChunked(encoding: string | undefined): string | undefined {
  if (encoding === undefined || !encoding.toLowerCase().includes('aws-chunked')) return encoding;
  const kept = encoding
    .split(',')
    .map((coding) => coding.trim())
    .filter((coding) => coding !== '' && coding.toLowerCase() !== 'aws-chunked');
  return kept.length === 0 ? undefined : kept.join(',');
}

function checkedMetadata(metadata: Record<string, string>): Record<string, string> {
  let size = 0;
  for (const name in metadata) size += name.length + Buffer.byteLength(metadata[name] as string);
  if (size > MAX_METADATA_BYTES)
    throw new S3Error('MetadataTooLarge', { fields: { Size: String(size), MaxSizeAllowed: String(MAX_METADATA_BYTES) } });
  return metadata;
}

function checkedRedirect(location: string): string {
  if (isHeaderValue(location) && (location.startsWith('/') || /^https?:\/\//i.test(location))) return location;
  throw new S3Error('InvalidRequest', {
    message: "The website redirect location must have a prefix of 'http://' or 'https://' or '/'.",
  });
}
