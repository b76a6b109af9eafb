/** Who may do what with an upload request. */
import { evaluate } from '@latchkey/policy/evaluate';
import { isMaker, issuerName } from '../links/link-permissions.ts';
import type { LinkCaller } from '../links/links.ts';
import { objectArn } from '../operations/permissions.ts';
import type { Permission } from '../pipeline.ts';
import type { UploadRequest } from './model.ts';

export type RequestAction =
  | 'CreateUploadRequest'
  | 'ReadUploadRequest'
  | 'ReadUploadRequestUrl'
  | 'ChangeUploadRequest'
  | 'CloseUploadRequest';

/** On everything under its prefix. */
export function requestPermission(action: RequestAction, { bucket, keyPrefix }: Pick<UploadRequest, 'bucket' | 'keyPrefix'>): Permission {
  return { action: `latchkey:${action}`, resource: objectArn(bucket, `${keyPrefix}*`) };
}

/** Whoever made one may see it and close it, unless a policy says no. */
const MAKERS_OWN: ReadonlySet<RequestAction> = new Set(['ReadUploadRequest', 'ReadUploadRequestUrl', 'CloseUploadRequest']);

export async function mayOnRequest(action: RequestAction, request: UploadRequest, { principal, judge }: LinkCaller): Promise<boolean> {
  const context = new Map([['latchkey:linkissuer', [issuerName(request.issuer)]]]);
  const decision = evaluate(await judge.accessFor({ ...requestPermission(action, request), context }));
  if (decision.effect === 'allow') return true;
  return decision.reason === 'implicit-deny' && MAKERS_OWN.has(action) && isMaker(principal, request.issuer);
}
