/**
 * The service behind links: made, listed, shown, changed and revoked by whoever may; the only writer of links and revocations.
 * Refusals are S3Errors: AccessDenied, InvalidArgument that names the member, NoSuchEntity for a link that is not there or not to be seen.
 */
import type { Judge } from '../authorise.ts';
import type { Principal } from '../identity/principals.ts';
import type { LinkMethod, Revocation, RevocationTarget } from './model.ts';
import type { LinkTerms } from './terms.ts';

/** Who calls: an authenticated request's principal, and its judge (`judgeOf`). */
export type LinkCaller = { readonly principal: Principal; readonly judge: Pick<Judge, 'demand' | 'accessFor'> };

/** What a link is to be. */
export type NewLink = {
  readonly method: LinkMethod;
  readonly bucket: string;
  /**
   * Exactly one of the three. With `keyPrefix` a URL is made for each key as it is asked for (`showLink`); a form takes any key under it.
   * `keys` are objects that somebody chose, for a link with a page: 1000 at most, 64 KiB together.
   */
  readonly key?: string | undefined;
  readonly keys?: readonly string[] | undefined;
  readonly keyPrefix?: string | undefined;
  readonly terms: LinkTerms;
  /** Up to 256 characters; links may be listed and revoked by it. */
  readonly label?: string | undefined;
  /** Up to 1024 characters. */
  readonly note?: string | undefined;
  /** The URL of the S3 address, as the link's holder reaches it. Default: the public URL. */
  readonly endpoint?: string | undefined;
  readonly style?: 'path' | 'virtual' | undefined;
  /** A page for people, under a short address; for downloads. A link with a page may live longer than a URL's seven days. */
  readonly landing?: boolean | undefined;
  /** Asked for on the page, so that there has to be one; 1 to 256 characters. A link with a password has no other address. */
  readonly password?: string | undefined;
};

/** `null` takes a term, the label or the note away; what is not named stays. */
export type LinkChange = {
  readonly terms?: { readonly [Name in keyof LinkTerms]?: LinkTerms[Name] | null } | undefined;
  readonly label?: string | null | undefined;
  readonly note?: string | null | undefined;
  /** `null` takes it away. For links with a page. */
  readonly password?: string | null | undefined;
  readonly status?: 'active' | 'paused' | undefined;
  /** Signs anew: a URL works for seven days from its signature, so extending beyond needs another one. The former stays good for its seven days. */
  readonly newUrl?: boolean | undefined;
};

export type LinkStatus = 'active' | 'paused' | 'revoked' | 'expired' | 'used-up' | 'not-yet';

export type LinkView = {
  readonly id: string;
  readonly method: LinkMethod;
  readonly bucket: string;
  readonly key?: string | undefined;
  readonly keys?: readonly string[] | undefined;
  readonly keyPrefix?: string | undefined;
  readonly status: LinkStatus;
  readonly terms: LinkTerms;
  /** Of a link that is counted. */
  readonly uses?: { readonly used: number; readonly max: number } | undefined;
  readonly createdAt: number;
  /** ARN. */
  readonly createdBy: string;
  /** When the link ends; never later than its URL can work (`signedAt` and seven days). */
  readonly expiresAt: number;
  readonly signedAt: number;
  readonly revokedAt?: number | undefined;
  /** ARN. */
  readonly revokedBy?: string | undefined;
  /** Of a link that was not revoked by itself, but by what was said of many. */
  readonly revokedByRule?: Revocation | undefined;
  readonly label?: string | undefined;
  readonly note?: string | undefined;
  /** Of a link with a page: whether that asks for a password, and its address where it was asked for. */
  readonly landing?: { readonly hasPassword: boolean; readonly url?: string | undefined } | undefined;
  /** Where it was asked for: what to send. None for a prefix without a key, nor for a link with a password. */
  readonly request?: LinkRequest | undefined;
};

/** What the holder of a link sends. `fields` are those of a form, the file coming after them. */
export type LinkRequest = {
  readonly url: string;
  readonly method: LinkMethod;
  readonly headers: Readonly<Record<string, string>>;
  readonly fields?: Readonly<Record<string, string>> | undefined;
};

export type LinkFilter = {
  readonly bucket?: string | undefined;
  /** Of the key, with `bucket`. */
  readonly prefix?: string | undefined;
  readonly label?: string | undefined;
  readonly method?: LinkMethod | undefined;
  readonly status?: LinkStatus | undefined;
  /** ARN of who made it. */
  readonly createdBy?: string | undefined;
};

/** `after` is the `next` of the page before; 1 to 1000 items. A page may be short, or empty, and still have a `next`. */
export type Page = { readonly after?: string | undefined; readonly limit: number };
export type PageOf<Item> = { readonly items: readonly Item[]; readonly next?: string | undefined };

/** What is to be refused from the next request on. `signedBefore` (default: now) leaves later URLs alone. */
export type NewRevocation = (
  | { readonly by: 'url'; readonly url: string }
  | { readonly by: 'signature' /** SHA-256 of the decoded signature, in hex, as the audit trail has it. */; readonly hash: string }
  | RevocationTarget
) & {
  readonly signedBefore?: number | undefined;
  /** Also end transfers that are running. */
  readonly cut?: boolean | undefined;
};

/** A link's URL revokes the link; another URL, its signature. */
export type RevocationDone =
  | { readonly kind: 'link'; readonly link: LinkView }
  | { readonly kind: 'signature'; readonly hash: string; readonly forgetAfter: number }
  | { readonly kind: 'rule'; readonly revocation: Revocation };

export type Links = {
  /** Needs `latchkey:CreateLink` on the object. The answer has `request`. */
  createLink(input: NewLink, caller: LinkCaller): Promise<LinkView>;
  /** Those the caller may see (`latchkey:ReadLink`, or their own), newest first. */
  listLinks(filter: LinkFilter, page: Page, caller: LinkCaller): Promise<PageOf<LinkView>>;
  /** With its URL where asked for, which needs `latchkey:ReadLinkUrl` or to be who made it; `key` says which under a prefix. */
  showLink(id: string, caller: LinkCaller, options?: { readonly withUrl?: boolean; readonly key?: string | undefined }): Promise<LinkView>;
  /** Needs `latchkey:ChangeLink`. */
  changeLink(id: string, change: LinkChange, caller: LinkCaller): Promise<LinkView>;
  /** For good. Needs `latchkey:RevokeLink`, or to be who made it. */
  revokeLink(id: string, caller: LinkCaller, options?: { readonly cut?: boolean }): Promise<LinkView>;
  /** Needs `latchkey:RevokeUrl`: on the object of a URL, the bucket or prefix of a rule, the user or role, `*` else. */
  revoke(rule: NewRevocation, caller: LinkCaller): Promise<RevocationDone>;
  /** The rules, newest first. Needs `latchkey:RevokeUrl` on `*`. */
  listRevocations(page: Page, caller: LinkCaller): Promise<PageOf<Revocation>>;
  /** Ends a rule: what it refused works again. Needs `latchkey:RevokeUrl` on `*`. */
  removeRevocation(id: string, caller: LinkCaller): Promise<void>;
};
