/** What the holder of a link sends: its URL, or its form. Made from the record whenever it is asked for; never kept. */
import { invalidArgument } from '@latchkey/s3/errors';
import { presign } from '@latchkey/sigv4/presign';
import { presignPost } from '@latchkey/sigv4/presign-post';
import { SigningOptionError } from '@latchkey/sigv4/signing-option-error';
import { isForKey } from './link-keys.ts';
import type { LinkRequest } from './links.ts';
import { type Link, MAX_SIGNED_MS } from './model.ts';

/**
 * `key` is for a link of a prefix; without it there is no URL, but a form. The signature is good for seven days, so that the link may be
 * extended under its URL: when it really ends says its record. Throws InvalidArgument for a key that no URL can hold.
 */
export function linkRequest(link: Link, secretAccessKey: string, region: string, key = link.key): LinkRequest | undefined {
  if (link.method !== 'POST' && key === undefined) return undefined;
  if (key !== undefined && !isForKey(link, key)) throw invalidArgument('The link is not for this key.', 'key', key);
  const common = {
    bucket: link.bucket,
    region,
    endpoint: link.endpoint,
    style: link.style,
    credentials: { accessKeyId: link.id, secretAccessKey },
    expiresIn: MAX_SIGNED_MS / 1000,
    now: new Date(link.signedAt),
  };
  try {
    if (link.method === 'POST') return formRequest(link, common);
    const { url, method } = presign({ ...common, method: link.method, key });
    return { url, method: method as 'GET' | 'PUT', headers: typeHeader(link) };
  } catch (cause) {
    if (cause instanceof SigningOptionError) throw invalidArgument(`A link can not be signed: ${cause.message}`, cause.option);
    throw cause;
  }
}

type Common = Omit<Parameters<typeof presignPost>[0], 'key' | 'keyPrefix'>;

/** The policy says what S3's policies can say; the record says all of it. */
function formRequest({ key, keyPrefix, terms }: Link, common: Common): LinkRequest {
  const { minSize, maxSize, contentTypes } = terms;
  const [only, ...others] = contentTypes ?? [];
  const hasOneType = only !== undefined && others.length === 0;
  const { url, fields } = presignPost({
    ...common,
    ...(key === undefined ? { keyPrefix: keyPrefix ?? '' } : { key }),
    minSize,
    maxSize,
    ...(hasOneType ? { contentType: only } : { conditions: [['starts-with', '$Content-Type', '']] }),
    ...(contentTypes === undefined ? { fields: { 'Content-Type': 'application/octet-stream' } } : {}),
  });
  return { url, method: 'POST', headers: {}, fields };
}

/** Where there is only one type to choose from, it is chosen. */
function typeHeader({ method, terms }: Link): Readonly<Record<string, string>> {
  const [only, ...others] = terms.contentTypes ?? [];
  const isOne = method === 'PUT' && only !== undefined && others.length === 0 && !only.endsWith('/*');
  return isOne ? { 'Content-Type': only } : {};
}
