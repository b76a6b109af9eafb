/** The cookie of the console's session, and the proof that a page of ours sends it. */
import { S3Error } from '@latchkey/s3/errors';
import { equalInConstantTime } from '@latchkey/sigv4/bytes';
import { headerValue } from '../headers.ts';
import type { Incoming, Site } from '../pipeline.ts';
import { csrfToken, LIFETIME_MS, type SessionCookie } from './console-session.ts';

type Request = Pick<Incoming, 'headers' | 'peer'>;

/** Which session the page means. No page of another origin can send it: a browser would ask first, and be told nothing. */
export const SESSION_HEADER = 'console-session';
export const CSRF_HEADER = 'csrf-token';
const NAME = 'latchkey-session';
const PATH = '/api/v1/session';

/** The value of a Set-Cookie header. */
export function newSessionCookie({ id, secret }: SessionCookie, request: Request): string {
  return `${cookieName(NAME, request)}=${id}.${secret}; Path=${PATH}; Max-Age=${LIFETIME_MS / 1000}${cookieAttributes(request)}`;
}

export function clearedSessionCookie(request: Request): string {
  return `${cookieName(NAME, request)}=; Path=${PATH}; Max-Age=0${cookieAttributes(request)}`;
}

/**
 * The cookie that belongs to the session which the page names; `undefined` where there is none. Whatever listens on another port of this host
 * shares its cookies: one that was planted from there has another name in it than the page says.
 */
export function sessionCookieOf(request: Request): SessionCookie | undefined {
  const wanted = headerValue(request.headers, SESSION_HEADER);
  for (const value of cookieValues(NAME, request)) {
    const [, id, secret] = COOKIE.exec(value) ?? [];
    if (id !== undefined && secret !== undefined && id === wanted) return { id, secret };
  }
  return undefined;
}

/** All that are there by that name: those of other paths and ports, too. */
export function cookieValues(name: string, request: Request): readonly string[] {
  const start = `${cookieName(name, request)}=`;
  const pairs = request.headers.flatMap(([header, value]) => (header === 'cookie' ? value.split(/;\s*/) : []));
  return pairs.filter((pair) => pair.startsWith(start)).map((pair) => pair.slice(start.length));
}

const COOKIE = /^([0-9a-f]{24})\.([\w-]{43})$/;

/**
 * Throws AccessDenied for what a page of another site, another port or nobody has sent. Every browser says where a POST comes from.
 * What is signed need not say so: `mayBeSilent`.
 */
export function requireSameOrigin(
  { headers }: Pick<Incoming, 'headers'>,
  site: Pick<Site, 'isConsoleOrigin'>,
  { mayBeSilent = false } = {},
): void {
  const origin = headerValue(headers, 'origin');
  const host = headerValue(headers, 'host');
  const fetched = headerValue(headers, 'sec-fetch-site');
  const isSilent = origin === undefined && fetched === undefined;
  const isOwnOrigin = origin === undefined || hostOf(origin) === host?.toLowerCase() || site.isConsoleOrigin(origin, host);
  const isOwnFetch = fetched === undefined || fetched === 'same-origin';
  if (isSilent ? mayBeSilent : isOwnOrigin && isOwnFetch) return;
  throw new S3Error('AccessDenied', { message: 'Only the console’s own pages may ask for this.' });
}

/** Throws AccessDenied where the page does not know what only its own session was told. */
export function requireCsrfToken({ headers }: Pick<Incoming, 'headers'>, { secret }: SessionCookie): void {
  const given = headerValue(headers, CSRF_HEADER) ?? '';
  if (!equalInConstantTime(given, csrfToken(secret)))
    throw new S3Error('AccessDenied', { message: `${CSRF_HEADER} is not that of this session.` });
}

/** Cookies know no ports: two servers on one machine keep theirs apart by name. */
export function cookieName(name: string, { headers }: Pick<Request, 'headers'>): string {
  const [, port] = /:(\d{1,5})$/.exec(headerValue(headers, 'host') ?? '') ?? [];
  return port === undefined ? name : `${name}-${port}`;
}

/** Over TLS, ours or that of a proxy, which the browser's own Origin tells. */
export function cookieAttributes({ headers, peer }: Request): string {
  const isSecure = peer.secure || headerValue(headers, 'origin')?.startsWith('https:') === true;
  return `; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`;
}

function hostOf(origin: string): string | undefined {
  return /^https?:\/\/([^/]+)$/.exec(origin)?.[1]?.toLowerCase();
}
