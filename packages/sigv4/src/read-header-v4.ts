import { type Authentication, refused } from './authentication.ts';
import { parseCredential, refuseScope } from './credential-scope.ts';
import type { HeaderRefusal } from './refusal.ts';
import { type HeaderField, headerValue, type SignedRequest } from './request.ts';
import { MAX_SKEW_MS, type VerifyRules } from './rules.ts';
import { ALGORITHM, amzDate, parseAmzDate } from './scope.ts';
import { trimBlanks } from './trim-blanks.ts';

/** Reads an Authorization header: form, components, payload hash, date, scope, clock. */
export function readHeaderV4(authorization: string, request: SignedRequest, rules: VerifyRules): Authentication {
  if (!authorization.includes(' ')) return refused({ kind: 'authorization-without-space', authorization });
  if (authorization.startsWith('AWS ')) return refused({ kind: 'v2-header' });
  if (!authorization.startsWith(`${ALGORITHM} `)) return refused({ kind: 'authorization-unsupported', authorization });
  const components = parseComponents(authorization.slice(ALGORITHM.length + 1));
  if (components === undefined) return refused({ kind: 'authorization-components' });
  const credential = parseCredential(components.credential);
  if (credential === undefined) return refused({ kind: 'credential-malformed', place: 'header' });
  const payloadHash = headerValue(request.headers, 'x-amz-content-sha256');
  const wrongPayloadHash = refusePayloadHash(payloadHash, credential.scope.service);
  if (wrongPayloadHash !== undefined) return refused(wrongPayloadHash);
  const sent = requestDate(request.headers);
  if (sent === undefined) return refused({ kind: 'request-date-missing' });
  const date = amzDate(sent.moment);
  const wrongScope = refuseScope(credential, date, 'header', rules);
  if (wrongScope !== undefined) return refused(wrongScope);
  if (Math.abs(rules.now.getTime() - sent.moment.getTime()) > MAX_SKEW_MS) {
    return refused({ kind: 'clock-skewed', requestTime: sent.text, now: rules.now });
  }

  const sessionToken = headerValue(request.headers, 'x-amz-security-token');
  return {
    kind: 'v4-header',
    accessKeyId: credential.accessKeyId,
    sessionToken,
    signedAt: sent.moment,
    expiresAt: undefined,
    expiresInSeconds: undefined,
    payloadHash: payloadHash ?? BODY_HASH_UNKNOWN,
    scope: credential.scope,
    amzDate: date,
    signedHeaders: components.signedHeaders.split(';'),
    signedHeaderList: components.signedHeaders,
    signature: components.signature,
    payloadHashLine: payloadHash ?? BODY_HASH_UNKNOWN,
  };
}

/** The payload hash of a signed IAM or STS request that sent none: the caller hashes the body and completes it, see `withBodyHash`. */
const BODY_HASH_UNKNOWN = '';

/** The words that may stand where the hash of the body stands, in the order in which S3 lists them. */
export const PAYLOAD_WORDS: readonly string[] = [
  'UNSIGNED-PAYLOAD',
  'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER',
  'STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD',
  'STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER',
];

type Components = { readonly credential: string; readonly signedHeaders: string; readonly signature: string };

/** `Credential=…, SignedHeaders=…, Signature=…` in any order, the comma with or without a space; undefined for anything more or less. */
function parseComponents(text: string): Components | undefined {
  const found = new Map<string, string>();
  for (const piece of text.split(',')) {
    const [name, value] = splitAtEquals(trimBlanks(piece));
    if (value === undefined || found.has(name)) return undefined;
    found.set(name, value);
  }
  const credential = found.get('Credential');
  const signedHeaders = found.get('SignedHeaders');
  const signature = found.get('Signature');
  if (found.size !== 3 || !credential || !signedHeaders || !signature) return undefined;
  return { credential, signedHeaders, signature };
}

function splitAtEquals(text: string): [string, string | undefined] {
  const at = text.indexOf('=');
  return at === -1 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

/** S3 wants the hash of the body in a header; IAM and STS, which read the whole body anyway, do not. */
function refusePayloadHash(payloadHash: string | undefined, service: string): HeaderRefusal | undefined {
  if (payloadHash === undefined) return service === 's3' ? { kind: 'payload-hash-missing' } : undefined;
  if (/^[0-9a-f]{64}$/.test(payloadHash) || PAYLOAD_WORDS.includes(payloadHash)) return undefined;
  return { kind: 'payload-hash-malformed', payloadHash };
}

/** The time of the request: x-amz-date if sent, else Date; undefined if there is none that can be read. */
function requestDate(headers: readonly HeaderField[]): { readonly moment: Date; readonly text: string } | undefined {
  const text = headerValue(headers, 'x-amz-date') ?? headerValue(headers, 'date');
  if (text === undefined) return undefined;
  const moment = parseAmzDate(text) ?? parseHttpDate(text);
  return moment === undefined ? undefined : { moment, text };
}

/** The date form of HTTP, `Fri, 24 May 2013 00:00:00 GMT`; nothing else that Date.parse would guess at. */
function parseHttpDate(text: string): Date | undefined {
  const moment = new Date(text);
  return !Number.isNaN(moment.getTime()) && moment.toUTCString() === text ? moment : undefined;
}
