/** Who delivers, as far as that matters: whoever has a cookie of random bits sees what was delivered with it, and nobody else does. */
import { createHash, randomBytes } from 'node:crypto';

const NAME = 'latchkey-deliverer';
const KEPT_SECONDS = 30 * 24 * 3600;

/** 128 bits, in 22 letters, digits, `-` and `_`. */
export const newDeliverer = (): string => randomBytes(16).toString('base64url');

export const isDeliverer = (text: string): boolean => /^[\w-]{22}$/.test(text);

/** Of a Cookie header; `undefined` where there is none, or what is none of ours. */
export function delivererIn(cookies: string | undefined): string | undefined {
  const value = cookies
    ?.split(/;\s*/)
    .find((cookie) => cookie.startsWith(`${NAME}=`))
    ?.slice(NAME.length + 1);
  return value !== undefined && isDeliverer(value) ? value : undefined;
}

/** The value of a Set-Cookie header. It goes back to the request's own address and to nowhere else, also where the S3 address leads back to it. */
export function delivererCookie(deliverer: string, { path, isSecure }: { readonly path: string; readonly isSecure: boolean }): string {
  return `${NAME}=${deliverer}; Path=${path}; Max-Age=${KEPT_SECONDS}; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`;
}

/** What is kept of it with each file: for one request only, and no use to whoever reads the records. */
export function delivererHash(requestId: string, deliverer: string): string {
  return createHash('sha256').update(`latchkey deliverer ${requestId} ${deliverer}`).digest('hex').slice(0, 32);
}
