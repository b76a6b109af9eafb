/** How the server says that it is. */
import { api } from '../api/client.ts';

export type StoreState = { readonly isReady: boolean; readonly problem?: string };

export type ServerState = {
  readonly version: string;
  readonly region: string;
  readonly startedAt: string;
  readonly now: string;
  readonly publicUrls: readonly string[];
  readonly address: string;
  readonly isBehindUnknownProxy: boolean;
  readonly endpoint: string;
  readonly consoleUrl: string;
  readonly stores: { readonly objects: StoreState; readonly records: StoreState; readonly trail: StoreState };
  readonly disk?: { readonly totalBytes: number; readonly freeBytes: number };
  readonly memoryBytes: number;
};

export function fetchServer(signal?: AbortSignal): Promise<ServerState> {
  return api('GET', '/server', { signal });
}
