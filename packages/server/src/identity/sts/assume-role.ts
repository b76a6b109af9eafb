import { defineAction } from '../../query/define-action.ts';
import type { Principal } from '../principals.ts';
import { assumeRole, trustPermission } from './role-session.ts';

/** Takes on a role that trusts the caller. */
export const assumeRoleAction = defineAction('sts', {
  name: 'AssumeRole',
  needs: (call) => trustPermission(call, 'sts:AssumeRole'),
  run: (call) => assumeRole(call, issuerOf(call.request.principal)),
});

/** The access key whose end is the session's end too. */
function issuerOf(principal: Principal): string | undefined {
  if (principal.kind === 'anonymous' || principal.kind === 'federated') return undefined;
  return principal.session === undefined ? principal.accessKeyId : principal.session.issuer;
}
