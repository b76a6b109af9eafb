/** Reading and changing the tags of an object that is already there. */
import { parseTagging, taggingXml } from '@latchkey/s3/tagging';
import { documentBody } from '../body.ts';
import type { Authorised, Permission } from '../pipeline.ts';
import type { Tags } from '../request-context.ts';
import { objectOperation } from './define.ts';
import { missingKey } from './missing-key.ts';
import { onObject } from './permissions.ts';
import { emptyReply, xmlReply } from './replies.ts';
import { refuseVersion } from './version-id.ts';

export const getObjectTagging = objectOperation({
  name: 'GetObjectTagging',
  method: 'GET',
  subresource: 'tagging',
  needs: onObject('s3:GetObjectTagging'),
  async run(request, { objects }) {
    refuseVersion(request);
    const record = await objects.headObject(request.bucket, request.key);
    if (record === undefined) throw missingKey(request);
    return xmlReply(taggingXml(record.tags ?? {}));
  },
});

export const putObjectTagging = objectOperation({
  name: 'PutObjectTagging',
  method: 'PUT',
  subresource: 'tagging',
  // Decided once the tags are known, since policies may ask for them.
  needs: () => [],
  async run(request, { objects, events }) {
    if (request.principal.kind === 'anonymous') await demandTagging(request);
    refuseVersion(request);
    const tags = parseTagging(await documentBody(request, { maxBytes: 64 * 1024, requiresDigest: true }));
    await demandTagging(request, tags);
    const announce = await events.ofObject(request, 'ObjectTagging:Put');
    if (!(await objects.setTags(request.bucket, request.key, tags, { announce }))) throw missingKey(request);
    return emptyReply(200);
  },
});

function demandTagging(request: Authorised, requestTags: Tags = {}): Promise<void> {
  return request.demand(onObject('s3:PutObjectTagging')(request)[0] as Permission, { requestTags });
}

export const deleteObjectTagging = objectOperation({
  name: 'DeleteObjectTagging',
  method: 'DELETE',
  subresource: 'tagging',
  needs: onObject('s3:DeleteObjectTagging'),
  async run(request, { objects, events }) {
    refuseVersion(request);
    const announce = await events.ofObject(request, 'ObjectTagging:Delete');
    if (!(await objects.setTags(request.bucket, request.key, undefined, { announce }))) throw missingKey(request);
    return emptyReply(204);
  },
});
