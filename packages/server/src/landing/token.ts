/** The token in a link's short address: 128 random bits, which say nothing of what the link is for. Only its hash is kept in the open. */
import { createHash, randomBytes } from 'node:crypto';

/** 22 letters, digits, `-` and `_`. */
export function newToken(): string {
  return randomBytes(16).toString('base64url');
}

export function isToken(text: string): boolean {
  return /^[\w-]{22}$/.test(text);
}

/** Under which the record store finds the link; in hex. */
export function tokenHash(token: string): string {
  return createHash('sha256').update(`latchkey landing ${token}`).digest('hex');
}
