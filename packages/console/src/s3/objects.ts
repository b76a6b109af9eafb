/** What the console does with buckets and objects. */

import { uriEncodePath } from '@latchkey/sigv4/encode';
import { sha256Hex } from '@latchkey/sigv4/sha256-plain';
import { isCode, Refusal } from '../api/refusal.ts';
import { site } from '../site.ts';
import { childOf, childrenOf, escaped, rootOf, textOf } from '../xml.ts';
import { s3 } from './client.ts';

export type ObjectAddress = { readonly bucket: string; readonly key: string };

export async function createBucket(bucket: string): Promise<void> {
  const body =
    site.region === 'us-east-1'
      ? undefined
      : `<CreateBucketConfiguration><LocationConstraint>${escaped(site.region)}</LocationConstraint></CreateBucketConfiguration>`;
  await s3({ method: 'PUT', bucket, ...(body !== undefined && { body }) });
}

/** Creating one that is there already is no error to S3, where it is one's own. */
export async function bucketExists(bucket: string): Promise<boolean> {
  try {
    await s3({ method: 'HEAD', bucket });
    return true;
  } catch (error) {
    if (isCode(error, 'NotFound', 'NoSuchBucket')) return false;
    if (isCode(error, 'AccessDenied')) return true;
    throw error;
  }
}

export async function deleteBucket(bucket: string): Promise<void> {
  await s3({ method: 'DELETE', bucket });
}

/** As other programs make one: an object without bytes whose name ends with a slash. */
export async function createFolder(bucket: string, prefix: string): Promise<void> {
  await s3({ method: 'PUT', bucket, key: prefix, headers: { 'content-type': 'application/x-directory' }, body: '' });
}

/** What is kept with an object besides its bytes and its own metadata, and comes back with it. */
export const KEPT_HEADERS = [
  'content-type',
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'expires',
  'x-amz-storage-class',
  'x-amz-website-redirect-location',
] as const;

type KeptHeader = (typeof KEPT_HEADERS)[number];

export type ObjectFacts = {
  readonly sizeBytes: number;
  readonly etag: string;
  readonly contentType: string;
  readonly modifiedAt: number;
  readonly versionId: string | undefined;
  readonly headers: Readonly<Partial<Record<KeptHeader, string>>>;
  /** Names without `x-amz-meta-`, values as they were sent: see `metadataText`. */
  readonly metadata: Readonly<Record<string, string>>;
};

export async function objectFacts(address: ObjectAddress, signal?: AbortSignal): Promise<ObjectFacts> {
  const { headers } = await s3({ method: 'HEAD', ...address, signal });
  const metadata: [string, string][] = [];
  for (const [name, value] of headers) if (name.startsWith('x-amz-meta-')) metadata.push([name.slice('x-amz-meta-'.length), value]);
  return {
    sizeBytes: Number(headers.get('content-length') ?? 0),
    etag: headers.get('etag')?.replaceAll('"', '') ?? '',
    contentType: headers.get('content-type') ?? 'application/octet-stream',
    modifiedAt: Date.parse(headers.get('last-modified') ?? ''),
    versionId: headers.get('x-amz-version-id') ?? undefined,
    headers: Object.fromEntries(KEPT_HEADERS.flatMap((name) => (headers.has(name) ? [[name, headers.get(name) ?? '']] : []))),
    metadata: Object.fromEntries(metadata),
  };
}

/** Whether there is an object of this name. */
export async function objectExists(address: ObjectAddress): Promise<boolean> {
  try {
    await s3({ method: 'HEAD', ...address });
    return true;
  } catch (error) {
    if (isCode(error, 'NotFound', 'NoSuchKey')) return false;
    throw error;
  }
}

export type Tag = { readonly name: string; readonly value: string };

export async function objectTags(address: ObjectAddress, signal?: AbortSignal): Promise<readonly Tag[]> {
  const root = rootOf(await (await s3({ method: 'GET', ...address, query: { tagging: '' }, signal })).text());
  const set = childOf(root, 'TagSet');
  return (set === undefined ? [] : childrenOf(set, 'Tag')).map((tag) => ({
    name: textOf(tag, 'Key') ?? '',
    value: textOf(tag, 'Value') ?? '',
  }));
}

export async function putObjectTags(address: ObjectAddress, tags: readonly Tag[]): Promise<void> {
  const items = tags.map(({ name, value }) => `<Tag><Key>${escaped(name)}</Key><Value>${escaped(value)}</Value></Tag>`).join('');
  const body = `<Tagging><TagSet>${items}</TagSet></Tagging>`;
  await s3({ method: 'PUT', ...address, query: { tagging: '' }, headers: checked(body), body });
}

/** Up to 1,000. Throws a Refusal about the first that could not be deleted. */
export async function deleteObjects(bucket: string, keys: readonly string[]): Promise<void> {
  const [failed] = await deleteEach(
    bucket,
    keys.map((key) => ({ key, etag: '' })),
  );
  if (failed !== undefined) throw failed.error;
}

export type FailedKey = { readonly key: string; readonly error: unknown };

type DeletedObject = { readonly key: string; readonly etag: string };

/** Up to 1,000; one with an ETag only as long as it is that. Resolves with those that could not be deleted, and why. */
export async function deleteEach(bucket: string, objects: readonly DeletedObject[]): Promise<readonly FailedKey[]> {
  const failed: FailedKey[] = [];
  for (const object of objects.filter(({ key }) => NOT_XML.test(key))) {
    const headers = { 'if-match': object.etag === '' ? undefined : `"${object.etag}"` };
    await s3({ method: 'DELETE', bucket, key: object.key, headers }).catch((error: unknown) => failed.push({ key: object.key, error }));
  }
  const others = objects.filter(({ key }) => !NOT_XML.test(key));
  if (others.length > 0) failed.push(...(await deleteTogether(bucket, others)));
  // An S3 behind a gateway that knows no conditions of deletes.
  const again = failed.filter(({ error }) => isCode(error, 'NotImplemented'));
  if (again.length === 0 || objects.every(({ etag }) => etag === '')) return failed;
  const unconditional = again.map(({ key }) => ({ key, etag: '' }));
  return [...failed.filter(({ error }) => !isCode(error, 'NotImplemented')), ...(await deleteEach(bucket, unconditional))];
}

async function deleteTogether(bucket: string, objects: readonly DeletedObject[]): Promise<readonly FailedKey[]> {
  const items = objects.map(
    ({ key, etag }) => `<Object><Key>${escaped(key)}</Key>${etag === '' ? '' : `<ETag>${escaped(etag)}</ETag>`}</Object>`,
  );
  const body = `<Delete><Quiet>true</Quiet>${items.join('')}</Delete>`;
  const answer = await s3({ method: 'POST', bucket, query: { delete: '' }, headers: checked(body), body });
  const requestId = answer.headers.get('x-amz-request-id') ?? undefined;
  return childrenOf(rootOf(await answer.text()), 'Error').map((failed) => {
    const [key, code] = [textOf(failed, 'Key') ?? '', textOf(failed, 'Code') ?? 'InternalError'];
    return { key, error: new Refusal({ status: 200, code, message: `${key}: ${textOf(failed, 'Message')}`, requestId }) };
  });
}

/** Characters that no XML document can hold, not even escaped. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: those are the ones
const NOT_XML = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/;

/**
 * With its metadata and tags, over whatever is there unless `headers` has conditions; they may also say what the copy is to have instead. Up to
 * 5 GiB, as S3 copies in one go.
 */
export async function copyObject(
  from: ObjectAddress,
  to: ObjectAddress,
  more: Readonly<Record<string, string | undefined>> = {},
  signal?: AbortSignal,
): Promise<void> {
  const headers = { 'x-amz-copy-source': `/${from.bucket}/${uriEncodePath(from.key)}`, ...more };
  // A copy that fails late has been answered 200 by then.
  const root = rootOf(await (await s3({ method: 'PUT', ...to, headers, signal })).text());
  if (root.localName !== 'Error') return;
  throw new Refusal({ status: 500, code: textOf(root, 'Code') ?? '', message: textOf(root, 'Message') ?? '', requestId: undefined });
}

/** S3 wants a checksum with such a body, besides the hash that is signed. */
export function checked(body: string): Readonly<Record<string, string>> {
  const hash = sha256Hex(new TextEncoder().encode(body));
  const bytes = hash.match(/../g)?.map((hex) => String.fromCharCode(Number.parseInt(hex, 16))) ?? [];
  return { 'content-type': 'application/xml', 'x-amz-checksum-sha256': btoa(bytes.join('')) };
}
