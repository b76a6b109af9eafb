/** GetSessionToken: credentials that end by themselves, for a user or root. */
import { S3Error } from '@latchkey/s3/errors';
import { defineAction } from '../../query/define-action.ts';
import type { Principal } from '../principals.ts';
import { beginSession, type Session } from '../sessions.ts';
import { credentialsElement } from './credentials-element.ts';

const HOURS = 3600;

export const getSessionToken = defineAction('sts', {
  name: 'GetSessionToken',
  // As on AWS it gives nothing that the caller has not, so it needs nothing.
  needs: () => [],
  async run({ request, parameters, stores, site }) {
    const { principal } = request;
    const seconds = parameters.wholeNumber('DurationSeconds', { min: 900, max: 36 * HOURS }) ?? 12 * HOURS;
    const now = site.now();
    const session = { issuedAt: now, expiresAt: now + seconds * 1000, ...holderOf(principal) };
    return [credentialsElement(await beginSession(stores.records, stores.identities.sealer, session))];
  },
});

/** Sessions can not be prolonged by sessions. */
function holderOf(principal: Principal): Pick<Session, 'of' | 'issuer'> {
  if ((principal.kind === 'root' || principal.kind === 'user') && principal.session === undefined) {
    const of =
      principal.kind === 'root'
        ? ({ kind: 'root' } as const)
        : ({ kind: 'user', user: principal.name.toLowerCase(), userId: principal.userId } as const);
    return { of, issuer: principal.accessKeyId };
  }
  throw new S3Error('AccessDenied', { message: 'Cannot call GetSessionToken with session credentials' });
}
