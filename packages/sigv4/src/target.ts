import { uriEncode, uriEncodePath } from './encode.ts';

/** A request target, decoded once for everyone: routing reads the decoded texts, verifying the canonical ones. */
export type ParsedTarget = {
  /** The target exactly as it was sent. */
  readonly raw: string;
  /** The path decoded once: `+` is a plus, `//` and dot segments are kept. Starts with `/`. */
  readonly path: string;
  /** The path as SigV4 for S3 signs it: encoded once, nothing normalised. */
  readonly canonicalPath: string;
  /** In the order sent, duplicates kept. */
  readonly query: readonly QueryParameter[];
  /** The whole query as sent, without the question mark. */
  readonly rawQuery: string;
  /** Claims that rawQuery is, byte for byte, what SigV4 signs (but for the signature): then nothing has to be sorted or encoded again. */
  readonly isCanonical: boolean;
};

/** One query parameter. */
export type QueryParameter = {
  /** Decoded: `+` and `%20` are a space, `%2B` is a plus. */
  readonly name: string;
  /** Decoded likewise; empty if there was no `=`. */
  readonly value: string;
  /** False for `?acl`, true for `?acl=`. */
  readonly hasEquals: boolean;
  /** The name, encoded as SigV4 signs it. */
  readonly canonicalName: string;
  /** The value, encoded as SigV4 signs it. */
  readonly canonicalValue: string;
};

/**
 * Parses a raw request target (`/bucket/key?query`), before any router or proxy has changed it. What cannot be read
 * without guessing is a problem, told in a sentence: bad escapes, invalid UTF-8, a raw space, `#` or `\`.
 * Characters U+0080 to U+00FF are taken as the raw bytes they stand for in an HTTP head.
 */
export function parseTarget(rawTarget: string): ParsedTarget | { readonly problem: string } {
  if (rawTarget.charCodeAt(0) !== SLASH) return { problem: 'The request target does not start with "/".' };
  const pathKind = scan(rawTarget, 0, QUESTION_MARK);
  if (pathKind.problem !== undefined) return { problem: pathKind.problem };
  const rawPath = pathKind.end === rawTarget.length ? rawTarget : rawTarget.slice(0, pathKind.end);
  const rawQuery = pathKind.end === rawTarget.length ? '' : rawTarget.slice(pathKind.end + 1);
  const path = pathKind.isPlain ? rawPath : decode(rawPath, false);
  if (path === undefined) return { problem: badEscape('path') };
  const parsed = parseQuery(rawQuery);
  if ('problem' in parsed) return parsed;
  return { raw: rawTarget, path, canonicalPath: pathKind.isPlain ? path : uriEncodePath(path), rawQuery, ...parsed };
}

/**
 * The query as SigV4 signs it: each pair decoded and encoded anew, sorted by encoded name, then by encoded value,
 * duplicates kept, `name=` where there was no value. `exceptSignature` leaves X-Amz-Signature out.
 */
export function canonicalQuery(query: readonly QueryParameter[], exceptSignature: boolean): string {
  const signed = exceptSignature ? query.filter((parameter) => parameter.name !== SIGNATURE) : [...query];
  return signed
    .sort(byNameThenValue)
    .map((parameter) => `${parameter.canonicalName}=${parameter.canonicalValue}`)
    .join('&');
}

/** {@link canonicalQuery} of a target without its signature; a slice of what was sent where the client sent it in canonical form. */
export function canonicalQueryOf(target: ParsedTarget): string {
  const { rawQuery } = target;
  if (!target.isCanonical) return canonicalQuery(target.query, true);
  const start = rawQuery.startsWith(`${SIGNATURE}=`) ? 0 : rawQuery.indexOf(`&${SIGNATURE}=`);
  if (start === -1) return rawQuery;
  const end = rawQuery.indexOf('&', start + 1);
  if (end === -1) return rawQuery.slice(0, start);
  return start === 0 ? rawQuery.slice(end + 1) : rawQuery.slice(0, start) + rawQuery.slice(end);
}

const SIGNATURE = 'X-Amz-Signature';

function parseQuery(rawQuery: string): Pick<ParsedTarget, 'query' | 'isCanonical'> | { readonly problem: string } {
  const query: QueryParameter[] = [];
  let isCanonical = true;
  let previous: QueryParameter | undefined;
  for (let start = 0; start < rawQuery.length; ) {
    const name = scan(rawQuery, start, AMPERSAND, EQUALS);
    const hasEquals = rawQuery.charCodeAt(name.end) === EQUALS;
    const value = hasEquals ? scan(rawQuery, name.end + 1, AMPERSAND) : { ...EMPTY, end: name.end };
    const problem = name.problem ?? value.problem;
    if (problem !== undefined) return { problem };
    if (value.end > start) {
      const parameter = readParameter(rawQuery, start, name, value, hasEquals);
      if (parameter === undefined) return { problem: badEscape('query') };
      const inOrder = signsAfter(previous, parameter);
      isCanonical &&= hasEquals && name.isCanonical && value.isCanonical && inOrder;
      query.push(parameter);
      // The signature is not signed, so it may stand anywhere.
      if (parameter.name !== SIGNATURE) previous = parameter;
    } else isCanonical = false;
    if (value.end === rawQuery.length - 1) isCanonical = false;
    start = value.end + 1;
  }
  return { query, isCanonical };
}

function readParameter(rawQuery: string, start: number, name: Scan, value: Scan, hasEquals: boolean): QueryParameter | undefined {
  const rawName = rawQuery.slice(start, name.end);
  const rawValue = hasEquals ? rawQuery.slice(name.end + 1, value.end) : '';
  const decodedName = name.isPlain ? rawName : decode(rawName, true);
  const decodedValue = value.isPlain ? rawValue : decode(rawValue, true);
  if (decodedName === undefined || decodedValue === undefined) return undefined;
  return {
    name: decodedName,
    value: decodedValue,
    hasEquals,
    canonicalName: name.isCanonical ? rawName : uriEncode(decodedName),
    canonicalValue: value.isCanonical ? rawValue : uriEncode(decodedValue),
  };
}

const signsAfter = (previous: QueryParameter | undefined, next: QueryParameter): boolean =>
  previous === undefined || next.name === SIGNATURE || byNameThenValue(previous, next) <= 0;

/** Encoded texts are ASCII, so comparing them as texts is comparing them as bytes. */
function byNameThenValue(a: QueryParameter, b: QueryParameter): number {
  if (a.canonicalName !== b.canonicalName) return a.canonicalName < b.canonicalName ? -1 : 1;
  if (a.canonicalValue === b.canonicalValue) return 0;
  return a.canonicalValue < b.canonicalValue ? -1 : 1;
}

/** What one pass over a piece of the target found, so that most pieces need neither decoding nor encoding. */
type Scan = {
  readonly end: number;
  /** No escape, no `+`: the text is its own decoded and its own canonical form. */
  readonly isPlain: boolean;
  /** Encoded exactly as SigV4 would. */
  readonly isCanonical: boolean;
  readonly problem?: string;
};

const EMPTY: Scan = { end: 0, isPlain: true, isCanonical: true };
const [PERCENT, AMPERSAND, SLASH, EQUALS, QUESTION_MARK] = [37, 38, 47, 61, 63];

/** 1 for every ASCII code that SigV4 never encodes. */
const UNRESERVED = new Uint8Array(128);
for (const character of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~') UNRESERVED[character.charCodeAt(0)] = 1;

function scan(text: string, start: number, stop: number, orStop = -1): Scan {
  let isPlain = true;
  let isCanonical = true;
  let end = start;
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end);
    if (UNRESERVED[code] === 1) continue;
    if (code === stop || code === orStop) break;
    if (code === SLASH && stop === QUESTION_MARK) continue;
    if (isRefused(code)) return { end, isPlain, isCanonical, problem: refusedCharacter(code) };
    isPlain = false;
    isCanonical &&= code === PERCENT && isCanonicalEscape(text, end);
  }
  return { end, isPlain, isCanonical };
}

/** True for the escape of a byte that SigV4 encodes, in upper case; what the escapes of one text make together is left to {@link decode}. */
function isCanonicalEscape(text: string, at: number): boolean {
  const high = hexDigit(text.charCodeAt(at + 1));
  const low = hexDigit(text.charCodeAt(at + 2));
  return high >= 0 && low >= 0 && UNRESERVED[high * 16 + low] !== 1;
}

const hexDigit = (code: number): number => (code >= 48 && code <= 57 ? code - 48 : code >= 65 && code <= 70 ? code - 55 : -1);

const isRefused = (code: number): boolean => code <= 0x20 || code === 0x23 || code === 0x5c || code === 0x7f || code > 0xff;

const refusedCharacter = (code: number): string =>
  `The request target holds the character U+${code.toString(16).toUpperCase().padStart(4, '0')}, which must be percent-encoded.`;

const badEscape = (part: string): string => `The ${part} of the request target is not percent-encoded UTF-8.`;

function decode(text: string, plusIsSpace: boolean): string | undefined {
  let escaped = text;
  if (plusIsSpace) escaped = escaped.replaceAll('+', ' ');
  escaped = escaped.replace(/[\x80-\xff]/g, (byte) => `%${byte.charCodeAt(0).toString(16)}`);
  try {
    return decodeURIComponent(escaped);
  } catch {
    return undefined;
  }
}
