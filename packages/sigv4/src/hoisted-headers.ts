import type { V2Authentication, V4Authentication } from './authentication.ts';
import type { HeaderField, SignedRequest } from './request.ts';

/**
 * The headers that a signer moved into the query and that take effect as if they had been sent: `x-amz-*` parameters, and whatever
 * SignedHeaders lists but nobody sent. All of them are covered by the signature. Names in lower case. A header that was sent wins.
 * What only travels in a query is left out: the signature's own parameters, and checksums, which count as headers only.
 */
export function hoistedHeaders(authentication: V4Authentication | V2Authentication, request: SignedRequest): readonly HeaderField[] {
  const listed = authentication.kind === 'v2-query' ? SIGNED_BY_V2 : authentication.signedHeaders;
  const hoisted: HeaderField[] = [];
  for (const parameter of request.target.query) {
    const name = parameter.name.toLowerCase();
    const counts = listed.includes(name) || (name.startsWith('x-amz-') && !isForTheQueryOnly(name));
    if (counts && !request.headers.some(([sent]) => sent === name)) hoisted.push([name, parameter.value]);
  }
  return hoisted;
}

/** Beside `x-amz-*`, boto moves these two. */
const SIGNED_BY_V2: readonly string[] = ['content-md5', 'content-type'];

const isForTheQueryOnly = (name: string): boolean => QUERY_ONLY.has(name) || name.startsWith('x-amz-checksum-');

const QUERY_ONLY = new Set([
  'x-amz-algorithm',
  'x-amz-credential',
  'x-amz-date',
  'x-amz-expires',
  'x-amz-signedheaders',
  'x-amz-signature',
  'x-amz-security-token',
  'x-amz-content-sha256',
  'x-amz-sdk-checksum-algorithm',
]);
