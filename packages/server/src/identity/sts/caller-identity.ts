/** Who am I? Anybody with valid credentials may ask. */
import { element, type XmlNode } from '@latchkey/s3/xml-writer';
import { defineAction } from '../../query/define-action.ts';
import { rootArn } from '../arns.ts';
import type { Principal } from '../principals.ts';

export const getCallerIdentity = defineAction('sts', {
  name: 'GetCallerIdentity',
  needs: () => [],
  run: async ({ request, site }) => identityElements(request.principal, site.accountId),
});

function identityElements(principal: Principal, accountId: string): XmlNode[] {
  switch (principal.kind) {
    case 'root':
      return [element('Arn', rootArn(accountId)), element('UserId', accountId), element('Account', accountId)];
    case 'user':
    case 'role-session':
      return [element('Arn', principal.arn), element('UserId', principal.userId), element('Account', accountId)];
    case 'anonymous':
    case 'federated':
      throw new Error('a call without credentials');
  }
}
