import type { SeenNode } from '../nodes/nodes.ts';

/** What operations may tell of the server that they run in, beside what is in its stores. */
export type ServerFacts = {
  readonly version: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** What links begin with, and what pages of links do: `https://files.example.com`, without a slash at the end. */
  endpoint(): string;
  consoleUrl(): string;
  /** Whether proxies are named whose X-Forwarded-For is believed. */
  readonly trustsProxies: boolean;
  /** The processes that serve this installation. */
  nodes(): Promise<readonly SeenNode[]>;
  /** Of the disk with the data directory; none where the data is elsewhere. */
  readonly disk: (() => Promise<DiskSpace>) | undefined;
};

/** In bytes; `free` is what this process may still write. */
export type DiskSpace = { readonly totalBytes: number; readonly freeBytes: number };
