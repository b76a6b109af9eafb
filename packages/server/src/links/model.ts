/** What is kept of links and of revocations. Times are milliseconds since the epoch. */
import type { Sealed } from '../identity/sealing.ts';
import type { PasswordHash } from '../landing/password.ts';
import type { UploadOf } from '../upload-requests/as-link.ts';
import type { LinkTerms } from './terms.ts';

export const LINK = 'link';
export const REVOCATION = 'revocation';
/** Where a token leads: the id is its hash, the value `{ link: ID }`. */
export const LANDING = 'landing';

/** What a link's URL is signed for; POST is an HTML form. */
export type LinkMethod = 'GET' | 'PUT' | 'POST';

/** Session policies of who made the link: they narrow the link as they narrowed its maker. */
export type IssuerLimits = { readonly policies?: readonly string[]; readonly policyNames?: readonly string[] };

/** Whose permissions a link has: by unique id, so that somebody else of the same name does not get it. */
export type LinkIssuer =
  | { readonly kind: 'root' }
  | { readonly kind: 'user'; readonly user: string; readonly userId: string; readonly limits?: IssuerLimits; readonly issuedAt?: number }
  | {
      readonly kind: 'role';
      readonly role: string;
      readonly roleId: string;
      readonly sessionName: string;
      readonly limits?: IssuerLimits;
      /** Of the session that made the link: policies may ask for it (`aws:TokenIssueTime`). */
      readonly issuedAt?: number;
    };

/** A link as stored. Its id is the access key id in its URL. */
export type Link = {
  /** `LKLN` and 16 letters and digits; newer ones come first in the order of their bytes. */
  readonly id: string;
  readonly issuer: LinkIssuer;
  /** The ARN of who made it, for people. */
  readonly createdBy: string;
  /** The access key it was made with, or that of the session's beginning: its URLs may be revoked all together. */
  readonly createdWith: string;
  readonly createdAt: number;
  readonly method: LinkMethod;
  readonly bucket: string;
  /** The one key, or else each of `keys`, or any that begins with `keyPrefix`. */
  readonly key?: string;
  readonly keys?: readonly string[];
  readonly keyPrefix?: string;
  /** How its URL addresses this server. */
  readonly endpoint: string;
  readonly style: 'path' | 'virtual';
  readonly terms: LinkTerms;
  readonly label?: string;
  readonly note?: string;
  readonly status: 'active' | 'paused' | 'revoked';
  readonly revokedAt?: number;
  /** The ARN of who did it. */
  readonly revokedBy?: string;
  /** Whether transfers that were running when it was revoked end too. */
  readonly isCut?: boolean;
  /** Its secret access key, sealed for `link/ID`. Nobody outside ever sees it. */
  readonly secret: Sealed;
  /** When its present URL was signed: that URL works for seven days from then, whatever the terms say. */
  readonly signedAt: number;
  /** How far it may be extended: until then its uses are remembered. */
  readonly extendableUntil: number;
  /** Of a link with a page for people, and a short address. */
  readonly landing?: Landing;
  /** Of what is no link, but asks as one: an upload request, or a file that was announced to one. Never stored. */
  readonly upload?: UploadOf;
};

export type Landing = {
  readonly tokenHash: string;
  /** Sealed for `landing/ID`, so that the address can be shown again. */
  readonly token: Sealed;
  readonly password?: PasswordHash;
};

/** How long S3 lets a signature in a URL be good. */
export const MAX_SIGNED_MS = 7 * 24 * 3600 * 1000;

/** What a rule of revocation is about. */
export type RevocationTarget =
  | { readonly by: 'access-key'; readonly accessKeyId: string }
  | { readonly by: 'user'; readonly user: string }
  | { readonly by: 'role'; readonly role: string }
  | { readonly by: 'bucket'; readonly bucket: string }
  | { readonly by: 'prefix'; readonly bucket: string; readonly prefix: string }
  | { readonly by: 'label'; readonly label: string }
  | { readonly by: 'all' };

/** A rule as stored: what was signed before a moment is refused. */
export type Revocation = RevocationTarget & {
  readonly id: string;
  readonly signedBefore: number;
  readonly createdAt: number;
  /** The ARN of who made it. */
  readonly createdBy: string;
  /** Whether running transfers end too. */
  readonly isCut: boolean;
};

/** One URL that is refused, by the SHA-256 of its decoded signature, in hex. */
export type RevokedSignature = {
  readonly hash: string;
  readonly createdAt: number;
  readonly createdBy: string;
  /** The URL is over by then, so that nothing needs to be remembered. */
  readonly forgetAfter: number;
  readonly isCut: boolean;
};
