/** An event of the trail, and what it says in a sentence. */
import type { IconName } from '../components/icon.tsx';
import { countText, sizeText } from '../format.ts';
import { language, words } from '../words/words.ts';

export type TrailEvent = {
  readonly eventID: string;
  readonly eventTime: string;
  readonly eventName: string;
  readonly eventSource: string;
  readonly sourceIPAddress: string;
  readonly userAgent: string;
  readonly userIdentity: { readonly type: string; readonly arn?: string; readonly userName?: string; readonly accessKeyId?: string };
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly requestParameters: Readonly<Record<string, unknown>> | null;
  readonly resources?: readonly { readonly type: string; readonly ARN: string }[];
  readonly additionalEventData: {
    readonly bytesTransferredIn: number;
    readonly bytesTransferredOut: number;
    readonly latchkey: {
      readonly status: number;
      readonly receivedAt?: string;
      readonly linkId?: string;
      readonly decision?: { readonly check: string; readonly reason: string };
      readonly uses?: { readonly before: number; readonly max: number };
      readonly cut?: boolean;
    };
  };
};

export type EventPage = { readonly items: readonly TrailEvent[]; readonly next?: string; readonly latest?: string };

/** Milliseconds since the epoch. */
export function timeOf({ eventTime, additionalEventData }: TrailEvent): number {
  return Date.parse(additionalEventData.latchkey.receivedAt ?? eventTime);
}

export function resultOf({ additionalEventData }: TrailEvent): 'ok' | 'refused' | 'failed' {
  const { status } = additionalEventData.latchkey;
  return status >= 500 ? 'failed' : status >= 400 ? 'refused' : 'ok';
}

/** Who asked: a user's or role's name, root, a link's id, or that nobody is known. */
export function whoOf({ userIdentity }: TrailEvent): string {
  const { type, userName, arn, accessKeyId } = userIdentity;
  if (type === 'Root') return words().links.rootName;
  if (userName !== undefined) return userName;
  if (arn !== undefined) return arn.slice(arn.lastIndexOf('/') + 1);
  return accessKeyId ?? words().audit.anonymous;
}

/** The object that it is about, as `BUCKET/KEY`; or the user, policy or link that it changed. */
export function whatOf({ requestParameters, additionalEventData }: TrailEvent): string {
  const parameters = requestParameters ?? {};
  const text = (name: string) => (typeof parameters[name] === 'string' ? (parameters[name] as string) : undefined);
  const bucket = text('bucketName');
  if (bucket !== undefined) return [bucket, text('key')].filter((part) => part !== undefined).join('/');
  const named = NAMES.map(text).find((value) => value !== undefined);
  return named ?? additionalEventData.latchkey.linkId ?? '';
}

const NAMES = ['userName', 'roleName', 'groupName', 'policyName', 'policyArn', 'accessKeyId', 'id', 'bucket', 'action'] as const;

export type Told = {
  readonly icon: IconName;
  readonly kind: 'plain' | 'good' | 'danger';
  readonly sentence: string;
  readonly more?: string;
};

/** What happened to a link, for its timeline. */
export function toldOf(event: TrailEvent): Told {
  const text = words().audit;
  const locale = language.value.language.tag;
  const { eventName, sourceIPAddress: address, additionalEventData, errorCode } = event;
  const { bytesTransferredIn, bytesTransferredOut, latchkey } = additionalEventData;
  if (latchkey.status >= 400) {
    const why = latchkey.decision === undefined ? (errorCode ?? String(latchkey.status)) : text.checks(latchkey.decision.check);
    const more = latchkey.decision?.reason ?? event.errorMessage;
    return { icon: 'close', kind: 'danger', sentence: text.refusedTo(address, why), ...(more !== undefined && { more }) };
  }
  const { uses } = latchkey;
  const counted = uses === undefined ? {} : { more: text.usesNow(countText(uses.before + 1, locale), countText(uses.max, locale)) };
  const who = whoOf(event);
  switch (eventName) {
    case 'GetObject':
    case 'GetFolderZip': {
      const size = sizeText(bytesTransferredOut, locale);
      const sentence = latchkey.cut === true ? text.deliveredPart(size, address) : text.delivered(size, address);
      return { icon: 'download', kind: 'good', sentence, ...counted };
    }
    case 'PutObject':
    case 'PostObject':
    case 'UploadPart':
      return { icon: 'upload', kind: 'good', sentence: text.stored(sizeText(bytesTransferredIn, locale), address), ...counted };
    case 'HeadObject':
    case 'ListObjects':
      return { icon: 'eye', kind: 'plain', sentence: text.looked(address) };
    case 'CreateLink':
    case 'CreateUploadRequest':
    case 'Presign':
      return { icon: 'plus', kind: 'plain', sentence: text.created(who) };
    case 'ChangeLink':
    case 'ChangeUploadRequest':
      return { icon: 'edit', kind: 'plain', sentence: text.changed(who) };
    case 'RevokeLink':
    case 'CreateRevocation':
      return { icon: 'close', kind: 'danger', sentence: text.revoked(who) };
    case 'CloseUploadRequest':
      return { icon: 'close', kind: 'danger', sentence: text.closed(who) };
    case 'GetLinkUrl':
      return { icon: 'link', kind: 'plain', sentence: text.shownUrl(who) };
    default:
      return { icon: 'list', kind: 'plain', sentence: text.other(eventName, who) };
  }
}
