/** An event of the trail, in CloudTrail's field names, as far as it is shown to a person. */
export type ShownEvent = {
  readonly eventTime: string;
  readonly eventName: string;
  readonly sourceIPAddress: string;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly userIdentity: { readonly type: string; readonly arn?: string; readonly userName?: string; readonly accessKeyId?: string };
  readonly requestParameters: Readonly<Record<string, unknown>> | null;
  readonly additionalEventData: {
    readonly bytesTransferredOut: number;
    readonly bytesTransferredIn: number;
    readonly latchkey: {
      readonly status: number;
      readonly linkId?: string;
      readonly decision?: { readonly check: string; readonly reason: string };
      readonly uses?: { readonly before: number; readonly max: number };
      readonly cut?: boolean;
    };
  };
};

/** One line: when, what, with what result, on what, by whom, from where; and why not, where it was refused. */
export function eventLine(event: ShownEvent): string {
  const { eventTime, eventName, sourceIPAddress, errorCode, additionalEventData } = event;
  const { status, linkId, decision, cut } = additionalEventData.latchkey;
  const bytes = additionalEventData.bytesTransferredOut || additionalEventData.bytesTransferredIn;
  return [
    eventTime,
    eventName,
    errorCode === undefined ? String(status) : `${status} ${errorCode}`,
    objectOf(event),
    `${bytes} B${cut ? ' (cut off)' : ''}`,
    who(event),
    sourceIPAddress,
    linkId ?? '',
    decision === undefined ? '' : `(${decision.check}: ${decision.reason})`,
  ]
    .filter((part) => part !== '')
    .join('  ')
    .replaceAll(CONTROL_CHARACTERS, '?');
}

// Keys and user agents are what strangers sent: they must not move the cursor of whoever reads the trail.
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

function objectOf({ requestParameters }: ShownEvent): string {
  const { bucketName, key } = requestParameters ?? {};
  if (typeof bucketName !== 'string') return '-';
  return `s3://${bucketName}${typeof key === 'string' ? `/${key}` : ''}`;
}

function who({ userIdentity: { type, arn, userName, accessKeyId } }: ShownEvent): string {
  if (userName !== undefined) return `user/${userName}`;
  return arn?.replace(/^arn:aws:(?:iam|sts)::\d*:/, '') ?? accessKeyId ?? type;
}
