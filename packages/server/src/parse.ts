/** The first step: what does the raw request address? Nothing is looked up and nobody is trusted yet. */
import { S3Error } from '@latchkey/s3/errors';
import { bucketName, objectKey } from '@latchkey/s3/names';
import { type ParsedTarget, parseTarget } from '@latchkey/sigv4/target';
import { headerValue } from './headers.ts';
import type { Addressed, Incoming, Resource, Site } from './pipeline.ts';
import { prefixOf } from './public-address.ts';

/**
 * Splits the raw target into bucket and key, path or virtual-host style.
 * Throws InvalidURI, InvalidBucketName, KeyTooLongError; InvalidRequest for a header that must not be repeated.
 */
export function parse(incoming: Incoming, site: Pick<Site, 'domains' | 'publicAddresses'>): Addressed {
  refuseDoubtfulFraming(incoming.headers);
  const target = parseTarget(incoming.rawTarget);
  if ('problem' in target) throw new S3Error('InvalidURI', { fields: { URI: incoming.rawTarget.slice(0, 1024) } });
  const host = headerValue(incoming.headers, 'host') ?? '';
  const bucket = bucketOfHost(host, site);
  if (bucket === undefined) return addressedAs(incoming, target, host, prefixOf(host.toLowerCase(), target.path, site.publicAddresses));
  return addressed(incoming, target, host, 'virtual', '', resource(bucket, target.path.slice(1)));
}

/** Path style: bucket and key stand behind `pathPrefix`, which the path begins with. */
export function addressedAs(incoming: Incoming, target: ParsedTarget, host: string, pathPrefix: string): Addressed {
  const path = pathPrefix === '' ? target.path : target.path.slice(pathPrefix.length);
  const slash = path.indexOf('/', 1);
  const bucket = slash === -1 ? path.slice(1) : path.slice(1, slash);
  return addressed(incoming, target, host, 'path', pathPrefix, resource(bucket, slash === -1 ? '' : path.slice(slash + 1)));
}

function resource(bucket: string, key: string): Resource {
  if (key !== '') return { scope: 'object', bucket: bucketName(bucket), key: objectKey(key) };
  return bucket === '' ? SERVICE : { scope: 'bucket', bucket: bucketName(bucket), key: undefined };
}

const SERVICE: Resource = { scope: 'service', bucket: undefined, key: undefined };

/** Field by field: spreading objects would cost every request several microseconds. */
function addressed(
  incoming: Incoming,
  target: ParsedTarget,
  host: string,
  style: Addressed['style'],
  pathPrefix: string,
  { scope, bucket, key }: Resource,
): Addressed {
  const { method, rawTarget, headers, body, peer, requestId, receivedAt } = incoming;
  // biome-ignore format: field by field
  return { method, rawTarget, headers, body, peer, requestId, receivedAt, target, host, style, pathPrefix, scope, bucket, key } as Addressed;
}

/**
 * Which of two a proxy before us believed is not ours to guess. (Authentication refuses the repeated headers that matter to it.)
 * Nor is a Transfer-Encoding that Node would only half understand.
 */
export function refuseDoubtfulFraming(headers: Incoming['headers']): void {
  let seen = 0;
  for (const [name, value] of headers) {
    const bit = ONCE_ONLY.get(name);
    if (bit === undefined) continue;
    if (name === 'transfer-encoding' && value.toLowerCase() !== 'chunked')
      throw new S3Error('NotImplemented', { fields: { Header: 'Transfer-Encoding' } });
    if ((seen & bit) !== 0) throw new S3Error('InvalidRequest', { message: `The header ${name} must not be sent more than once.` });
    seen |= bit;
  }
}

const ONCE_ONLY: ReadonlyMap<string, number> = new Map([
  ['content-type', 1],
  ['content-length', 2],
  ['content-md5', 4],
  ['transfer-encoding', 8],
  ['range', 16],
  ['expect', 32],
]);

/** The bucket of virtual-host style. A public name is never one bucket of another; of several base domains the longest counts. */
export function bucketOfHost(host: string, { domains, publicAddresses }: Pick<Site, 'domains' | 'publicAddresses'>): string | undefined {
  const name = withoutPort(host).toLowerCase();
  for (const address of publicAddresses) if (address.hostname === name) return undefined;
  for (const domain of domains) {
    if (name.length > domain.length + 1 && name.endsWith(domain) && name[name.length - domain.length - 1] === '.')
      return name.slice(0, -domain.length - 1);
  }
  return undefined;
}

function withoutPort(host: string): string {
  const colon = host.lastIndexOf(':');
  return colon === -1 || host.endsWith(']') ? host : host.slice(0, colon);
}
