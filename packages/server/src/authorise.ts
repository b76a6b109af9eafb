/** The step that nothing gets past: may this principal do what this operation needs, as things are now? */
import { S3Error } from '@latchkey/s3/errors';
import type { Authenticated, Authorised, Permission, Principal } from './pipeline.ts';

/** Throws AccessDenied unless every permission the operation needs is granted. */
export function authorise(request: Authenticated): Authorised {
  for (const permission of request.operation.needs(request)) {
    if (!allows(request.principal, permission)) throw new S3Error('AccessDenied');
  }
  const { method, rawTarget, headers, body, peer, requestId, receivedAt, target, host, style, pathPrefix, scope, bucket, key } = request;
  const { operation, principal, signature, form } = request;
  const may = (permission: Permission) => allows(principal, permission);
  // biome-ignore format: field by field, for speed
  return { method, rawTarget, headers, body, peer, requestId, receivedAt, target, host, style, pathPrefix, scope, bucket, key, operation, principal, signature, form, may } as Authorised;
}

function allows(principal: Principal, _permission: Permission): boolean {
  switch (principal.kind) {
    case 'root':
      return true;
    case 'anonymous':
      return false;
  }
}
