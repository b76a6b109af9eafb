/** The step that nothing gets past: may this principal do what this operation needs, as things are now? */
import { S3Error } from '@latchkey/s3/errors';
import type { Authenticated, Authorised, Permission, Principal } from './pipeline.ts';

/** Throws AccessDenied unless every permission the operation needs is granted. */
export function authorise(request: Authenticated): Authorised {
  for (const permission of request.operation.needs(request)) {
    if (!allows(request.principal, permission)) throw new S3Error('AccessDenied');
  }
  return Object.assign(request, { may: (permission: Permission) => allows(request.principal, permission) }) as Authorised;
}

function allows(principal: Principal, _permission: Permission): boolean {
  switch (principal.kind) {
    case 'root':
      return true;
    case 'anonymous':
      return false;
  }
}
