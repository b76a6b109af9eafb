import type { Principal } from '../identity/principals.ts';

/**
 * What stays the same for a principal and is nobody else's, also where a name is given to another later. A session that was narrowed by
 * policies of its own is somebody else than who it belongs to: it must not be shown what only they may make.
 */
export function principalId(principal: Principal): string {
  switch (principal.kind) {
    case 'root':
      return 'root';
    case 'user':
    case 'role-session':
      return principal.policies.session === undefined ? principal.userId : `${principal.userId}/${principal.accessKeyId}`;
    case 'anonymous':
    case 'federated':
      throw new Error('a request without credentials');
  }
}
