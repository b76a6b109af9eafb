/**
 * The service behind upload requests: made, listed, shown, changed and closed by whoever may; the only writer of them and of what is delivered.
 * Refusals are S3Errors: AccessDenied, InvalidArgument that names the member, NoSuchEntity for a request that is not there or not to be seen.
 */
import type { LinkCaller, Page, PageOf } from '../links/links.ts';
import type { Deliveries } from './deliveries.ts';
import type { Delivery, UploadTerms } from './model.ts';

/** What a request is to be. */
export type NewUploadRequest = {
  readonly bucket: string;
  /** What all keys begin with; where it is a folder, it ends in a slash. May be empty. */
  readonly keyPrefix: string;
  /** Default `{date}/{id}-{name}`. */
  readonly keyTemplate?: string | undefined;
  readonly terms: UploadTerms;
  /** Up to 256 characters. */
  readonly label?: string | undefined;
  /** Up to 1024 characters: for whoever delivers. */
  readonly note?: string | undefined;
  /** The URL of the S3 address, as guests reach it. Default: the public URL. */
  readonly endpoint?: string | undefined;
  readonly style?: 'path' | 'virtual' | undefined;
  /** Asked for on the page; 1 to 256 characters. */
  readonly password?: string | undefined;
};

/** `null` takes a term, the label, the note or the password away; what is not named stays. */
export type UploadRequestChange = {
  readonly terms?: { readonly [Name in keyof UploadTerms]?: UploadTerms[Name] | null } | undefined;
  readonly label?: string | null | undefined;
  readonly note?: string | null | undefined;
  readonly password?: string | null | undefined;
  readonly status?: 'active' | 'closed' | undefined;
};

export type UploadRequestStatus = 'active' | 'closed' | 'expired' | 'not-yet' | 'full';

export type UploadRequestView = {
  readonly id: string;
  readonly bucket: string;
  readonly keyPrefix: string;
  readonly keyTemplate: string;
  readonly status: UploadRequestStatus;
  readonly terms: UploadTerms;
  /** What has come, and what is just coming. */
  readonly delivered: { readonly files: number; readonly bytes: number };
  readonly open: { readonly files: number; readonly bytes: number };
  readonly createdAt: number;
  /** ARN. */
  readonly createdBy: string;
  readonly closedAt?: number | undefined;
  readonly label?: string | undefined;
  readonly note?: string | undefined;
  readonly hasPassword: boolean;
  /** The address of its page, where it was asked for. */
  readonly url?: string | undefined;
};

export type UploadRequestFilter = {
  readonly bucket?: string | undefined;
  /** Of the prefix, with `bucket`. */
  readonly prefix?: string | undefined;
  readonly label?: string | undefined;
  readonly status?: UploadRequestStatus | undefined;
  /** ARN of who made it. */
  readonly createdBy?: string | undefined;
};

/** All but `through` are for the API; they ask for what the caller needs. Pages are as those of links: they may be short and have a `next`. */
export type UploadRequests = Pick<Deliveries, 'through'> & {
  /** Needs `latchkey:CreateUploadRequest` on the prefix. The answer has `url`. */
  create(input: NewUploadRequest, caller: LinkCaller): Promise<UploadRequestView>;
  list(filter: UploadRequestFilter, page: Page, caller: LinkCaller): Promise<PageOf<UploadRequestView>>;
  /** Needs `latchkey:ReadUploadRequest`; with `withUrl` also `latchkey:ReadUploadRequestUrl`. */
  show(id: string, caller: LinkCaller, options?: { readonly withUrl?: boolean }): Promise<UploadRequestView>;
  /** Needs `latchkey:ChangeUploadRequest`. */
  change(id: string, change: UploadRequestChange, caller: LinkCaller): Promise<UploadRequestView>;
  /** Needs `latchkey:CloseUploadRequest`. Places of files that have not begun to come are given back. */
  close(id: string, caller: LinkCaller): Promise<UploadRequestView>;
  /** Needs `latchkey:ReadUploadRequest`. What was delivered and what is under way, the newest first. */
  deliveries(id: string, page: Page, caller: LinkCaller): Promise<PageOf<Delivery> & { readonly request: UploadRequestView }>;
};
