/** Who makes a link, as the link remembers it. */
import { S3Error } from '@latchkey/s3/errors';
import type { RecordStore } from '@latchkey/storage/record-store';
import { rootArn } from '../identity/arns.ts';
import type { Principal } from '../identity/principals.ts';
import { findSession } from '../identity/sessions.ts';
import type { Link, LinkIssuer } from './model.ts';

/** Throws AccessDenied for who can not be one. A session's policies come along: what it made is no wider than it was. */
export async function issuerOf(
  principal: Principal,
  records: RecordStore,
  accountId: string,
): Promise<Pick<Link, 'issuer' | 'createdBy' | 'createdWith'>> {
  if (principal.kind === 'anonymous' || principal.kind === 'federated') throw new S3Error('AccessDenied');
  const createdWith = principal.session?.issuer ?? principal.accessKeyId;
  if (principal.kind === 'root') return { issuer: { kind: 'root' }, createdBy: rootArn(accountId), createdWith };
  const createdBy = principal.arn;
  if (principal.session === undefined) {
    return { issuer: { kind: 'user', user: principal.name, userId: principal.userId }, createdBy, createdWith };
  }
  const session = await findSession(records, principal.accessKeyId);
  if (session === undefined || session.of.kind === 'root') throw new S3Error('AccessDenied');
  const limits = limitsOf(session);
  const issuer: LinkIssuer = { ...session.of, issuedAt: session.issuedAt, ...(limits === undefined ? {} : { limits }) };
  return { issuer, createdBy, createdWith };
}

type Limits = { readonly policies?: readonly string[]; readonly policyNames?: readonly string[] };

function limitsOf({ policies, policyNames }: Limits): Limits | undefined {
  if (policies === undefined && policyNames === undefined) return undefined;
  return { ...(policies === undefined ? {} : { policies }), ...(policyNames === undefined ? {} : { policyNames }) };
}
