import { uriEncode, uriEncodePath } from './encode.ts';
import { LONGEST_REMEMBERED, recent } from './recent.ts';

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
  const known = parsed.get(rawTarget);
  if (known !== undefined) return known;
  const target = parse(rawTarget);
  if (!('problem' in target) && rawTarget.length <= LONGEST_REMEMBERED) parsed.set(rawTarget, target);
  return target;
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

const parsed = recent<ParsedTarget>();

function parse(rawTarget: string): ParsedTarget | { readonly problem: string } {
  if (!rawTarget.startsWith('/')) return { problem: 'The request target does not start with "/".' };
  let end = 0;
  let isPlain = true;
  for (; end < rawTarget.length; end++) {
    const code = rawTarget.charCodeAt(end);
    if (UNRESERVED[code] === 1 || code === SLASH) continue;
    if (code === QUESTION_MARK) break;
    if (isRefused(code)) return { problem: refusedCharacter(code) };
    isPlain = false;
  }
  const rawPath = rawTarget.slice(0, end);
  const path = isPlain ? rawPath : decode(rawPath);
  if (path === undefined) return { problem: badEscape('path') };
  const rawQuery = rawTarget.slice(end + 1);
  const parsed = parseQuery(rawQuery);
  if ('problem' in parsed) return parsed;
  const { query, isCanonical } = parsed;
  return { raw: rawTarget, path, canonicalPath: isPlain ? path : uriEncodePath(path), query, rawQuery, isCanonical };
}

const SIGNATURE = 'X-Amz-Signature';

type ParsedQuery = Pick<ParsedTarget, 'query' | 'isCanonical'>;

function parseQuery(rawQuery: string): ParsedQuery | { readonly problem: string } {
  const query: QueryParameter[] = [];
  let isCanonical = !rawQuery.endsWith('&');
  for (let start = 0; start < rawQuery.length; ) {
    const place = query.length;
    let pair = sameAsBefore(rawQuery, start, place);
    if (pair === undefined) {
      const read = readPair(rawQuery, start);
      if ('problem' in read) return read;
      pair = read;
      if (place < PLACES && pair.raw.length <= LONGEST_PAIR && !SECRETS.has(pair.parameter?.name)) before[place] = pair;
    }
    if (pair.parameter !== undefined) query.push(pair.parameter);
    isCanonical &&= pair.isCanonical;
    start += pair.raw.length + 1;
  }
  return { query, isCanonical: isCanonical && isSorted(query) };
}

/** A pair and what it means, which depends on nothing else. */
type Pair = {
  /** As sent, without the `&`. */
  readonly raw: string;
  /** None of an empty pair. */
  readonly parameter: QueryParameter | undefined;
  readonly isCanonical: boolean;
};

/** The pair at `start`, where it is the one that stood at this place in an earlier query: all but the signatures repeat in a busy moment. */
function sameAsBefore(rawQuery: string, start: number, place: number): Pair | undefined {
  const pair = before[place];
  if (pair === undefined || !rawQuery.startsWith(pair.raw, start)) return undefined;
  const end = start + pair.raw.length;
  return end === rawQuery.length || rawQuery.charCodeAt(end) === AMPERSAND ? pair : undefined;
}

const PLACES = 8;
const LONGEST_PAIR = 128;
const before: (Pair | undefined)[] = new Array(PLACES).fill(undefined);

/** Nobody is to find one out from how long it takes to compare. */
const SECRETS: ReadonlySet<string | undefined> = new Set([SIGNATURE, 'X-Amz-Security-Token', 'Signature']);

/** One pass over the characters, so that what needs neither decoding nor encoding is only cut out. */
function readPair(rawQuery: string, start: number): Pair | { readonly problem: string } {
  let equals = -1;
  let isPlain = true;
  let isCanonical = true;
  let end = start;
  for (; end < rawQuery.length; end++) {
    const code = rawQuery.charCodeAt(end);
    if (UNRESERVED[code] === 1) continue;
    if (code === AMPERSAND) break;
    if (code === EQUALS && equals === -1) {
      equals = end;
    } else {
      if (isRefused(code)) return { problem: refusedCharacter(code) };
      isPlain = false;
      isCanonical &&= code === PERCENT && isCanonicalEscape(rawQuery, end);
    }
  }
  const raw = rawQuery.slice(start, end);
  const hasEquals = equals !== -1;
  if (raw === '') return { raw, parameter: undefined, isCanonical: false };
  const rawName = hasEquals ? rawQuery.slice(start, equals) : raw;
  const rawValue = hasEquals ? rawQuery.slice(equals + 1, end) : '';
  const name = isPlain ? rawName : decode(rawName.replaceAll('+', ' '));
  const value = isPlain ? rawValue : decode(rawValue.replaceAll('+', ' '));
  if (name === undefined || value === undefined) return { problem: badEscape('query') };
  const isEncoded = isPlain || isCanonical;
  const canonicalName = isEncoded ? rawName : uriEncode(name);
  const canonicalValue = isEncoded ? rawValue : uriEncode(value);
  return { raw, parameter: { name, value, hasEquals, canonicalName, canonicalValue }, isCanonical: isCanonical && hasEquals };
}

/** In the order in which it is signed; the signature may stand anywhere, for it is not signed. */
function isSorted(query: readonly QueryParameter[]): boolean {
  let previous: QueryParameter | undefined;
  for (const parameter of query) {
    if (parameter.name === SIGNATURE) continue;
    if (previous !== undefined && byNameThenValue(previous, parameter) > 0) return false;
    previous = parameter;
  }
  return true;
}

/** Encoded texts are ASCII, so comparing them as texts is comparing them as bytes. */
function byNameThenValue(a: QueryParameter, b: QueryParameter): number {
  if (a.canonicalName !== b.canonicalName) return a.canonicalName < b.canonicalName ? -1 : 1;
  if (a.canonicalValue === b.canonicalValue) return 0;
  return a.canonicalValue < b.canonicalValue ? -1 : 1;
}

const [PERCENT, AMPERSAND, SLASH, EQUALS, QUESTION_MARK] = [37, 38, 47, 61, 63];

/** 1 for every ASCII code that SigV4 never encodes. */
const UNRESERVED = new Uint8Array(128);
for (const character of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~') UNRESERVED[character.charCodeAt(0)] = 1;

/** True for the escape of a byte that SigV4 encodes, in upper case; what the escapes of one text make together is left to {@link decode}. */
function isCanonicalEscape(text: string, at: number): boolean {
  const high = hexDigit(text.charCodeAt(at + 1));
  const low = hexDigit(text.charCodeAt(at + 2));
  return high >= 0 && low >= 0 && UNRESERVED[high * 16 + low] !== 1;
}

const hexDigit = (code: number): number => (code >= 48 && code <= 57 ? code - 48 : code >= 65 && code <= 70 ? code - 55 : -1);

/** White space, control characters, `#`, `\`, and what is no byte. */
const isRefused = (code: number): boolean => code <= 0x20 || code === 0x23 || code === 0x5c || code === 0x7f || code > 0xff;

const refusedCharacter = (code: number): string =>
  `The request target holds the character U+${code.toString(16).toUpperCase().padStart(4, '0')}, which must be percent-encoded.`;

const badEscape = (part: string): string => `The ${part} of the request target is not percent-encoded UTF-8.`;

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(RAW_BYTE.test(text) ? text.replace(RAW_BYTES, escapeByte) : text);
  } catch {
    return undefined;
  }
}

const RAW_BYTE = /[\x80-\xff]/;
const RAW_BYTES = /[\x80-\xff]/g;
const escapeByte = (byte: string): string => `%${byte.charCodeAt(0).toString(16)}`;
