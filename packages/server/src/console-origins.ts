/**
 * The console's own pages reach the S3 address from a browser, which asks first: they need no CORS configuration of any bucket. What a page
 * may do is what its signatures allow; this only lets it read the answers.
 */
import type { CrossOrigin } from '@latchkey/s3/cors-match';
import { hostnameOf } from './browser-endpoint.ts';
import { isEverywhere } from './reached-url.ts';

/**
 * Whether an Origin is that of the console address, as bound or as people reach it. `urls` are those, with or without a slash at the end. What
 * is bound to all addresses has the name under which the browser reaches the S3 address: its `host`.
 */
export function isConsoleOrigin(origin: string, urls: readonly string[], host?: string | undefined): boolean {
  return urls.some((url) => originsOf(url, host).includes(origin));
}

/** What is bound on this machine alone has several names here. */
function originsOf(url: string, host: string | undefined): readonly string[] {
  const { protocol, hostname, port, origin } = new URL(url);
  if (isEverywhere(hostname)) return [`${protocol}//${hostnameOf(host) ?? hostname}${port === '' ? '' : `:${port}`}`];
  if (!LOOPBACK.includes(hostname)) return [origin];
  return LOOPBACK.map((name) => `${protocol}//${name}${port === '' ? '' : `:${port}`}`);
}

const LOOPBACK: readonly string[] = ['127.0.0.1', 'localhost', '[::1]'];

/** Every method and header, and every header of the answer; without credentials, which a signature does not need. Names and values in turn. */
export function consoleCorsHeaders({ origin, requestHeaders }: Pick<CrossOrigin, 'origin' | 'requestHeaders'>): readonly string[] {
  return [
    'access-control-allow-origin',
    origin,
    'access-control-allow-methods',
    'GET, HEAD, PUT, POST, DELETE',
    // A star would not mean Authorization.
    ...(requestHeaders !== undefined && NAMES.test(requestHeaders) ? ['access-control-allow-headers', requestHeaders] : []),
    'access-control-expose-headers',
    '*',
    'access-control-max-age',
    '3600',
    'vary',
    'Origin, Access-Control-Request-Headers, Access-Control-Request-Method',
  ];
}

/** Only what is a list of names is said again. */
const NAMES = /^[\w!#$%&'*+.^`|~-]+(?:[ \t]*,[ \t]*[\w!#$%&'*+.^`|~-]+)*$/;
