import type { HeaderField } from './request.ts';
import type { QueryParameter } from './target.ts';

/** What in a query has to do with signatures. Names are compared exactly, as AWS does. */
export type QuerySignature = {
  algorithm: string | undefined;
  credential: string | undefined;
  date: string | undefined;
  expires: string | undefined;
  signedHeaders: string | undefined;
  signature: string | undefined;
  securityToken: string | undefined;
  contentSha256: string | undefined;
  v2AccessKeyId: string | undefined;
  v2Signature: string | undefined;
  v2Expires: string | undefined;
  /** A parameter given twice that must not be: nobody may guess which of the two was meant. */
  repeated: string | undefined;
};

/** Collects the signature parameters in one pass; no parameter of ours or Amazon's may stand there twice. Each written out: looking fields up by name takes thrice as long. */
export function querySignature(query: readonly QueryParameter[]): QuerySignature {
  const found = NOTHING_FOUND();
  let others: Set<string> | undefined;
  for (const { name, value } of query) {
    const before = put(found, name, value);
    if (before === NO_FIELD) {
      if (!isExtension(name)) continue;
      const lowerCase = name.toLowerCase();
      if (others?.has(lowerCase) === true) found.repeated ??= name;
      others ??= new Set();
      others.add(lowerCase);
    } else if (before !== undefined) found.repeated ??= name;
  }
  return found;
}

/** True if one of the six parameters of a SigV4 query is there. */
export const hasV4 = (found: QuerySignature): boolean =>
  found.algorithm !== undefined ||
  found.credential !== undefined ||
  found.date !== undefined ||
  found.expires !== undefined ||
  found.signedHeaders !== undefined ||
  found.signature !== undefined;

/** True if one of the three parameters of a SigV2 query is there. */
export const hasV2 = (found: QuerySignature): boolean =>
  found.v2Signature !== undefined || found.v2Expires !== undefined || found.v2AccessKeyId !== undefined;

/** The first header that must stand there once and stands there twice: Authorization, Host, x-amz-*. */
export function repeatedHeader(headers: readonly HeaderField[]): string | undefined {
  let hasHost = false;
  let hasAuthorization = false;
  let ofAmazon: Set<string> | undefined;
  for (const [name] of headers) {
    if (name === 'host') {
      if (hasHost) return name;
      hasHost = true;
    } else if (name === 'authorization') {
      if (hasAuthorization) return name;
      hasAuthorization = true;
    } else if (name.startsWith('x-amz-')) {
      ofAmazon ??= new Set();
      if (ofAmazon.has(name)) return name;
      ofAmazon.add(name);
    }
  }
  return undefined;
}

/** All fields from the beginning, and so one shape for every request. */
const NOTHING_FOUND = (): QuerySignature => ({
  algorithm: undefined,
  credential: undefined,
  date: undefined,
  expires: undefined,
  signedHeaders: undefined,
  signature: undefined,
  securityToken: undefined,
  contentSha256: undefined,
  v2AccessKeyId: undefined,
  v2Signature: undefined,
  v2Expires: undefined,
  repeated: undefined,
});

const NO_FIELD = Symbol('none of the signature parameters');

/** Puts a value into the parameter's field, and returns what was there before. */
function put(found: QuerySignature, name: string, value: string): string | undefined | typeof NO_FIELD {
  let before: string | undefined;
  switch (name) {
    case 'X-Amz-Algorithm':
      before = found.algorithm;
      found.algorithm = value;
      return before;
    case 'X-Amz-Credential':
      before = found.credential;
      found.credential = value;
      return before;
    case 'X-Amz-Date':
      before = found.date;
      found.date = value;
      return before;
    case 'X-Amz-Expires':
      before = found.expires;
      found.expires = value;
      return before;
    case 'X-Amz-SignedHeaders':
      before = found.signedHeaders;
      found.signedHeaders = value;
      return before;
    case 'X-Amz-Signature':
      before = found.signature;
      found.signature = value;
      return before;
    case 'X-Amz-Security-Token':
      before = found.securityToken;
      found.securityToken = value;
      return before;
    case 'X-Amz-Content-Sha256':
      before = found.contentSha256;
      found.contentSha256 = value;
      return before;
    case 'AWSAccessKeyId':
      before = found.v2AccessKeyId;
      found.v2AccessKeyId = value;
      return before;
    case 'Signature':
      before = found.v2Signature;
      found.v2Signature = value;
      return before;
    case 'Expires':
      before = found.v2Expires;
      found.v2Expires = value;
      return before;
    default:
      return NO_FIELD;
  }
}

const isExtension = (name: string): boolean => /^x-(?:amz|latchkey)-/i.test(name);
