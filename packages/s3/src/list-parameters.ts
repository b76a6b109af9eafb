/** The parameters of the listing operations, read from the query. All throw InvalidArgument in S3's words. */
import { readContinuationToken } from './continuation.ts';
import { invalidArgument } from './errors.ts';
import { firstValue, INT32_MAX, integerParameter, type Query } from './query.ts';

/** What ListObjects, ListObjectsV2 and ListMultipartUploads have in common. */
type KeyListParameters = {
  readonly prefix: string;
  /** Absent also where the query holds an empty one: it then rolls nothing up. */
  readonly delimiter: string | undefined;
  /** `encoding-type` as sent, where it was: keys are then to be shown URL-encoded. */
  readonly encodingType: string | undefined;
};

export type ListObjectsParameters = KeyListParameters & {
  /** As asked for; S3 repeats it in the answer however large it is. */
  readonly maxKeys: number;
  /** How many entries the page may hold: at most 1000. */
  readonly limit: number;
  /** Where the page begins, exclusive: from the marker, the token or start-after. */
  readonly after: string | undefined;
  readonly version: ListVersion;
};

export type ListVersion =
  | { readonly number: 1; readonly marker: string }
  | {
      readonly number: 2;
      readonly continuationToken: string | undefined;
      readonly startAfter: string | undefined;
      readonly fetchOwner: boolean;
    };

/** GET on a bucket: ListObjectsV2 where `list-type` is exactly `2`, ListObjects otherwise. */
export function listObjectsParameters(query: Query): ListObjectsParameters {
  const version = firstValue(query, 'list-type') === '2' ? readVersion2(query) : readVersion1(query);
  const asked = integerParameter(query, {
    name: 'max-keys',
    otherwise: MAX_ENTRIES,
    minimum: 0,
    maximum: INT32_MAX,
    nameInRangeError: 'maxKeys',
  });
  const maxKeys = Math.min(asked, MAX_ENTRIES);
  return { ...keyListParameters(query), maxKeys, limit: maxKeys, after: startOf(version), version };
}

/** The most entries a page of any listing but ListBuckets holds. */
export const MAX_ENTRIES = 1000;

export type ListUploadsParameters = KeyListParameters & {
  readonly maxUploads: number;
  readonly keyMarker: string;
  /** Without a key marker it says nothing, and is `''`. */
  readonly uploadIdMarker: string;
  readonly after: { readonly key: string; readonly uploadId: string | undefined } | undefined;
};

export function listUploadsParameters(query: Query): ListUploadsParameters {
  const maxUploads = integerParameter(query, { name: 'max-uploads', otherwise: MAX_ENTRIES, minimum: 0, maximum: INT32_MAX });
  const keyMarker = firstValue(query, 'key-marker') ?? '';
  const uploadIdMarker = keyMarker === '' ? '' : (firstValue(query, 'upload-id-marker') ?? '');
  return {
    ...keyListParameters(query),
    maxUploads: Math.min(maxUploads, MAX_ENTRIES),
    keyMarker,
    uploadIdMarker,
    after: keyMarker === '' ? undefined : { key: keyMarker, uploadId: uploadIdMarker === '' ? undefined : uploadIdMarker },
  };
}

export type ListPartsParameters = {
  readonly maxParts: number;
  /** Parts with greater numbers are listed. */
  readonly partNumberMarker: number;
};

export function listPartsParameters(query: Query): ListPartsParameters {
  const maxParts = integerParameter(query, { name: 'max-parts', otherwise: MAX_ENTRIES, minimum: 0, maximum: INT32_MAX });
  const partNumberMarker = integerParameter(query, { name: 'part-number-marker', otherwise: 0, minimum: 0, maximum: INT32_MAX });
  return { maxParts: Math.min(maxParts, MAX_ENTRIES), partNumberMarker };
}

/** The same of an object that is whole, where GetObjectAttributes has them in headers. */
export function objectPartsParameters(headers: Query): ListPartsParameters {
  const maxParts = integerParameter(headers, { name: 'x-amz-max-parts', otherwise: MAX_ENTRIES, minimum: 1, maximum: INT32_MAX });
  const partNumberMarker = integerParameter(headers, { name: 'x-amz-part-number-marker', otherwise: 0, minimum: 0, maximum: INT32_MAX });
  return { maxParts: Math.min(maxParts, MAX_ENTRIES), partNumberMarker };
}

export type ListBucketsParameters = {
  readonly maxBuckets: number;
  /** `undefined` where the query has none; S3 repeats one that it has. */
  readonly prefix: string | undefined;
  readonly after: string | undefined;
  /** In lower case. */
  readonly region: string | undefined;
  /** S3 shows the region of each bucket as soon as one of these parameters is sent. */
  readonly showsRegion: boolean;
};

export function listBucketsParameters(query: Query): ListBucketsParameters {
  const maxBuckets = integerParameter(query, { name: 'max-buckets', otherwise: MAX_BUCKETS, minimum: 1, maximum: MAX_BUCKETS });
  const region = firstValue(query, 'bucket-region');
  if (region !== undefined && !/^[a-z0-9-]+$/i.test(region)) {
    throw invalidArgument(`Argument value ${region} is not a valid AWS Region`, 'bucket-region');
  }
  const token = firstValue(query, 'continuation-token') ?? '';
  return {
    maxBuckets,
    prefix: firstValue(query, 'prefix'),
    after: token === '' ? undefined : readContinuationToken(token),
    region: region?.toLowerCase(),
    showsRegion: query.some((parameter) => BUCKET_PARAMETERS.has(parameter.name)),
  };
}

const MAX_BUCKETS = 10_000;
const BUCKET_PARAMETERS: ReadonlySet<string> = new Set(['max-buckets', 'prefix', 'continuation-token', 'bucket-region']);

function keyListParameters(query: Query): KeyListParameters {
  const encodingType = firstValue(query, 'encoding-type');
  if (encodingType !== undefined && encodingType.toLowerCase() !== 'url') {
    throw invalidArgument('Invalid Encoding Method specified in Request', 'encoding-type', encodingType);
  }
  return { prefix: firstValue(query, 'prefix') ?? '', delimiter: firstValue(query, 'delimiter') || undefined, encodingType };
}

function readVersion1(query: Query): ListVersion {
  refuse(query, 'continuation-token', 'continuation-token only supported in REST.GET.BUCKET with list-type=2');
  refuse(query, 'start-after', 'startAfter only supported in REST.GET.BUCKET with list-type=2');
  return { number: 1, marker: firstValue(query, 'marker') ?? '' };
}

function readVersion2(query: Query): ListVersion {
  refuse(query, 'marker', 'Marker unsupported with REST.GET.BUCKET in list-type=2');
  return {
    number: 2,
    continuationToken: firstValue(query, 'continuation-token'),
    startAfter: firstValue(query, 'start-after'),
    fetchOwner: firstValue(query, 'fetch-owner') === 'true',
  };
}

/** A parameter of the other version is refused, not ignored, and its value is not repeated. */
function refuse(query: Query, name: string, message: string): void {
  if (firstValue(query, name) !== undefined) throw invalidArgument(message, name);
}

/** A token outranks start-after, which only says where the first page begins. An empty token is no token, and refused. */
function startOf(version: ListVersion): string | undefined {
  if (version.number === 1) return version.marker || undefined;
  if (version.continuationToken !== undefined) return readContinuationToken(version.continuationToken);
  return version.startAfter || undefined;
}
