/** An upload request as the JSON API shows it, and what is said of one. */
import { api } from '../api/client.ts';
import { countText, sizeText } from '../format.ts';
import { type Terms, termsIn } from '../links/link.ts';
import { lastPart } from '../share/subject.ts';
import { language, words } from '../words/words.ts';

type RequestStatus = 'active' | 'closed' | 'expired' | 'not-yet' | 'full';

export type UploadRequest = Terms & {
  readonly id: string;
  readonly bucket: string;
  readonly keyPrefix: string;
  readonly keyTemplate: string;
  readonly url?: string;
  readonly status: RequestStatus;
  readonly expiresAt: string;
  readonly maxFiles?: number;
  readonly maxTotalBytes?: number;
  readonly delivered: Amount;
  readonly open: Amount;
  readonly label?: string;
  readonly note?: string;
  readonly hasPassword: boolean;
  readonly createdAt: string;
  readonly createdBy: string;
  readonly closedAt?: string;
};

type Amount = { readonly files: number; readonly bytes: number };

export type Delivery = {
  readonly id: string;
  readonly key: string;
  readonly name: string;
  readonly size: number;
  readonly status: 'open' | 'delivered';
  readonly createdAt: string;
  readonly deliveredAt?: string;
  readonly sourceIPAddress: string;
};

/** What people call it: the folder that the files come into. */
export function requestName({ keyPrefix, bucket }: Pick<UploadRequest, 'keyPrefix' | 'bucket'>): string {
  return keyPrefix === '' ? bucket : lastPart(keyPrefix);
}

/** What has come: `3 of 10 files, 12 MB`. */
export function deliveredText({ delivered, maxFiles }: UploadRequest): string {
  const text = words().links;
  const locale = language.value.language.tag;
  const files = countText(delivered.files, locale);
  const counted = maxFiles === undefined ? text.filesDelivered(files) : text.filesOf(files, countText(maxFiles, locale));
  return delivered.bytes === 0 ? counted : `${counted}, ${sizeText(delivered.bytes, locale)}`;
}

export function requestLimits(request: UploadRequest): readonly string[] {
  const text = words().links;
  const { maxTotalBytes, hasPassword } = request;
  return [
    ...termsIn(request),
    ...(maxTotalBytes === undefined ? [] : [text.inAll(sizeText(maxTotalBytes, language.value.language.tag))]),
    ...(hasPassword ? [text.withPassword] : []),
  ];
}

const pathOf = (id: string) => `/requests/${encodeURIComponent(id)}`;

export function fetchRequest(id: string, withUrl: boolean, signal?: AbortSignal): Promise<UploadRequest> {
  return api('GET', pathOf(id), { query: { withUrl: withUrl || undefined }, signal });
}

export function changeRequest(id: string, change: Readonly<Record<string, unknown>>): Promise<UploadRequest> {
  return api('PATCH', pathOf(id), { body: change });
}

export function closeRequest(id: string): Promise<UploadRequest> {
  return api('DELETE', pathOf(id));
}
