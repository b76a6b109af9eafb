/** Whether a file could be delivered now: by the same steps, in the same order, that its upload goes through. */

import { S3Error } from '@latchkey/s3/errors';
import type { BucketName, ObjectKey } from '@latchkey/s3/names';
import { parseTarget } from '@latchkey/sigv4/target';
import { admit } from '../admit.ts';
import { refused } from '../authenticate/refused.ts';
import { authorise } from '../authorise.ts';
import { Denial } from '../denial.ts';
import { respectGuardrails } from '../guardrails/respect.ts';
import type { GuardrailStore } from '../guardrails/store.ts';
import { latestWithPage } from '../links/link-guardrails.ts';
import { putObject } from '../operations/put-object.ts';
import type { Authenticated, Incoming, Site, Stores } from '../pipeline.ts';
import { linkOfDelivery, linkOfRequest } from './as-link.ts';
import type { Delivery, UploadRequest } from './model.ts';
import { refuseByGuardrails } from './request-guardrails.ts';

export type UseContext = {
  readonly stores: Pick<Stores, 'identities' | 'objects' | 'access' | 'revocations'> & { readonly guardrails: GuardrailStore };
  readonly site: Site;
};

/** Throws what the upload would be refused with, NoSuchBucket among it. `guest` is who asks: terms and policies may look at the address. */
export async function refuseImpossible(
  request: UploadRequest,
  { key, type, sizeBytes }: Pick<Delivery, 'key' | 'type' | 'sizeBytes'>,
  guest: Incoming,
  { stores, site }: UseContext,
): Promise<void> {
  const now = site.now();
  const found = await stores.identities.find(request.id);
  if (found === undefined) throw new S3Error('AccessDenied', { cause: new Denial('policy', 'Whoever made the upload request is gone.') });
  const link = linkOfDelivery(request, { ...EXAMPLE, key, type, sizeBytes, id: request.id, requestId: request.id });
  const target = parseTarget('/');
  if ('problem' in target) throw new S3Error('InvalidURI');
  const asked = {
    ...guest,
    receivedAt: now,
    method: 'PUT',
    target,
    host: '',
    style: 'path',
    pathPrefix: '',
    scope: 'object',
    bucket: request.bucket as BucketName,
    key: key as ObjectKey,
    operation: putObject,
    principal: { ...found.principal, link },
    signature: { authType: 'REST-QUERY-STRING', version: 'AWS4-HMAC-SHA256', signedAt: now, payloadHash: 'UNSIGNED-PAYLOAD' },
    form: undefined,
    call: undefined,
  } as unknown as Authenticated;
  const admitted = await admit(asked, stores);
  await refuseByGuardrails(request, stores.guardrails);
  const latest = await latestWithPage(linkOfRequest(request), stores.guardrails, 'write');
  if (now >= latest) throw refused({ kind: 'expired', expiresInSeconds: '0', expiresAt: new Date(latest), now: new Date(now) });
  await respectGuardrails(admitted, stores.guardrails);
  await authorise(admitted, stores as Stores, site);
  if ((await stores.objects.getBucket(request.bucket as BucketName)) === undefined) throw new S3Error('NoSuchBucket');
}

const EXAMPLE: Delivery = {
  id: '',
  requestId: '',
  key: '',
  name: '',
  type: 'application/octet-stream',
  sizeBytes: 0,
  lastModified: 0,
  status: 'open',
  by: 'put',
  createdAt: 0,
  deliverer: '',
  address: '',
};
