/** The messages of S3's event notifications, as JSON. */
import type { ObjectEventName } from './notification-events.ts';

/** What an event is about, and who did it. */
export type NotificationFacts = {
  readonly event: ObjectEventName;
  readonly region: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** `AWS:AIDA…`, or the account. */
  readonly principalId: string;
  readonly sourceIp: string;
  readonly requestId: string;
  readonly hostId: string;
  /** The id of the rule. */
  readonly configurationId: string;
  /** The canonical user id. */
  readonly ownerId: string;
  readonly bucket: string;
  readonly key: string;
  /** Absent where the object is gone. */
  readonly object?: { readonly sizeBytes: number; readonly etag: string } | undefined;
  /** Grows with the changes of an object. */
  readonly sequence: number;
};

/** `{"Records":[…]}` with one record. With the longest of names it has some 5 KB. */
export function notificationMessage(facts: NotificationFacts): string {
  const { event, region, at, principalId, sourceIp, requestId, hostId, configurationId, ownerId, bucket, key, object, sequence } = facts;
  const record = {
    eventVersion: '2.5',
    eventSource: 'aws:s3',
    awsRegion: region,
    eventTime: new Date(at).toISOString(),
    eventName: event,
    userIdentity: { principalId },
    requestParameters: { sourceIPAddress: sourceIp },
    responseElements: { 'x-amz-request-id': requestId, 'x-amz-id-2': hostId },
    s3: {
      s3SchemaVersion: '1.0',
      configurationId,
      bucket: { name: bucket, ownerIdentity: { principalId: ownerId }, arn: `arn:aws:s3:::${bucket}` },
      object: {
        key: keyInMessage(key),
        ...(object !== undefined && !event.startsWith('ObjectTagging:') && { size: object.sizeBytes }),
        ...(object !== undefined && { eTag: object.etag }),
        sequencer: sequencerOf(sequence),
      },
    },
  };
  return JSON.stringify({ Records: [record] });
}

/** What S3 sends a destination once it is named in a configuration. */
export function testMessage({ at, bucket, requestId, hostId }: Pick<NotificationFacts, 'at' | 'bucket' | 'requestId' | 'hostId'>): string {
  return JSON.stringify({
    Service: 'Amazon S3',
    Event: 's3:TestEvent',
    Time: new Date(at).toISOString(),
    Bucket: bucket,
    RequestId: requestId,
    HostId: hostId,
  });
}

/** 16 digits, so that comparing the text compares the number. */
export function sequencerOf(sequence: number): string {
  return sequence.toString(16).toUpperCase().padStart(16, '0');
}

/** As a form would encode it, and slashes as they are: `red flower.jpg` is `red+flower.jpg`. */
function keyInMessage(key: string): string {
  return encodeURIComponent(key)
    .replaceAll(/[!'()~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+')
    .replaceAll('%2F', '/');
}
