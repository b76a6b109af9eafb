import { invalidArgument, S3Error } from '@latchkey/s3/errors';
import { queryValue } from '../headers.ts';
import type { Authenticated } from '../pipeline.ts';

/**
 * Buckets here have no versions: the one there is has the id `null`, as in S3's unversioned buckets. Throws for any other id.
 */
export function refuseVersion(request: Authenticated): void {
  const versionId = queryValue(request, 'versionId');
  if (versionId === undefined || versionId === 'null') return;
  if (versionId === '') throw invalidArgument('Version id cannot be the empty string', 'versionId', '');
  if (request.method === 'DELETE' || !/^[A-Za-z0-9._-]{1,1024}$/.test(versionId))
    throw invalidArgument('Invalid version id specified', 'versionId', versionId);
  throw new S3Error('NoSuchVersion', { fields: { Key: request.key ?? '', VersionId: versionId } });
}
