/** The first step: what does the raw request address? Nothing is looked up and nobody is trusted yet. */
import { S3Error } from '@latchkey/s3/errors';
import { bucketName, objectKey } from '@latchkey/s3/names';
import { parseTarget } from '@latchkey/sigv4/target';
import { headerValue } from './headers.ts';
import type { Addressed, Incoming, Site } from './pipeline.ts';

const ONCE_ONLY: ReadonlySet<string> = new Set(['content-type', 'content-length', 'content-md5', 'transfer-encoding', 'range', 'expect']);

/**
 * Splits the raw target into bucket and key, path or virtual-host style.
 * Throws InvalidURI, InvalidBucketName, KeyTooLongError, and InvalidRequest for a header that must not be repeated.
 */
export function parse(incoming: Incoming, site: Pick<Site, 'domains'>): Addressed {
  refuseRepeatedHeaders(incoming.headers);
  const target = parseTarget(incoming.rawTarget);
  if ('problem' in target) throw new S3Error('InvalidURI', { fields: { URI: incoming.rawTarget.slice(0, 1024) } });

  const host = headerValue(incoming.headers, 'host') ?? '';
  const hosted = bucketOfHost(host, site.domains);
  if (hosted !== undefined) {
    const bucket = bucketName(hosted);
    const key = target.path.slice(1);
    if (key === '') return { ...incoming, target, host, style: 'virtual', scope: 'bucket', bucket };
    return { ...incoming, target, host, style: 'virtual', scope: 'object', bucket, key: objectKey(key) };
  }

  const { path } = target;
  if (path === '/') return { ...incoming, target, host, style: 'path', scope: 'service' };
  const slash = path.indexOf('/', 1);
  const bucket = bucketName(slash === -1 ? path.slice(1) : path.slice(1, slash));
  if (slash === -1 || slash === path.length - 1) return { ...incoming, target, host, style: 'path', scope: 'bucket', bucket };
  return { ...incoming, target, host, style: 'path', scope: 'object', bucket, key: objectKey(path.slice(slash + 1)) };
}

/**
 * Which of two a proxy before us believed is not ours to guess. (Authentication refuses the repeated headers that matter to it.)
 */
function refuseRepeatedHeaders(headers: Incoming['headers']): void {
  const seen = new Set<string>();
  for (const [name] of headers) {
    if (!ONCE_ONLY.has(name)) continue;
    if (seen.has(name)) throw new S3Error('InvalidRequest', { message: `The header ${name} must not be sent more than once.` });
    seen.add(name);
  }
}

function bucketOfHost(host: string, domains: readonly string[]): string | undefined {
  const name = (host.endsWith(']') ? host : host.replace(/:\d*$/, '')).toLowerCase();
  for (const domain of domains) {
    if (name.length > domain.length + 1 && name.endsWith(domain) && name[name.length - domain.length - 1] === '.')
      return name.slice(0, -domain.length - 1);
  }
  return undefined;
}
