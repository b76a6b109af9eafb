import { rootArn } from '../identity/arns.ts';
import type { Principal, SessionFacts } from '../identity/principals.ts';
import type { UserIdentity } from './record.ts';

/** Who asked, as CloudTrail says it. */
export function userIdentity(principal: Principal, accountId: string): UserIdentity {
  switch (principal.kind) {
    case 'anonymous':
      return { type: 'AWSAccount', principalId: '', accountId: 'anonymous' };
    case 'root':
      return {
        type: 'Root',
        principalId: accountId,
        arn: rootArn(accountId),
        accountId,
        accessKeyId: principal.accessKeyId,
        ...sessionContext(principal.session, undefined),
      };
    case 'federated': {
      const { provider, audience, subject } = principal;
      return { type: 'WebIdentityUser', principalId: `${provider}:${audience}:${subject}`, userName: subject };
    }
    case 'user': {
      const { userId, arn, accessKeyId, name, session } = principal;
      return { type: 'IAMUser', principalId: userId, arn, accountId, accessKeyId, userName: name, ...sessionContext(session, undefined) };
    }
    case 'role-session': {
      const { userId, arn, accessKeyId, name, session, principalArn } = principal;
      const [principalId] = userId.split(':');
      const issuer = { type: 'Role', principalId, arn: principalArn, accountId, userName: name };
      return { type: 'AssumedRole', principalId: userId, arn, accountId, accessKeyId, ...sessionContext(session, issuer) };
    }
  }
}

function sessionContext(session: SessionFacts | undefined, sessionIssuer: unknown): Pick<UserIdentity, 'sessionContext'> {
  if (session === undefined) return {};
  const creationDate = `${new Date(session.issuedAt).toISOString().slice(0, 19)}Z`;
  return {
    sessionContext: { ...(sessionIssuer !== undefined && { sessionIssuer }), attributes: { creationDate, mfaAuthenticated: 'false' } },
  };
}

/** Whom the trail finds it by: ARN, access key id, name. */
export function principalNames(principal: Principal): readonly string[] {
  switch (principal.kind) {
    case 'anonymous':
      return ['anonymous'];
    case 'root':
      return ['root', principal.accessKeyId];
    case 'federated':
      return [principal.subject];
    case 'user':
    case 'role-session':
      return [principal.name, principal.arn, principal.accessKeyId];
  }
}
