import { isoDate } from '@latchkey/s3/dates';
import { invalidArgument } from '@latchkey/s3/errors';
import { quoteEtag } from '@latchkey/s3/etag';
import { listObjectsParameters } from '@latchkey/s3/list-parameters';
import { commonPrefix, shownAs } from '@latchkey/s3/list-results';
import { ownerElement } from '@latchkey/s3/owner';
import { element, xmlDocument } from '@latchkey/s3/xml-writer';
import { queryValue } from '../headers.ts';
import { bucketOperation } from './define.ts';
import { onBucket } from './permissions.ts';
import { xmlReply } from './replies.ts';

/** Buckets here have no versions, so every object is listed once, as the version `null`: what tools that empty buckets ask for. */
export const listObjectVersions = bucketOperation({
  name: 'ListObjectVersions',
  method: 'GET',
  subresource: 'versions',
  needs: onBucket('s3:ListBucketVersions'),
  async run(request, { objects }, site) {
    const keyMarker = queryValue(request, 'key-marker') ?? '';
    const versionMarker = queryValue(request, 'version-id-marker') ?? '';
    if (versionMarker !== '' && keyMarker === '')
      throw invalidArgument('A version-id marker cannot be specified without a key marker.', 'version-id-marker', versionMarker);
    const query = request.target.query.filter(({ name }) => name !== 'marker' && name !== 'list-type');
    const { prefix, delimiter, encodingType, maxKeys, limit } = listObjectsParameters(query);
    const page = await objects.listObjects(request.bucket, { prefix, delimiter, after: keyMarker || undefined, limit });
    const next = limit === 0 ? undefined : page.next;
    const shown = shownAs(encodingType);
    const entries = limit === 0 ? [] : page.entries;
    return xmlReply(
      xmlDocument('ListVersionsResult', [
        element('Name', request.bucket),
        element('Prefix', shown(prefix)),
        element('KeyMarker', shown(keyMarker)),
        element('VersionIdMarker', versionMarker),
        next === undefined ? undefined : element('NextKeyMarker', shown(next)),
        next === undefined ? undefined : element('NextVersionIdMarker', 'null'),
        element('MaxKeys', maxKeys),
        delimiter === undefined ? undefined : element('Delimiter', shown(delimiter)),
        encodingType === undefined ? undefined : element('EncodingType', encodingType),
        element('IsTruncated', next !== undefined),
        ...entries.map((entry) =>
          entry.kind === 'prefix'
            ? undefined
            : element('Version', [
                element('Key', shown(entry.record.key)),
                element('VersionId', 'null'),
                element('IsLatest', true),
                element('LastModified', isoDate(entry.record.lastModified)),
                element('ETag', quoteEtag(entry.record.etag)),
                element('Size', entry.record.sizeBytes),
                ownerElement(site.owner),
                element('StorageClass', 'STANDARD'),
              ]),
        ),
        ...entries.map((entry) => (entry.kind === 'prefix' ? commonPrefix(entry.prefix, shown) : undefined)),
      ]),
    );
  },
});
