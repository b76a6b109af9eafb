/** What a pre-signed URL is for, once its signature shows that it is. */
import type { UrlParts } from '@latchkey/sigv4/signed-url';
import { verify } from '@latchkey/sigv4/verify';
import type { Identities } from '../identity/identities.ts';
import { bucketArn, objectArn } from '../operations/permissions.ts';
import { bucketOfHost } from '../parse.ts';
import type { Site } from '../pipeline.ts';
import { prefixOf } from '../public-address.ts';
import type { PresignedUrlFacts } from './url-facts.ts';

/**
 * The ARN of its object or bucket. `undefined` where its signature does not show it, as where it covers headers that are not known here:
 * otherwise anybody could write the signature of any URL under an object of their own.
 */
export async function verifiedResource(
  { parts, signedAt, expiresAt }: PresignedUrlFacts,
  { identities, site }: { readonly identities: Identities; readonly site: Site },
): Promise<string | undefined> {
  const { bucket, key, virtualHostBucket } = addressOf(parts, site);
  if (bucket === '') return undefined;
  // Whether it is over does not matter.
  const rules = { region: site.region, service: 's3', sigv2: true, now: new Date(signedAt ?? expiresAt) };
  const current = virtualHostBucket === undefined ? rules : { ...rules, virtualHostBucket };
  for (const method of ['GET', 'PUT', 'HEAD', 'DELETE', 'POST']) {
    const request = { method, target: parts.target, headers: [['host', parts.host] as const] };
    const verdict = await verify(request, current, (accessKeyId) => identities.find(accessKeyId));
    if (verdict.kind === 'verified') return key === '' ? bucketArn(bucket) : objectArn(bucket, key);
  }
  return undefined;
}

type UrlAddress = { readonly bucket: string; readonly key: string; readonly virtualHostBucket?: string };

function addressOf({ host, target }: UrlParts, site: Site): UrlAddress {
  const hosted = bucketOfHost(host, site);
  if (hosted !== undefined) return { bucket: hosted, key: target.path.slice(1), virtualHostBucket: hosted };
  const path = target.path.slice(prefixOf(host.toLowerCase(), target.path, site.publicAddresses).length);
  const slash = path.indexOf('/', 1);
  return slash === -1 ? { bucket: path.slice(1), key: '' } : { bucket: path.slice(1, slash), key: path.slice(slash + 1) };
}
