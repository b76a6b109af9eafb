/** An event as it is written: a line of JSON in the field names of AWS CloudTrail. */

export type TrailRecord = {
  readonly eventVersion: '1.11';
  readonly userIdentity: UserIdentity;
  /** UTC, to the second, as CloudTrail has it; `additionalEventData.latchkey.receivedAt` has the milliseconds. */
  readonly eventTime: string;
  readonly eventSource: string;
  readonly eventName: string;
  readonly awsRegion: string;
  readonly sourceIPAddress: string;
  readonly userAgent: string;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly requestParameters: Readonly<Record<string, unknown>> | null;
  readonly responseElements: Readonly<Record<string, unknown>> | null;
  readonly additionalEventData: AdditionalEventData;
  readonly requestID: string;
  readonly eventID: string;
  readonly readOnly: boolean;
  readonly resources?: readonly TrailResource[];
  readonly eventType: 'AwsApiCall' | 'AwsServiceEvent';
  readonly managementEvent: boolean;
  readonly recipientAccountId: string;
  readonly eventCategory: 'Data' | 'Management';
  /** Where the client spoke TLS. */
  readonly tlsDetails?: { readonly clientProvidedHostHeader: string };
  /** Of an event about the trail itself. */
  readonly serviceEventDetails?: Readonly<Record<string, unknown>>;
  /** When the line was written, in milliseconds since the epoch; its number in its chain; and its hash, over all that stands before it and the line before. */
  readonly recordedAt: number;
  readonly sequence: number;
  readonly hash: string;
};

export type UserIdentity = {
  readonly type: 'Root' | 'IAMUser' | 'AssumedRole' | 'WebIdentityUser' | 'AWSAccount' | 'AWSService' | 'Unknown';
  readonly principalId?: string;
  readonly arn?: string;
  readonly accountId?: string;
  readonly accessKeyId?: string;
  readonly userName?: string;
  readonly sessionContext?: Readonly<Record<string, unknown>>;
  readonly invokedBy?: string;
};

export type AdditionalEventData = {
  readonly SignatureVersion?: 'SigV4' | 'SigV2';
  readonly AuthenticationMethod?: 'AuthHeader' | 'QueryString' | 'HtmlForm';
  readonly bytesTransferredIn: number;
  readonly bytesTransferredOut: number;
  readonly 'x-amz-id-2'?: string;
  readonly latchkey: LatchkeyData;
};

export type LatchkeyData = {
  readonly status: number;
  /** ISO 8601, to the millisecond. */
  readonly receivedAt: string;
  readonly durationMs: number;
  readonly method: string;
  /** The request target with signatures masked, cut off where it is long. */
  readonly target: string;
  readonly referer?: string;
  readonly linkId?: string;
  readonly signatureHash?: string;
  readonly decision?: { readonly check: string; readonly reason: string };
  readonly uses?: { readonly before: number; readonly max: number };
  readonly etag?: string;
  readonly objectSizeBytes?: number;
  /** The reply was cut off before its end. */
  readonly cut?: boolean;
};

export type TrailResource = { readonly type: string; readonly ARN: string; readonly accountId?: string };
