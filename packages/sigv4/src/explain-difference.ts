import type { ErrorDocument } from './error-document.ts';
import { headerCulprit } from './explain-header.ts';
import { pathCulprit } from './explain-path.ts';
import { queryCulprit } from './explain-query.ts';
import { parameterOf } from './signed-url.ts';
import { canonicalQueryOf, type ParsedTarget } from './target.ts';

/** Where the server's view of a request first departs from what its URL says. */
export type Difference = {
  readonly part: 'signature' | 'time' | 'scope' | 'method' | 'path' | 'query' | 'header' | 'signed headers' | 'payload' | 'secret';
  /** As the URL has it. */
  readonly ours: string;
  /** As the server saw it. */
  readonly theirs: string;
  /** The likely cause and what to do, in a sentence or two. */
  readonly culprit: string;
};

/** What we know of the request that was signed. */
export type OurRequest = {
  readonly host: string;
  readonly target: ParsedTarget;
  readonly signature: string;
  readonly method?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
};

/** Compares what a server says it verified with what the URL says was signed, in the order of the canonical request. */
export function signatureDifference(ours: OurRequest, document: ErrorDocument): Difference {
  const theirs = parseCanonical(document.field('CanonicalRequest'));
  return (
    differentSignature(ours, document) ??
    differentStringToSign(ours, document) ??
    (theirs === undefined ? differentV2(ours, document) : differentCanonical(ours, theirs)) ?? {
      part: 'secret',
      ours: '',
      theirs: '',
      culprit: SAME_EVERYWHERE,
    }
  );
}

const SAME_EVERYWHERE =
  'The server saw everything as the URL has it, so the secrets differ: the URL was signed with another secret access key than the one this server has for that access key, or with a signed header whose value was sent differently.';

type Canonical = {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly list: string;
  readonly payload: string;
};

function parseCanonical(text: string | undefined): Canonical | undefined {
  const [method, path, query, ...rest] = (text ?? '').split('\n');
  const end = rest.indexOf('');
  if (method === undefined || path === undefined || query === undefined || end === -1) return undefined;
  const headers = rest.slice(0, end).map((line): [string, string] => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]);
  return { method, path, query, headers: new Map(headers), list: rest[end + 1] ?? '', payload: rest[end + 2] ?? '' };
}

const parameter = (target: ParsedTarget, name: string): string => parameterOf(target, name) ?? '';

function differentSignature({ signature }: OurRequest, document: ErrorDocument): Difference | undefined {
  const theirs = document.field('SignatureProvided');
  if (theirs === undefined || theirs === signature) return undefined;
  const culprit =
    signature.startsWith(theirs) || theirs.startsWith(signature)
      ? 'The signature arrived cut off: the URL lost its end on the way, as in a terminal, a log or a mail.'
      : 'The server refused another signature than this URL has: the error belongs to another URL.';
  return { part: 'signature', ours: signature, theirs, culprit };
}

/** The clock and the scope, which stand before everything else in a SigV4 string to sign. */
function differentStringToSign({ target }: OurRequest, document: ErrorDocument): Difference | undefined {
  const [algorithm, time, scope] = (document.field('StringToSign') ?? '').split('\n');
  if (algorithm !== 'AWS4-HMAC-SHA256' || time === undefined || scope === undefined) return undefined;
  const ourTime = parameter(target, 'X-Amz-Date');
  const ourScope = parameter(target, 'X-Amz-Credential').split('/').slice(1).join('/');
  if (time !== ourTime) {
    return {
      part: 'time',
      ours: ourTime,
      theirs: time,
      culprit: `The server used the time ${time}, the URL says ${ourTime}: a header x-amz-date was sent beside the URL, or the error belongs to another URL.`,
    };
  }
  if (scope === ourScope) return undefined;
  return {
    part: 'scope',
    ours: ourScope,
    theirs: scope,
    culprit: `The server signs for ${scope}, the URL for ${ourScope}: sign with the server's region and the service s3.`,
  };
}

function differentCanonical(ours: OurRequest, theirs: Canonical): Difference | undefined {
  const { target } = ours;
  const method = ours.method ?? impliedMethod(target);
  if (method !== undefined && method !== theirs.method) {
    return {
      part: 'method',
      ours: method,
      theirs: theirs.method,
      culprit: `The request was sent as ${theirs.method}, but signed for ${method}: a signature is good for one method only, also between GET and HEAD.`,
    };
  }
  if (target.canonicalPath !== theirs.path) {
    return { part: 'path', ours: target.canonicalPath, theirs: theirs.path, culprit: pathCulprit(target.canonicalPath, theirs.path) };
  }
  const query = canonicalQueryOf(target);
  if (query !== theirs.query) return { part: 'query', ours: query, theirs: theirs.query, culprit: queryCulprit(query, theirs.query) };
  return differentHeader(ours, theirs) ?? differentEnd(ours, theirs);
}

/** SDKs name the operation in the query; that tells the method. */
function impliedMethod(target: ParsedTarget): string | undefined {
  const operation = parameter(target, 'x-id');
  return METHODS.find(([start]) => operation.startsWith(start))?.[1];
}

const METHODS: readonly (readonly [string, string])[] = [
  ['Get', 'GET'],
  ['List', 'GET'],
  ['Head', 'HEAD'],
  ['Put', 'PUT'],
  ['UploadPart', 'PUT'],
  ['CopyObject', 'PUT'],
  ['DeleteObjects', 'POST'],
  ['Delete', 'DELETE'],
  ['Abort', 'DELETE'],
  ['Create', 'POST'],
  ['Complete', 'POST'],
];

function differentHeader(ours: OurRequest, theirs: Canonical): Difference | undefined {
  const known = new Map(Object.entries(ours.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value.trim().replace(/\s+/g, ' ')]));
  known.set('host', ours.host);
  for (const name of parameter(ours.target, 'X-Amz-SignedHeaders').split(';')) {
    const [our, their] = [known.get(name), theirs.headers.get(name)];
    if (their === undefined || (our !== undefined && our !== their)) {
      return { part: 'header', ours: our ?? '', theirs: their ?? '', culprit: headerCulprit(name, our, their) };
    }
  }
  return undefined;
}

function differentEnd({ target }: OurRequest, theirs: Canonical): Difference | undefined {
  const list = parameter(target, 'X-Amz-SignedHeaders');
  if (list !== theirs.list) {
    return { part: 'signed headers', ours: list, theirs: theirs.list, culprit: 'The list of signed headers arrived changed.' };
  }
  const payload = parameter(target, 'X-Amz-Content-Sha256') || 'UNSIGNED-PAYLOAD';
  if (payload === theirs.payload) return undefined;
  return {
    part: 'payload',
    ours: payload,
    theirs: theirs.payload,
    culprit: `The request carried the header x-amz-content-sha256, which this URL was not signed with: leave it out.`,
  };
}

/** SigV2 has no canonical request; its string to sign shows the method, the type, the expiry and the resource. */
function differentV2({ target, method }: OurRequest, document: ErrorDocument): Difference | undefined {
  const [theirMethod, , theirType, theirExpiry] = (document.field('StringToSign') ?? '').split('\n');
  if (theirMethod === undefined || theirType === undefined || theirExpiry === undefined) return undefined;
  if (method !== undefined && method !== theirMethod) {
    return {
      part: 'method',
      ours: method,
      theirs: theirMethod,
      culprit: `The request was sent as ${theirMethod}, but signed for ${method}.`,
    };
  }
  if (theirType !== '' && parameter(target, 'content-type') !== theirType) {
    return {
      part: 'header',
      ours: '',
      theirs: theirType,
      culprit: `The client sent Content-Type: ${theirType}. Signature version 2 signs that header even when the signer did not know it: send none, or sign with version 4.`,
    };
  }
  const expiry = parameter(target, 'Expires');
  if (expiry !== theirExpiry) return { part: 'time', ours: expiry, theirs: theirExpiry, culprit: 'The expiry arrived changed.' };
  return undefined;
}
