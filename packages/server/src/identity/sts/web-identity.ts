import { S3Error } from '@latchkey/s3/errors';
import { element } from '@latchkey/s3/xml-writer';
import { defineAction } from '../../query/define-action.ts';
import { assumeRole, trustPermission } from './role-session.ts';

/** A role for who brings a token of a configured issuer: nobody signs the call, the token says who it is. */
export const assumeRoleWithWebIdentity = defineAction('sts', {
  name: 'AssumeRoleWithWebIdentity',
  authenticatedBy: 'web-identity',
  needs: (call) => trustPermission(call, 'sts:AssumeRoleWithWebIdentity'),
  async run(call) {
    const { principal } = call.request;
    if (principal.kind !== 'federated') throw new S3Error('AccessDenied');
    return [
      ...(await assumeRole(call, {})),
      element('SubjectFromWebIdentityToken', principal.subject),
      element('Audience', principal.audience),
      element('Provider', principal.provider),
    ];
  },
});
