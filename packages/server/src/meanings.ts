/**
 * What a request means that came through a proxy. A signature names a host and a path, and where the host is a public name that has one
 * meaning only: the path behind the public URL's own. A proxy may have replaced the host and taken the prefix off, so that what was signed
 * has to be guessed; but the guess that the signature confirms decides what is meant, never what arrived.
 */
import { uriEncodePath } from '@latchkey/sigv4/encode';
import { addressedAs } from './parse.ts';
import type { Addressed, Site } from './pipeline.ts';
import { prefixOf } from './public-address.ts';

/** The other meanings of a request that does not verify as it arrived; none where its Host names a bucket, or no public URL is set. */
export function otherMeanings(request: Addressed, { publicAddresses }: Pick<Site, 'publicAddresses'>): readonly Addressed[] {
  if (request.style === 'virtual') return [];
  const received = request.target.path;
  return publicAddresses.flatMap(({ host, pathPrefix }) => {
    const signedPaths = pathPrefix === '' ? [received] : [received, pathPrefix + received];
    return signedPaths
      .filter((signed) => prefixOf(host, signed, publicAddresses) === pathPrefix)
      .map((signed) => asSigned(request, host, pathPrefix, signed.length > received.length));
  });
}

function asSigned(request: Addressed, host: string, pathPrefix: string, wasTakenOff: boolean): Addressed {
  const { target } = request;
  const path = wasTakenOff ? pathPrefix + target.path : target.path;
  const canonicalPath = wasTakenOff ? uriEncodePath(pathPrefix) + target.canonicalPath : target.canonicalPath;
  const headers = request.headers.map((header) => (header[0] === 'host' ? (['host', host] as const) : header));
  const meant = addressedAs({ ...request, headers }, { ...target, path, canonicalPath }, host, pathPrefix);
  return request.call === undefined ? meant : { ...meant, call: request.call };
}
