/** CORS as a bucket configures it: kept in the record store, asked for each request that names an Origin. */
import type { CorsConfiguration, CorsRule } from '@latchkey/s3/cors';
import { corsHeaders, preflightHeaders } from '@latchkey/s3/cors-match';
import type { BucketName } from '@latchkey/s3/names';
import type { JsonValue, RecordStore } from '@latchkey/storage/record-store';
import { consoleCorsHeaders } from './console-origins.ts';
import { headerValue } from './headers.ts';
import type { Addressed, Reply, Site, Stores } from './pipeline.ts';

const KIND = 'bucket-cors';

export async function getCors(records: RecordStore, bucket: BucketName): Promise<CorsConfiguration | undefined> {
  const stored = await records.get(KIND, bucket);
  return stored === undefined ? undefined : (stored.value as unknown as readonly CorsRule[]);
}

export async function putCors(records: RecordStore, bucket: BucketName, configuration: CorsConfiguration): Promise<void> {
  // Through JSON, so that what is stored holds no `undefined`.
  const value = JSON.parse(JSON.stringify(configuration)) as JsonValue;
  await records.commit([{ put: { kind: KIND, id: bucket, value } }]);
}

export async function deleteCors(records: RecordStore, bucket: BucketName): Promise<void> {
  await records.commit([{ remove: { kind: KIND, id: bucket } }]);
}

/**
 * The CORS headers of an answer, errors included; none where the request names no Origin or the bucket does not allow it. The console's own
 * origin is allowed everywhere.
 */
export async function crossOriginHeaders(
  request: { readonly headers: Addressed['headers']; readonly method: string; readonly bucket: Addressed['bucket'] | undefined },
  { records }: Stores,
  site: Site,
): Promise<readonly string[]> {
  const origin = headerValue(request.headers, 'origin');
  if (origin === undefined) return [];
  const requestHeaders = headerValue(request.headers, 'access-control-request-headers');
  if (site.isConsoleOrigin(origin, headerValue(request.headers, 'host'))) return consoleCorsHeaders({ origin, requestHeaders });
  const configuration = request.bucket === undefined ? undefined : await getCors(records, request.bucket);
  if (configuration === undefined) return [];
  const method = headerValue(request.headers, 'access-control-request-method') ?? request.method;
  return corsHeaders(configuration, { origin, method, requestHeaders });
}

/** The answer to a browser's OPTIONS, which carries no credentials: nothing but its Origin and the bucket's configuration is looked at. */
export async function answerPreflight(request: Addressed, { objects, records }: Stores, site: Site): Promise<Reply> {
  const { bucket } = request;
  const origin = headerValue(request.headers, 'origin');
  if (origin !== undefined && site.isConsoleOrigin(origin, headerValue(request.headers, 'host')))
    return {
      status: 200,
      headers: consoleCorsHeaders({ origin, requestHeaders: headerValue(request.headers, 'access-control-request-headers') }),
    };
  const isThere = bucket !== undefined && (await objects.getBucket(bucket)) !== undefined;
  const headers = preflightHeaders(isThere ? await getCors(records, bucket) : 'no such bucket', {
    origin,
    requestMethod: headerValue(request.headers, 'access-control-request-method'),
    requestHeaders: headerValue(request.headers, 'access-control-request-headers'),
    hasKey: request.key !== undefined,
  });
  return { status: 200, headers };
}
