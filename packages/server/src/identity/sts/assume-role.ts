import { defineAction } from '../../query/define-action.ts';
import type { Principal } from '../principals.ts';
import type { Session } from '../sessions.ts';
import { assumeRole, trustPermission } from './role-session.ts';

/** Takes on a role that trusts the caller. */
export const assumeRoleAction = defineAction('sts', {
  name: 'AssumeRole',
  needs: (call) => trustPermission(call, 'sts:AssumeRole'),
  run: (call) => assumeRole(call, chainOf(call.request.principal)),
});

/** The access key whose end is the session's end too; and the session of the console, where it is one's. */
function chainOf(principal: Principal): Pick<Session, 'issuer' | 'console'> {
  if (principal.kind === 'anonymous' || principal.kind === 'federated') return {};
  if (principal.session === undefined) return { issuer: principal.accessKeyId };
  const { issuer, console } = principal.session;
  return { ...(issuer !== undefined && { issuer }), ...(console !== undefined && { console }) };
}
