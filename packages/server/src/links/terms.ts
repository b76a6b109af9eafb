/** The limits of a link or of a URL. They only ever narrow what the signer may do. */

export type Disposition = 'inline' | 'attachment';

/** What is not said is not limited. Sizes are bytes; times are milliseconds since the epoch. */
export type Terms = {
  /** From 1 to 1e9: how often the object may be delivered, or uploads stored. */
  readonly maxUses?: number | undefined;
  /** Addresses and CIDR blocks that may use it; 50 at most. */
  readonly sourceIp?: readonly string[] | undefined;
  /** Of an upload. */
  readonly minSize?: number | undefined;
  readonly maxSize?: number | undefined;
  /** What an upload's Content-Type may be: `type/subtype` or `type/*`, in lower case; 50 at most. */
  readonly contentTypes?: readonly string[] | undefined;
  /** Whether an upload's first bytes must be what its Content-Type says. Of links only. */
  readonly checksContent?: boolean | undefined;
  /** An upload must not replace an object. */
  readonly noOverwrite?: boolean | undefined;
  /** The name under which a browser saves what is downloaded. Of links only, as is what follows. */
  readonly downloadName?: string | undefined;
  readonly disposition?: Disposition | undefined;
  /** What all transfers of the link in one process together may take, at least 1000. */
  readonly maxBytesPerSecond?: number | undefined;
};

/** The terms of a link. When a URL ends it says itself. */
export type LinkTerms = Terms & {
  readonly notBefore?: number | undefined;
  /** The first moment at which it is over. */
  readonly expiresAt: number;
};
