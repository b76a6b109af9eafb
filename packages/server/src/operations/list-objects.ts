import { listObjectsParameters } from '@latchkey/s3/list-parameters';
import { listObjectsXml } from '@latchkey/s3/list-results';
import { bucketOperation } from './define.ts';
import { onBucket } from './permissions.ts';
import { xmlReply } from './replies.ts';

/** ListObjects and ListObjectsV2: `list-type=2` tells them apart. */
export const listObjects = bucketOperation({
  name: 'ListObjects',
  method: 'GET',
  needs: onBucket('s3:ListBucket'),
  async run(request, { objects }, site) {
    const parameters = listObjectsParameters(request.target.query);
    const { prefix, delimiter, after, limit } = parameters;
    const page = await objects.listObjects(request.bucket, { prefix, delimiter, after, limit });
    // Asked for nothing, S3 says that there is no more.
    const shown = limit === 0 ? { entries: [] } : page;
    return xmlReply(listObjectsXml(request.bucket, parameters, shown, site.owner), ['x-amz-bucket-region', site.region]);
  },
});
