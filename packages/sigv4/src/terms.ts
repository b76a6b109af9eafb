/**
 * Limits for a Latchkey server; they are signed into the URL and only ever narrow it. One that does not enforce them refuses the URL,
 * other servers ignore them.
 */
export type Terms = {
  /** How often the object may be fetched, or uploaded. */
  readonly maxUses?: number | undefined;
  /** Addresses or CIDR ranges that may use the URL. */
  readonly sourceIp?: string | readonly string[] | undefined;
  /** The least size of an upload, in bytes. */
  readonly minSize?: number | undefined;
  /** The greatest size of an upload, in bytes. */
  readonly maxSize?: number | undefined;
  /** Types an upload may have, such as `image/*`. */
  readonly contentTypes?: string | readonly string[] | undefined;
  /** The upload must not replace an object. */
  readonly noOverwrite?: boolean | undefined;
};
