import { type Authentication, refused } from './authentication.ts';
import { readHeaderV4 } from './read-header-v4.ts';
import { readQueryV2 } from './read-query-v2.ts';
import { readQueryV4 } from './read-query-v4.ts';
import { headerValue, type SignedRequest } from './request.ts';
import type { VerifyRules } from './rules.ts';
import { hasV2, hasV4, querySignature, repeatedHeader } from './signature-parameters.ts';

/**
 * Reads who a request says it is from, and judges all that needs no secret: exactly one mechanism, its parameters, its scope, its time.
 * Any signature parameter rules out 'anonymous'. Never throws: a "no" is a value with its reason.
 * What follows: look the access key up, judge the session token, then `checkSignature`.
 */
export function readAuthentication(request: SignedRequest, rules: VerifyRules): Authentication {
  const repeatedName = repeatedHeader(request.headers);
  if (repeatedName !== undefined) return refused({ kind: 'repeated-header', name: repeatedName });
  const found = querySignature(request.target.query);
  if (found.repeated !== undefined) return refused({ kind: 'repeated-parameter', name: found.repeated });

  const inQueryV4 = hasV4(found);
  const inQuery = inQueryV4 || found.v2Signature !== undefined;
  const sentAuthorization = headerValue(request.headers, 'authorization');
  const isIgnored = inQuery && rules.ignoreForeignAuthorization === true && sentAuthorization?.startsWith('AWS') === false;
  const authorization = isIgnored ? undefined : sentAuthorization;
  if (authorization !== undefined && inQuery) {
    return refused({ kind: 'two-mechanisms', argumentName: 'Authorization', argumentValue: authorization });
  }
  if (inQueryV4 && found.v2Signature !== undefined) {
    return refused({ kind: 'two-mechanisms', argumentName: 'X-Amz-Algorithm', argumentValue: found.algorithm ?? '' });
  }

  if (inQueryV4) return readQueryV4(found, request, rules);
  if (authorization !== undefined) return readHeaderV4(authorization, request, rules);
  if (hasV2(found)) return readQueryV2(found, request, rules);
  return { kind: 'anonymous' };
}
