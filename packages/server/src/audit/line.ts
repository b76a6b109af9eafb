/** Events as text: JSON in CloudTrail's field names, up to what the chain adds. Written out by hand, since it is written for every request. */
import { randomUUID } from 'node:crypto';
import { quoteEtag } from '@latchkey/s3/etag';
import type { TrailTerm } from '@latchkey/storage/trail-store';
import { headerValue } from '../headers.ts';
import { linkOf, type Principal } from '../identity/principals.ts';
import { hashOfSignature } from '../links/signature-hash.ts';
import { isDeliveryId, REQUEST_PREFIX, requestOfDelivery } from '../upload-requests/model.ts';
import { claimedAccessKeyId, claimedSignature } from './claimed-identity.ts';
import type { AuditEvent, EventSource } from './event.ts';
import { cut, jsonText, withoutSecrets } from './mask.ts';
import { requestParameters, responseElements } from './parameters.ts';
import { termsOf } from './terms.ts';
import { principalNames, userIdentity } from './user-identity.ts';

/** A line without its end: an opened JSON object, and what it is found by. At most 200 KiB, however large the request was. */
export type OpenLine = { readonly open: Buffer; readonly terms: readonly TrailTerm[] };

export type LineSite = { readonly accountId: string; readonly region: string };

/** One line for the request, and one for each object it affected besides. */
export function linesOf(event: AuditEvent, site: LineSite): OpenLine[] {
  const lines = [lineOf(event, site)];
  for (const { operation, bucket, key, linkId, error } of event.notes?.affected ?? []) {
    // What a request does many times: each with the status that it alone would have had.
    const status = error === undefined ? 204 : error.code === 'InternalError' ? 500 : 403;
    const { notes, answer, query, bytesIn, ...common } = event;
    lines.push(
      lineOf(
        {
          ...common,
          name: operation,
          bucket,
          key,
          error,
          status,
          bytesIn: 0,
          bytesOut: 0,
          notes: linkId === undefined ? undefined : { linkId },
        },
        site,
      ),
    );
  }
  return lines;
}

function lineOf(event: AuditEvent, site: LineSite): OpenLine {
  const { incoming, principal, bucket, key, status, error, source } = event;
  const { headers, peer } = incoming;
  const query = event.query ?? [];
  const host = headerValue(headers, 'host');
  const claims = { headers, query, formFields: event.formFields };
  const claimed = principal === undefined ? claimedAccessKeyId(claims) : undefined;
  const linkId = event.notes?.linkId ?? linkIdOf(principal, claimed);
  const signed = event.signature?.authType === 'REST-HEADER' || linkId !== undefined ? undefined : claimedSignature(claims);
  const signatureHash = signed && hashOfSignature(signed.text, signed.isV4);
  const isData = source === 's3' && key !== undefined;
  const who = identityOf(principal, claimed, site.accountId);
  const text =
    `{"eventVersion":"1.11","userIdentity":${who.json},"eventTime":"${isoSeconds(incoming.receivedAt)}Z","eventSource":"${SOURCES[source]}",` +
    `"eventName":${jsonText(event.name)},"awsRegion":"${site.region}","sourceIPAddress":${jsonText(peer.address)},` +
    `"userAgent":${jsonText(`[${withoutSecrets(headerValue(headers, 'user-agent') ?? '', 1024)}]`)},` +
    (error === undefined
      ? ''
      : `"errorCode":${jsonText(cut(error.code, 128))},"errorMessage":${jsonText(withoutSecrets(error.message, 1024))},`) +
    `"requestParameters":${requestParameters(event, host)},"responseElements":${responseElements(event)},` +
    `"additionalEventData":${additionalData(event, linkId, signatureHash)},"requestID":"${incoming.requestId}",` +
    `"eventID":"${randomUUID()}","readOnly":${event.isReadOnly},${resources(bucket, key, site.accountId)}"eventType":"AwsApiCall",` +
    `"managementEvent":${!isData},"recipientAccountId":"${site.accountId}","eventCategory":"${isData ? 'Data' : 'Management'}"` +
    (host === undefined || !peer.secure ? '' : `,"tlsDetails":{"clientProvidedHostHeader":${jsonText(cut(host, 256))}}`);
  const terms = termsOf({
    link: linkId,
    signatureHash,
    bucket,
    key,
    principals: who.names,
    address: peer.address,
    operation: event.name,
    status,
    errorCode: error?.code,
  });
  return { open: Buffer.from(text), terms };
}

const SOURCES: Readonly<Record<EventSource, string>> = {
  s3: 's3.amazonaws.com',
  iam: 'iam.amazonaws.com',
  sts: 'sts.amazonaws.com',
  latchkey: 'latchkey',
};

function additionalData(event: AuditEvent, linkId: string | undefined, signatureHash: string | undefined): string {
  const { signature, incoming, notes, replyHeaders, endedAt, isCut } = event;
  const referer = headerValue(incoming.headers, 'referer');
  const redirect = notes?.redirect;
  const etag = redirect === undefined ? replyHeaders && replyHeader(replyHeaders, 'ETag') : quoteEtag(redirect.etag);
  const size = redirect === undefined ? replyHeaders && objectSize(event, replyHeaders) : redirect.sizeBytes;
  const target = event.query === undefined ? incoming.rawTarget : undefined;
  return (
    '{' +
    (signature === undefined
      ? ''
      : `"SignatureVersion":"${signature.version === 'AWS' ? 'SigV2' : 'SigV4'}","AuthenticationMethod":"${METHODS[signature.authType]}",`) +
    `"bytesTransferredIn":${event.bytesIn},"bytesTransferredOut":${event.bytesOut},` +
    `"latchkey":{"status":${event.status},"receivedAt":"${isoMilliseconds(incoming.receivedAt)}",` +
    `"durationMs":${Math.max(0, endedAt - incoming.receivedAt)},"method":${jsonText(cut(incoming.method, 32))}` +
    (target === undefined ? '' : `,"target":${jsonText(withoutSecrets(target, 2048))}`) +
    (referer === undefined ? '' : `,"referer":${jsonText(withoutSecrets(referer, 1024))}`) +
    (linkId === undefined ? '' : `,"linkId":${jsonText(linkId)}`) +
    (signatureHash === undefined ? '' : `,"signatureHash":"${signatureHash}"`) +
    (notes?.decision === undefined
      ? ''
      : `,"decision":{"check":${jsonText(notes.decision.check)},"reason":${jsonText(withoutSecrets(notes.decision.reason, 1024))}}`) +
    (notes?.uses === undefined ? '' : `,"uses":{"before":${notes.uses.before},"max":${notes.uses.max}}`) +
    (redirect === undefined ? '' : `,"redirectedForSeconds":${redirect.expiresInSeconds}`) +
    (etag === undefined ? '' : `,"etag":${jsonText(cut(etag, 128))}`) +
    (size === undefined ? '' : `,"objectSizeBytes":${size}`) +
    (isCut === true ? ',"cut":true' : '') +
    '}}'
  );
}

const METHODS = { 'REST-HEADER': 'AuthHeader', 'REST-QUERY-STRING': 'QueryString', POST: 'HtmlForm' } as const;

/** Of the whole object, where the reply tells: behind the slash of Content-Range, or what an upload brought. */
function objectSize({ status, name, bytesOut, isCut }: AuditEvent, replyHeaders: readonly string[]): number | undefined {
  if (status === 206) return Number(/\/(\d+)$/.exec(replyHeader(replyHeaders, 'Content-Range') ?? '')?.[1] ?? Number.NaN) || undefined;
  return status === 200 && name === 'GetObject' && isCut !== true ? bytesOut : undefined;
}

function resources(bucket: string | undefined, key: string | undefined, accountId: string): string {
  if (bucket === undefined) return '';
  const arn = `arn:aws:s3:::${bucket}`;
  const object = key === undefined ? '' : `{"type":"AWS::S3::Object","ARN":${jsonText(`${arn}/${key}`)}},`;
  return `"resources":[${object}{"accountId":"${accountId}","type":"AWS::S3::Bucket","ARN":${jsonText(arn)}}],`;
}

type Identity = { readonly json: string; readonly names: readonly string[] };

/** Principals are kept for as long as nothing about them changes, and so is what is said of them. */
const identities = new WeakMap<Principal, Identity>();

function identityOf(principal: Principal | undefined, claimed: string | undefined, accountId: string): Identity {
  if (principal === undefined) {
    const json = claimed === undefined ? '{"type":"Unknown"}' : `{"type":"Unknown","accessKeyId":"${claimed}"}`;
    return { json, names: claimed === undefined ? [] : [claimed] };
  }
  const known = identities.get(principal);
  if (known !== undefined) return known;
  const identity = { json: jsonOf(userIdentity(principal, accountId)), names: principalNames(principal) };
  identities.set(principal, identity);
  return identity;
}

/** Names of users and sessions are letters, digits and a few marks; the subject of a token may be anything. */
function jsonOf(value: object): string {
  return JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'string' ? cut(inner, 1024) : inner)).replaceAll(
    /[^\u0020-\u007e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function linkIdOf(principal: Principal | undefined, claimed: string | undefined): string | undefined {
  const link = principal && linkOf(principal);
  if (link !== undefined) return link.upload?.request.id ?? link.id;
  if (claimed !== undefined && isDeliveryId(claimed)) return requestOfDelivery(claimed);
  return claimed?.startsWith('LKLN') === true || claimed?.startsWith(REQUEST_PREFIX) === true ? claimed : undefined;
}

/** As operations write it. */
function replyHeader(headers: readonly string[], name: string): string | undefined {
  for (let i = 0; i + 1 < headers.length; i += 2) if (headers[i] === name) return headers[i + 1];
  return undefined;
}

function isoMilliseconds(ms: number): string {
  return `${isoSeconds(ms)}.${String(Math.floor(ms) % 1000).padStart(3, '0')}Z`;
}

/** Most events of a moment share their second. */
let lastSecond = { second: Number.NaN, text: '' };

function isoSeconds(ms: number): string {
  const second = Math.floor(ms / 1000);
  if (lastSecond.second !== second) lastSecond = { second, text: new Date(second * 1000).toISOString().slice(0, 19) };
  return lastSecond.text;
}
