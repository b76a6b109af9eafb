/**
 * What policies may ask about a request, worked out only when one does. Each key is written out here: what a client sends
 * becomes the value of a key, never the name of one.
 */
import type { RequestContext } from '@latchkey/policy/variables';
import { formTags } from '@latchkey/s3/post-form';
import { parseTaggingHeader } from '@latchkey/s3/tagging';
import { amzValue, headerValue, queryValue } from './headers.ts';
import { rootArn } from './identity/arns.ts';
import { linkOf } from './identity/principals.ts';
import type { Authenticated, Site } from './pipeline.ts';

type Values = readonly string[] | undefined;
export type Tags = Readonly<Record<string, string>>;

/** Facts about one decision that are not in the request's head. */
export type DecisionFacts = {
  /** Of the object as it is. */
  readonly objectTags?: Tags | undefined;
  /** That the request's body brings. */
  readonly requestTags?: Tags | undefined;
  /** Further keys of an IAM or STS call, in lower case. */
  readonly more?: ReadonlyMap<string, readonly string[]> | undefined;
};

export function requestContext(request: Authenticated, site: Pick<Site, 'region' | 'accountId'>, facts: DecisionFacts): RequestContext {
  // Statement after statement often asks for the same key.
  let last: { readonly key: string; readonly values: Values } | undefined;
  return {
    get(key) {
      if (last?.key === key) return last.values;
      const values = valuesOf(key, request, site, facts);
      last = { key, values };
      return values;
    },
  };
}

function valuesOf(key: string, request: Authenticated, site: Pick<Site, 'region' | 'accountId'>, facts: DecisionFacts): Values {
  const known = facts.more?.get(key);
  if (known !== undefined) return known;
  if (key.startsWith('s3:')) return s3Value(key, request, site, facts);
  return globalValue(key, request, site);
}

function globalValue(key: string, request: Authenticated, site: Pick<Site, 'region' | 'accountId'>): Values {
  const { principal, peer, receivedAt } = request;
  switch (key) {
    case 'aws:sourceip':
      return [peer.address];
    case 'aws:securetransport':
      return [String(peer.secure)];
    case 'aws:currenttime':
      return [isoTime(receivedAt)];
    case 'aws:epochtime':
      return [String(Math.floor(receivedAt / 1000))];
    case 'aws:useragent':
      return one(headerValue(request.headers, 'user-agent'));
    case 'aws:referer':
      return one(headerValue(request.headers, 'referer'));
    case 'aws:requestedregion':
      return [site.region];
    case 'aws:resourceaccount':
      return [site.accountId];
    case 'aws:viaawsservice':
    case 'aws:principalisawsservice':
      return ['false'];
    case 'aws:principalaccount':
      return principal.kind === 'anonymous' || principal.kind === 'federated' ? undefined : [site.accountId];
    case 'aws:tokenissuetime':
      return 'session' in principal && principal.session !== undefined ? [isoTime(principal.session.issuedAt)] : undefined;
    default:
      return principalValue(key, principal, site.accountId);
  }
}

function principalValue(key: string, principal: Authenticated['principal'], accountId: string): Values {
  switch (principal.kind) {
    case 'anonymous':
      if (key === 'aws:principaltype') return ['Anonymous'];
      return key === 'aws:userid' ? ['anonymous'] : undefined;
    case 'root':
      if (key === 'aws:principaltype') return ['Account'];
      if (key === 'aws:userid') return [accountId];
      return key === 'aws:principalarn' ? [rootArn(accountId)] : undefined;
    case 'federated': {
      const { issuer, subject, audience } = principal;
      const name = issuer.replace(/^https?:\/\//, '').toLowerCase();
      if (key === `${name}:sub`) return [subject];
      if (key === `${name}:aud`) return [audience];
      return key === 'aws:federatedprovider' ? [principal.provider] : undefined;
    }
    case 'user':
    case 'role-session':
      if (key === 'aws:principaltype') return [principal.kind === 'user' ? 'User' : 'AssumedRole'];
      if (key === 'aws:userid') return [principal.userId];
      if (key === 'aws:principalarn') return [principal.principalArn];
      if (key === 'aws:username') return principal.kind === 'user' ? [principal.name] : undefined;
      if (key.startsWith('aws:principaltag/')) return one(principal.tags.find((tag) => tag.key.toLowerCase() === key.slice(17))?.value);
      return undefined;
  }
}

function s3Value(key: string, request: Authenticated, site: Pick<Site, 'accountId'>, facts: DecisionFacts): Values {
  const { signature } = request;
  switch (key) {
    case 's3:authtype':
      return one(signature?.authType);
    case 's3:signatureversion':
      return one(signature?.version);
    case 's3:signatureage':
      return signatureAge(request);
    case 's3:x-amz-content-sha256':
      return one(signature?.payloadHash ?? headerValue(request.headers, 'x-amz-content-sha256'));
    case 's3:resourceaccount':
      return [site.accountId];
    case 's3:prefix':
    case 's3:delimiter':
    case 's3:max-keys':
      return isListing(request) ? one(queryValue(request, key.slice(3))) : undefined;
    case 's3:versionid':
      return one(queryValue(request, 'versionId'));
    case 's3:if-match':
    case 's3:if-none-match':
      return one(headerValue(request.headers, key.slice(3)));
    case 's3:requestobjecttagkeys': {
      const keys = Object.keys(requestTags(request, facts));
      return keys.length === 0 ? undefined : keys;
    }
  }
  if (AMZ_KEYS.has(key)) return one(amzValue(request, key.slice(3) as 'x-amz-acl'));
  // Condition keys know no case, so tags that differ in nothing else count together.
  if (key.startsWith('s3:existingobjecttag/')) return tagValue(facts.objectTags, key.slice(21));
  if (key.startsWith('s3:requestobjecttag/')) return tagValue(requestTags(request, facts), key.slice(20));
  return undefined;
}

/**
 * Milliseconds since a pre-signed URL or form was signed. SigV2 does not say when: 0, as on S3. Other requests have no such age. What the page of a
 * link signs for whoever asks is as old as the link's own URL.
 */
function signatureAge({ signature, principal, receivedAt }: Authenticated): Values {
  if (signature === undefined || signature.authType === 'REST-HEADER') return undefined;
  if (signature.signedAt === undefined) return ['0'];
  const link = linkOf(principal);
  const signedAt = link?.landing === undefined ? signature.signedAt : Math.min(signature.signedAt, link.signedAt);
  return [String(Math.max(0, receivedAt - signedAt))];
}

function isListing({ operation }: Authenticated): boolean {
  return LISTINGS.has(operation.name);
}

const LISTINGS: ReadonlySet<string> = new Set(['ListObjects', 'ListObjectVersions', 'ListMultipartUploads', 'GetFolderZip']);

const AMZ_KEYS: ReadonlySet<string> = new Set([
  's3:x-amz-acl',
  's3:x-amz-copy-source',
  's3:x-amz-grant-full-control',
  's3:x-amz-grant-read',
  's3:x-amz-grant-read-acp',
  's3:x-amz-grant-write',
  's3:x-amz-grant-write-acp',
  's3:x-amz-metadata-directive',
  's3:x-amz-object-ownership',
  's3:x-amz-server-side-encryption',
  's3:x-amz-server-side-encryption-aws-kms-key-id',
  's3:x-amz-server-side-encryption-customer-algorithm',
  's3:x-amz-storage-class',
  's3:x-amz-website-redirect-location',
]);

function requestTags(request: Authenticated, facts: DecisionFacts): Tags {
  if (facts.requestTags !== undefined) return facts.requestTags;
  if (request.form !== undefined) return formTags(request.form.fields) ?? {};
  const header = amzValue(request, 'x-amz-tagging');
  return header === undefined ? {} : parseTaggingHeader(header);
}

function tagValue(tags: Tags | undefined, name: string): Values {
  if (tags === undefined) return undefined;
  const values = Object.entries(tags).flatMap(([key, value]) => (key.toLowerCase() === name ? [value] : []));
  return values.length === 0 ? undefined : values;
}

const one = (value: string | undefined): Values => (value === undefined ? undefined : [value]);

function isoTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
