import type { V4Authentication } from './authentication.ts';
import { utf8 } from './bytes.ts';
import { canonicalRequest, headerLine } from './canonical.ts';
import { type HeaderField, headerValue, type SignedRequest } from './request.ts';
import { canonicalQueryOf, type QueryParameter } from './target.ts';

/** The canonical request of a request as it arrived, with the path as its client may have encoded it. */
export function receivedCanonical(authentication: V4Authentication, request: SignedRequest, path: string): string {
  const { signedHeaders, signedHeaderList, payloadHashLine } = authentication;
  const sentValue = signedHeaders.length <= FEW ? (name: string) => signedValue(name, request) : allValues(request);
  let lines = '';
  for (const name of signedHeaders) {
    const value = sentValue(name);
    if (value !== undefined) lines += headerLine(name, value);
  }
  return canonicalRequest({
    method: request.method,
    path,
    query: canonicalQueryOf(request.target),
    lines,
    list: signedHeaderList,
    payloadHash: payloadHashLine,
  });
}

/** A signed header that was not sent as a header may stand in the query: some SDKs move it there and list it all the same. */
function signedValue(name: string, request: SignedRequest): string | undefined {
  return asBytes(headerValue(request.headers, name) ?? findIgnoringCase(request.target.query, name)?.value);
}

/** {@link signedValue} for long lists: every header and parameter is looked at once. */
function allValues({ headers, target }: SignedRequest): (name: string) => string | undefined {
  const parameters = new Map([...target.query].reverse().map(({ name, value }): HeaderField => [name.toLowerCase(), value]));
  const values = new Map<string, string>();
  for (const [name, value] of headers) {
    const before = values.get(name);
    values.set(name, before === undefined ? value : `${before},${value}`);
  }
  return (name) => asBytes(values.get(name) ?? parameters.get(name));
}

function asBytes(value: string | undefined): string | undefined {
  // A header's characters are bytes. Those of a parameter, or of a caller that decoded its headers, may not be: then its UTF-8 was signed.
  return value === undefined || !/[^\0-\xff]/.test(value) ? value : String.fromCharCode(...utf8(value));
}

const findIgnoringCase = (query: readonly QueryParameter[], name: string): QueryParameter | undefined =>
  query.find((parameter) => parameter.name.length === name.length && parameter.name.toLowerCase() === name);

/** Up to this many names are looked for one by one. */
export const FEW = 8;
