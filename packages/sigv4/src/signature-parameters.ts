import type { HeaderField } from './request.ts';
import type { QueryParameter } from './target.ts';

/** What in a query has to do with signatures. Names are compared exactly, as AWS does. */
export type QuerySignature = {
  algorithm?: string;
  credential?: string;
  date?: string;
  expires?: string;
  signedHeaders?: string;
  signature?: string;
  securityToken?: string;
  contentSha256?: string;
  v2AccessKeyId?: string;
  v2Signature?: string;
  v2Expires?: string;
  /** A parameter given twice that must not be: nobody may guess which of the two was meant. */
  repeated?: string;
};

/** Collects the signature parameters in one pass; no parameter of ours or Amazon's may stand there twice. */
export function querySignature(query: readonly QueryParameter[]): QuerySignature {
  const found: QuerySignature = {};
  const others = new Set<string>();
  for (const { name, value } of query) {
    const field = fieldOf(name);
    if (field !== undefined) {
      if (found[field] !== undefined) found.repeated ??= name;
      found[field] = value;
    } else if (isExtension(name)) {
      const lowerCase = name.toLowerCase();
      if (others.has(lowerCase)) found.repeated ??= name;
      others.add(lowerCase);
    }
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

type Field = Exclude<keyof QuerySignature, 'repeated'>;

function fieldOf(name: string): Field | undefined {
  switch (name) {
    case 'X-Amz-Algorithm':
      return 'algorithm';
    case 'X-Amz-Credential':
      return 'credential';
    case 'X-Amz-Date':
      return 'date';
    case 'X-Amz-Expires':
      return 'expires';
    case 'X-Amz-SignedHeaders':
      return 'signedHeaders';
    case 'X-Amz-Signature':
      return 'signature';
    case 'X-Amz-Security-Token':
      return 'securityToken';
    case 'X-Amz-Content-Sha256':
      return 'contentSha256';
    case 'AWSAccessKeyId':
      return 'v2AccessKeyId';
    case 'Signature':
      return 'v2Signature';
    case 'Expires':
      return 'v2Expires';
    default:
      return undefined;
  }
}

const isExtension = (name: string): boolean => /^x-(?:amz|latchkey)-/i.test(name);
