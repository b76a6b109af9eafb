/**
 * What a signed request says, read anew from its bytes by code that shares nothing with the server: of two requests that say the same, both
 * may be accepted; of two that do not, at most one.
 */
import type { WireRequest } from './wire-client.ts';

/**
 * Method, target decoded, and the headers that are signed in `original`, without the blanks around them. What nobody signed, and how it is
 * spelled, is left out; so is the body, unless it is asked for.
 */
export function requestMeaning(bytes: Buffer, original: WireRequest, options: { readonly withBody?: boolean } = {}): string {
  const { line, headers, body } = partsOf(bytes);
  const [method, target = ''] = line.split(/ +/);
  const [path = '', query = ''] = target.split(/\?(.*)/s);
  const pairs = query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => pair.split(/=(.*)/s).map((text) => decodeURIComponent(text.replaceAll('+', ' '))))
    .map(([name, value = '']) => [name, value]);
  const signedNames = new Set(original.headers.map(([name]) => name.toLowerCase()));
  // SigV2 does not sign the host, as far as that names no bucket.
  if (original.target.includes('AWSAccessKeyId=')) signedNames.delete('host');
  const values = headers
    .map((header) => header.split(/:(.*)/s))
    .map(([name = '', value = '']) => [name.toLowerCase(), value.replaceAll(/[ \t]+/g, ' ').replaceAll(/^ | $/g, '')] as const)
    .map(([name, value]) => [name, name === 'authorization' ? value.replaceAll(' ', '') : value] as const)
    .filter(([name]) => signedNames.has(name));
  const said = [method, decodeURIComponent(path), [...pairs].sort(), [...values].sort()];
  return JSON.stringify(options.withBody === true ? [...said, body] : said);
}

type Parts = { readonly line: string; readonly headers: readonly string[]; readonly body: string };

/** Servers are asked to pass over empty lines before a request (RFC 9112, 2.2). */
function partsOf(bytes: Buffer): Parts {
  const text = bytes.toString('latin1').replace(/^[\r\n]+/, '');
  const end = text.indexOf('\r\n\r\n');
  const [line = '', ...headers] = text.slice(0, end).split('\r\n');
  return { line, headers, body: text.slice(end + 4) };
}

/**
 * The bucket a form is sent to, and the values of its first `fieldCount` fields, which are those before the file. How names are spelled is the
 * server's to read: one that it reads as another is missed, and the policy says which there have to be.
 */
export function formMeaning(bytes: Buffer, fieldCount: number): string {
  const { line, body } = partsOf(bytes);
  // However the header spells it: a form has been found by its parts.
  const boundary = /^[\r\n]*(--[^\r\n]*?)[ \t]*\r\n/.exec(body)?.[1] ?? '';
  const parts = body.split(boundary).slice(1, fieldCount + 1);
  const values = parts.map((part) => part.split(/\r\n\r\n(.*)/s)[1]?.replace(/\r\n$/, ''));
  return JSON.stringify([decodeURIComponent(/^POST +([^ ?]*?)\/?(?: |\?)/.exec(line)?.[1] ?? ''), values]);
}
