/** Which service a refused call was for: its answer has that service's form, also where the call was refused before it was known. */
import { headerValue } from '../headers.ts';
import type { Authenticated, Operation, QueryService } from '../pipeline.ts';
import { NAMESPACES } from './namespaces.ts';
import { looksLikeCall } from './read-call.ts';

/** `undefined` for a request of S3. What is a call and names no service is taken for one of IAM. */
export function calledService(request: Partial<Authenticated>, operations: readonly Operation[]): QueryService | undefined {
  const { operation, call, scope, method, target, headers } = request;
  if (operation?.service !== undefined) return operation.service;
  if (method === undefined || target === undefined || headers === undefined) return undefined;
  if (call === undefined && !(scope === 'service' && looksLikeCall({ method, target, headers }))) return undefined;
  const ofAction = operations.find(({ name, service }) => service !== undefined && name === call?.action)?.service;
  return ofAction ?? serviceInScope({ target, headers }) ?? 'iam';
}

/** `…/20260131/us-east-1/sts/aws4_request` */
function serviceInScope({ target, headers }: Pick<Authenticated, 'target' | 'headers'>): QueryService | undefined {
  const inQuery = target.query.find(({ name }) => name === 'X-Amz-Credential')?.value;
  const service = (inQuery ?? headerValue(headers, 'authorization'))?.match(/\/\d{8}\/[^/,\s]*\/([a-z0-9]+)\/aws4_request/)?.[1];
  return service !== undefined && Object.hasOwn(NAMESPACES, service) ? (service as QueryService) : undefined;
}
