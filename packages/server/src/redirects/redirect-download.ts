/**
 * Large downloads that the upstream delivers: after all checks the client is sent there, with a URL that is good for this one object and some
 * seconds. Whatever a redirect could not keep to, or a client would not survive, is delivered from here.
 */
import type { ObjectRecord } from '@latchkey/storage/object-store';
import { queryValue } from '../headers.ts';
import { linkOf } from '../identity/principals.ts';
import { linkHeaders } from '../links/link-headers.ts';
import type { InObject } from '../operations/define.ts';
import { missingKey } from '../operations/missing-key.ts';
import { isUnchanged, objectHeaders } from '../operations/object-headers.ts';
import { requestedRange } from '../operations/requested-range.ts';
import type { Authorised, Reply, Site, Stores } from '../pipeline.ts';
import type { BucketRedirect } from './bucket-redirects.ts';
import { isFollowed } from './is-followed.ts';
import { secondsLeft } from './seconds-left.ts';

type Download = Authorised & InObject;

/** What to answer instead of the object; `undefined` where it is delivered from here. Throws and rejects as a GET would. */
export function redirectDownload(request: Download, stores: Stores, site: Site): Promise<Reply | undefined> | undefined {
  if (!isFollowed(request, site)) return undefined;
  const setting = stores.redirects.find(request.bucket);
  if (setting instanceof Promise)
    return setting.then((found) => (isWanted(request, found) ? redirected(request, found, stores, site) : undefined));
  return isWanted(request, setting) ? redirected(request, setting, stores, site) : undefined;
}

/** These end with the redirect: nobody counts, paces or looks at addresses there, and whoever has the URL needs no password. */
function isWanted({ terms, principal }: Download, { downloads }: BucketRedirect): boolean {
  if (downloads !== 'unlimited') return downloads === 'all';
  const isLimited = terms?.maxUses !== undefined || terms?.sourceIp !== undefined || terms?.maxBytesPerSecond !== undefined;
  return !isLimited && linkOf(principal)?.landing?.password === undefined;
}

async function redirected(
  request: Download,
  { minSizeBytes, lifetimeSeconds }: BucketRedirect,
  { objects }: Stores,
  site: Site,
): Promise<Reply | undefined> {
  const { bucket, key } = request;
  const expiresInSeconds = Math.min(lifetimeSeconds, secondsLeft(request, site.now()));
  if (objects.direct === undefined || expiresInSeconds < 1) return undefined;
  const record = await objects.headObject(bucket, key);
  if (record === undefined) throw missingKey(request);
  if (isUnchanged(request, record)) return { status: 304, headers: objectHeaders(request, record, { isWhole: false, site }) };
  const range = requestedRange(request, record);
  if ((range === undefined ? record.sizeBytes : range.end - range.start + 1) < minSizeBytes) return undefined;
  const headers = linkHeaders(objectHeaders(request, record, { isWhole: true, site }), request);
  // What runs in a browser is sent with a policy, and S3 can not be asked for one.
  if (headers.includes('Content-Security-Policy')) return undefined;
  const url = objects.direct.url(bucket, key, { expiresInSeconds, query: overriding(headers, record, request) });
  if (url === undefined) return undefined;
  return {
    status: 307,
    headers: ['Location', url, 'Cache-Control', 'no-store', 'Referrer-Policy', 'no-referrer'],
    notes: { redirect: { etag: record.etag, sizeBytes: record.sizeBytes, range, expiresInSeconds } },
  };
}

/** What the upstream is to say differently from what the object says by itself, as far as S3 has a parameter for it. */
function overriding(headers: readonly string[], record: ObjectRecord, request: Download): Record<string, string> {
  const query: Record<string, string> = {};
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = (headers[i] as string).toLowerCase();
    const value = headers[i + 1] as string;
    if (OVERRIDABLE.has(name) && record.headers[name] !== value) query[`response-${name}`] = value;
  }
  const mode = queryValue(request, 'x-amz-checksum-mode');
  return mode === undefined ? query : { ...query, 'x-amz-checksum-mode': mode };
}

const OVERRIDABLE: ReadonlySet<string> = new Set([
  'content-type',
  'content-language',
  'expires',
  'cache-control',
  'content-disposition',
  'content-encoding',
]);
