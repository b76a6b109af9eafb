import type { Principal } from '../identity/principals.ts';

/** What stays the same for a principal and is nobody else's, also where a name is given to another later. */
export function principalId(principal: Principal): string {
  switch (principal.kind) {
    case 'root':
      return 'root';
    case 'user':
    case 'role-session':
      return principal.userId;
    case 'anonymous':
    case 'federated':
      throw new Error('a request without credentials');
  }
}
