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
  const others: string[] = [];
  for (const { name, value } of query) {
    const field = FIELDS.get(name);
    if (field !== undefined) {
      if (found[field] !== undefined) found.repeated ??= name;
      found[field] = value;
    } else if (isExtension(name)) {
      const lowerCase = name.toLowerCase();
      if (others.includes(lowerCase)) found.repeated ??= name;
      others.push(lowerCase);
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
  const seen: string[] = [];
  for (const [name] of headers) {
    if (name !== 'host' && name !== 'authorization' && !name.startsWith('x-amz-')) continue;
    if (seen.includes(name)) return name;
    seen.push(name);
  }
  return undefined;
}

const FIELDS = new Map<string, Exclude<keyof QuerySignature, 'repeated'>>([
  ['X-Amz-Algorithm', 'algorithm'],
  ['X-Amz-Credential', 'credential'],
  ['X-Amz-Date', 'date'],
  ['X-Amz-Expires', 'expires'],
  ['X-Amz-SignedHeaders', 'signedHeaders'],
  ['X-Amz-Signature', 'signature'],
  ['X-Amz-Security-Token', 'securityToken'],
  ['X-Amz-Content-Sha256', 'contentSha256'],
  ['AWSAccessKeyId', 'v2AccessKeyId'],
  ['Signature', 'v2Signature'],
  ['Expires', 'v2Expires'],
]);

const isExtension = (name: string): boolean => /^x-(?:amz|latchkey)-/i.test(name);
