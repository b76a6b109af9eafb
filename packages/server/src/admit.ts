/**
 * The step between who is asking and what they may do: the terms that came with a request, of a link or signed into a URL. Everything but size,
 * type and uses is judged here, in this order: what a link is for, revoked, when, from where.
 */
import { invalidArgument, S3Error } from '@latchkey/s3/errors';
import { refused } from './authenticate/refused.ts';
import { Denial, type DeniedBy } from './denial.ts';
import { queryValue } from './headers.ts';
import { linkOf } from './identity/principals.ts';
import { captionsKey, isForKey } from './links/link-keys.ts';
import type { Link } from './links/model.ts';
import { isFrom } from './links/source-address.ts';
import type { Terms } from './links/terms.ts';
import { isTermName, notEnforced, urlTerms } from './links/url-terms.ts';
import type { Admitted, Authenticated, Stores } from './pipeline.ts';
import { isItsUpload, termsOfUpload } from './upload-requests/admit-upload.ts';

/**
 * Throws InvalidArgument that names a limit which is not enforced or not well formed, AccessDenied for what is revoked, expired or asked for
 * from elsewhere. Whatever is not pre-signed and names no limit goes through untouched.
 */
export function admit(request: Authenticated, stores: Pick<Stores, 'revocations'>): Admitted | Promise<Admitted> {
  const { signature, principal } = request;
  for (const [name, value] of request.headers) if (isTermName(name)) throw notEnforced(name, value);
  const named = request.target.query.find(({ name }) => isTermName(name));
  const link = linkOf(principal);
  if (link !== undefined) refuseOtherThanItsOwn(request, link);
  if (signature === undefined || signature.authType === 'REST-HEADER') {
    if (named !== undefined) throw notEnforced(named.name, named.value);
    return request;
  }

  if (named !== undefined && link !== undefined) throw notEnforced(named.name, named.value);
  const terms = named === undefined ? link && termsOfLink(request, link) : termsOfUrl(request);
  const revoked = stores.revocations.find(request);
  const judge = (found: Awaited<typeof revoked>): Admitted => {
    if (link !== undefined) refuseEndedLink(link);
    if (found !== undefined)
      throw refusedBy('revocation', 'The URL has been revoked.', `What it is signed by or for was revoked (by ${found.by}).`);
    if (link !== undefined) refuseUntimely(link, request.receivedAt);
    if (terms?.sourceIp !== undefined) refuseElsewhere(request, terms.sourceIp);
    return terms === undefined ? request : withTerms(request, terms);
  };
  return revoked instanceof Promise ? revoked.then(judge) : judge(revoked);
}

function termsOfLink(request: Authenticated, { terms, upload }: Link): Terms {
  return upload === undefined ? terms : termsOfUpload(request, upload, terms);
}

/** Field by field, for speed. */
function withTerms(request: Authenticated, terms: Terms): Admitted {
  const { method, rawTarget, headers, body, peer, requestId, receivedAt, target, host, style, pathPrefix, call, scope, bucket, key } =
    request;
  const { operation, principal, signature, form } = request;
  // biome-ignore format: one line a step
  return { method, rawTarget, headers, body, peer, requestId, receivedAt, target, host, style, pathPrefix, call, scope, bucket, key, operation, principal, signature, form, terms } as Admitted;
}

/** A signature covers its query; that of a form covers the form alone, and that of SigV2 not these. */
function termsOfUrl(request: Authenticated): Terms {
  const { target, signature, operation } = request;
  const terms = urlTerms(target.query);
  const named = target.query.find(({ name }) => isTermName(name));
  if (named !== undefined && (signature?.authType !== 'REST-QUERY-STRING' || signature.version !== 'AWS4-HMAC-SHA256'))
    throw notEnforced(named.name, named.value);
  if (terms.maxUses !== undefined && !COUNTABLE.has(operation.name))
    throw invalidArgument(
      `Uses of ${operation.name} are not counted, so that X-Latchkey-Max-Uses can not limit them.`,
      'X-Latchkey-Max-Uses',
    );
  return terms;
}

const COUNTABLE: ReadonlySet<string> = new Set(['GetObject', 'HeadObject', 'PutObject', 'UploadPart']);

const OPERATIONS: Readonly<Record<Link['method'], readonly string[]>> = {
  GET: ['GetObject', 'HeadObject'],
  PUT: ['PutObject'],
  POST: ['PostObject'],
};

/** A link signs nothing else, and nobody has its secret; but if somebody had, this would still be all it is good for. */
function refuseOtherThanItsOwn(request: Authenticated, link: Link): void {
  if (link.upload !== undefined) {
    if (isItsUpload(request, link.upload)) return;
    throw refusedBy('link', undefined, `${link.id} is for one upload of the request ${link.upload.request.id}, and good for nothing else.`);
  }
  const { signature, operation, form, bucket } = request;
  const key = form?.key ?? request.key ?? '';
  const isPresigned = signature?.authType === (link.method === 'POST' ? 'POST' : 'REST-QUERY-STRING');
  if (isPresigned && signature.version === 'AWS4-HMAC-SHA256' && isItsFolder(request, link)) return;
  if (isPresigned && signature.version === 'AWS4-HMAC-SHA256' && OPERATIONS[link.method].includes(operation.name)) {
    if (bucket === link.bucket && (isForKey(link, key) || key === captionsKey(link))) return;
  }
  throw refusedBy('link', undefined, `The link ${link.id} is a pre-signed ${link.method} in ${link.bucket}, and good for nothing else.`);
}

/** A link with a page for a folder lists what is in it, and delivers it as one archive; so it does what somebody chose. */
function isItsFolder(request: Authenticated, { landing, keys, keyPrefix, bucket }: Link): boolean {
  if (landing === undefined || bucket !== request.bucket) return false;
  const prefix = queryValue(request, 'prefix');
  if (keys !== undefined) return request.operation.name === 'GetFolderZip' && prefix === undefined;
  return keyPrefix !== undefined && FOLDER_OPERATIONS.has(request.operation.name) && (prefix ?? '').startsWith(keyPrefix);
}

const FOLDER_OPERATIONS: ReadonlySet<string> = new Set(['ListObjects', 'GetFolderZip']);

function refuseEndedLink({ id, status, upload }: Link): void {
  if (status === 'active') return;
  if (upload !== undefined) throw refusedBy('revocation', 'The upload request is closed.', `The request ${upload.request.id} was closed.`);
  if (status === 'revoked') throw refusedBy('revocation', 'The link has been revoked.', `The link ${id} was revoked.`);
  throw refusedBy('link', 'The link is paused.', `The link ${id} is paused.`);
}

/** In the words in which S3 says it of a URL. */
function refuseUntimely({ terms: { notBefore, expiresAt }, signedAt }: Link, now: number): void {
  if (notBefore !== undefined && now < notBefore) {
    throw refused({ kind: 'not-yet-valid', signedAt: new Date(notBefore), now: new Date(now) });
  }
  if (now < expiresAt) return;
  // What its URL says is how far the link might be extended; what it is good for is less.
  const expiresInSeconds = String(Math.max(0, Math.round(expiresAt / 1000) - Math.floor(signedAt / 1000)));
  throw refused({ kind: 'expired', expiresInSeconds, expiresAt: new Date(expiresAt), now: new Date(now) });
}

function refuseElsewhere({ peer }: Authenticated, sourceIp: readonly string[]): void {
  if (isFrom(peer.address, sourceIp)) return;
  const explanation = `${peer.address} is in none of ${sourceIp.join(', ')}.`;
  throw refusedBy('source-address', 'This link or URL can not be used from your address.', explanation);
}

function refusedBy(check: DeniedBy, message: string | undefined, explanation: string): S3Error {
  return new S3Error('AccessDenied', { message, cause: new Denial(check, explanation) });
}
