/** S3 as the console needs it: requests signed here, straight to the S3 address. */
import { addressOf } from '@latchkey/sigv4/address';
import { presign } from '@latchkey/sigv4/presign';
import { serverNow } from '../clock.ts';
import { queryText } from '../query-text.ts';
import { credentials } from '../session/session.ts';
import { signedFetch } from '../session/signed-fetch.ts';
import { site } from '../site.ts';

export type S3Request = {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  readonly bucket?: string | undefined;
  /** As it is, never encoded. Not with dot segments: a browser would send another. */
  readonly key?: string | undefined;
  readonly query?: Readonly<Record<string, string | number | undefined>> | undefined;
  readonly headers?: Readonly<Record<string, string | undefined>> | undefined;
  /** Text is hashed and signed; bytes go along as they are. */
  readonly body?: string | Blob | undefined;
  readonly signal?: AbortSignal | undefined;
};

/** The answer, whose status is 2xx; throws a Refusal. */
export function s3({ method, bucket, key, query, headers, body, signal }: S3Request): Promise<Response> {
  return signedFetch({ method, url: urlOf(bucket, key) + queryText(query), service: 's3', headers, body, signal });
}

/** The address of a bucket or an object, without a query. */
export function urlOf(bucket: string | undefined, key?: string): string {
  const { protocol, host, path } = addressOf({ bucket, key, region: site.region, endpoint: site.endpoint, style: 'path' });
  return `${protocol}//${host}${path}`;
}

export type UrlOptions = {
  readonly bucket: string;
  readonly key: string;
  readonly versionId?: string | undefined;
  /** Saved under this name, instead of shown. */
  readonly downloadAs?: string | undefined;
  /** How it is to be shown, whatever it was stored as. */
  readonly contentType?: string | undefined;
  /** Default 300, as in AWS's own console. */
  readonly expiresInSeconds?: number | undefined;
};

/** A short-lived URL of an object, for the browser to fetch by itself: to open, to save, to play. */
export async function objectUrl({ bucket, key, versionId, downloadAs, contentType, expiresInSeconds = 300 }: UrlOptions): Promise<string> {
  const { url } = presign({
    bucket,
    key,
    query: { versionId },
    downloadAs,
    responseContentType: contentType,
    expiresIn: expiresInSeconds,
    endpoint: site.endpoint,
    style: 'path',
    region: site.region,
    credentials: await credentials(),
    now: new Date(serverNow()),
  });
  return url;
}
