/** What workers and the process that has started them say to each other. */

/** The addresses that a worker accepts connections at. */
export type Listening = { readonly s3: string; readonly console: string };

/** How a worker is to go. */
export type Leaving = {
  /** So long it goes on accepting, and says at `/-/health/ready` that it will not for long. */
  readonly drainMs: number;
  /** So long requests in flight may take from then on. */
  readonly graceMs: number;
  /** So long a connection may be used that has no request in flight. */
  readonly quietMs: number;
};

/** Requests in flight when everything stops. */
export const GRACE_MS = 30_000;
