/** Whether whoever sent a request can be expected to get the object from another host with nothing but its URL. */
import { headerValue } from '../headers.ts';
import type { Authenticated, Site } from '../pipeline.ts';

/**
 * Not so who signs in headers: SDKs and command lines send their signature along, or sign for the new host with credentials that are unknown
 * there. Nor who has said more than the upstream would understand, or than our signature of its URL covers.
 */
export function isFollowed({ headers, signature, target }: Authenticated, site: Site): boolean {
  if (signature !== undefined && signature.authType !== 'REST-QUERY-STRING') return false;
  for (const [name] of headers) if (name === 'authorization' || name.startsWith('x-amz-')) return false;
  for (const { name } of target.query) if (STAYS_HERE.test(name)) return false;
  const origin = headerValue(headers, 'origin');
  // Scripts of the console read what they fetch, and the upstream has not heard of them.
  return origin === undefined || !site.isConsoleOrigin(origin, headerValue(headers, 'host'));
}

/** Parts, and conditions that are signed into the URL: upstreams know neither all of the former nor any of the latter. */
const STAYS_HERE = /^(?:partNumber|versionId|if-.*)$/i;
