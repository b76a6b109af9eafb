/** What a link gets that is to have a page. */
import { invalidArgument } from '@latchkey/s3/errors';
import type { Sealer } from '../identity/sealing.ts';
import type { LinkChange, NewLink } from '../links/links.ts';
import type { Landing } from '../links/model.ts';
import { hashPassword, LONGEST_PASSWORD } from './password.ts';
import { newToken, tokenHash } from './token.ts';

/** Throws InvalidArgument for a link that a page is of no use for. */
export async function newLanding(id: string, { method, password }: Pick<NewLink, 'method' | 'password'>, sealer: Sealer): Promise<Landing> {
  if (method !== 'GET') throw invalidArgument('A page is for downloads.', 'landing', 'true');
  const token = newToken();
  return {
    tokenHash: tokenHash(token),
    token: sealer.seal(token, `landing/${id}`),
    ...(password !== undefined && { password: await hashPassword(checked(password)) }),
  };
}

export async function changedLanding(landing: Landing, password: LinkChange['password']): Promise<Landing> {
  if (password === undefined) return landing;
  const { password: _, ...open } = landing;
  return password === null ? open : { ...open, password: await hashPassword(checked(password)) };
}

function checked(password: string): string {
  if (password === '' || password.length > LONGEST_PASSWORD)
    throw invalidArgument(`A password has 1 to ${LONGEST_PASSWORD} characters.`, 'password');
  return password;
}
