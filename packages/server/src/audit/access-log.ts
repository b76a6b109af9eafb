/**
 * Events as lines of S3's server access log, in the order of fields that its reference gives ("Amazon S3 server access log format"), `-` for what
 * is not there.
 */
import { uriEncode, uriEncodePath } from '@latchkey/sigv4/encode';
import type { TrailRecord } from './record.ts';

export function accessLogLine(event: TrailRecord, ownerId: string): string {
  const { additionalEventData: data, requestParameters: parameters, userIdentity, errorCode } = event;
  const { latchkey } = data;
  const bucket = textOf(parameters?.bucketName);
  const key = textOf(parameters?.key);
  return [
    ownerId,
    bucket,
    `[${logTime(event.eventTime)}]`,
    event.sourceIPAddress,
    userIdentity.arn ?? userIdentity.accessKeyId,
    event.requestID,
    operationOf(event, bucket, key),
    key === undefined ? undefined : encodedPath(key),
    quoted(`${latchkey.method} ${targetOf(event, bucket, key)} HTTP/1.1`),
    latchkey.status,
    errorCode,
    data.bytesTransferredOut === 0 ? undefined : data.bytesTransferredOut,
    latchkey.objectSizeBytes,
    latchkey.durationMs,
    undefined,
    latchkey.referer === undefined ? undefined : quoted(latchkey.referer),
    quoted(event.userAgent.replace(/^\[(.*)\]$/s, '$1')),
    textOf(parameters?.versionId),
    undefined,
    data.SignatureVersion,
    undefined,
    data.AuthenticationMethod,
    textOf(parameters?.Host),
    undefined,
    undefined,
    undefined,
  ]
    .map((field) => (field === undefined || field === '' ? '-' : safe(String(field))))
    .join(' ');
}

/** `06/Feb/2019:00:00:38 +0000` */
function logTime(isoTime: string): string {
  const [, year, month = '', day, time] = /^(\d{4})-(\d\d)-(\d\d)T([\d:]+)/.exec(isoTime) ?? [];
  return `${day}/${MONTHS[Number(month) - 1]}/${year}:${time} +0000`;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `REST.GET.OBJECT` */
function operationOf({ eventName, additionalEventData }: TrailRecord, bucket: string | undefined, key: string | undefined): string {
  const resource = RESOURCES[eventName] ?? (key !== undefined ? 'OBJECT' : bucket !== undefined ? 'BUCKET' : 'SERVICE');
  return `REST.${eventName.startsWith('Copy') || eventName === 'UploadPartCopy' ? 'COPY' : additionalEventData.latchkey.method}.${resource}`;
}

/** What is not the object, the bucket or the list of buckets itself. */
const RESOURCES: Readonly<Record<string, string>> = {
  CreateMultipartUpload: 'UPLOADS',
  ListMultipartUploads: 'UPLOADS',
  CompleteMultipartUpload: 'UPLOAD',
  AbortMultipartUpload: 'UPLOAD',
  ListParts: 'UPLOAD',
  UploadPart: 'PART',
  UploadPartCopy: 'PART',
  DeleteObjects: 'MULTI_OBJECT_DELETE',
  GetObjectTagging: 'OBJECT_TAGGING',
  PutObjectTagging: 'OBJECT_TAGGING',
  DeleteObjectTagging: 'OBJECT_TAGGING',
  GetObjectAttributes: 'OBJECT_ATTRIBUTES',
  GetObjectAcl: 'ACL',
  PutObjectAcl: 'ACL',
  GetBucketAcl: 'ACL',
  PutBucketAcl: 'ACL',
  GetBucketPolicy: 'BUCKETPOLICY',
  PutBucketPolicy: 'BUCKETPOLICY',
  DeleteBucketPolicy: 'BUCKETPOLICY',
  GetBucketCors: 'CORS',
  PutBucketCors: 'CORS',
  DeleteBucketCors: 'CORS',
  GetBucketLocation: 'LOCATION',
  GetBucketVersioning: 'VERSIONING',
  ListObjectVersions: 'BUCKETVERSIONS',
};

/** As it was asked for, in path style; what the trail hides stays hidden. */
function targetOf({ additionalEventData, requestParameters }: TrailRecord, bucket: string | undefined, key: string | undefined): string {
  const { target } = additionalEventData.latchkey;
  if (target !== undefined) return target;
  const path = `/${[bucket, key]
    .filter((part) => part !== undefined)
    .map(uriEncodePath)
    .join('/')}`;
  const pairs = Object.entries(requestParameters ?? {})
    .filter(([name]) => name !== 'bucketName' && name !== 'key' && name !== 'Host')
    .map(([name, value]) => (value === '' ? encoded(name) : `${encoded(name)}=${encoded(String(value))}`));
  return pairs.length === 0 ? path : `${path}?${pairs.join('&')}`;
}

/** A quote within would end the field. */
function quoted(text: string): string {
  return `"${text.replaceAll('"', '%22')}"`;
}

/** A line is one line of ASCII, whatever a client has sent. */
function safe(field: string): string {
  const text = field.startsWith('"') || field.startsWith('[') ? field : field.replaceAll(' ', '%20');
  return text.replaceAll(/[^ -~]+/g, encoded);
}

/** What the trail has cut off may end in half a character. */
function encoded(text: string): string {
  return uriEncode(Buffer.from(text, 'utf8').toString('utf8'));
}

function encodedPath(path: string): string {
  return uriEncodePath(Buffer.from(path, 'utf8').toString('utf8'));
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
