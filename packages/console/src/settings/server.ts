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

/** A process that serves this installation. */
export type NodeState = {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  readonly worker?: number;
  readonly version: string;
  readonly startedAt: string;
  readonly seenAt: string;
  readonly s3: string;
  readonly clockAheadMs: number;
  readonly isSilent: boolean;
  readonly isHere: boolean;
};

export async function fetchNodes(signal?: AbortSignal): Promise<readonly NodeState[]> {
  return (await api<{ readonly items: readonly NodeState[] }>('GET', '/nodes', { signal })).items;
}

export function fetchServer(signal?: AbortSignal): Promise<ServerState> {
  return api('GET', '/server', { signal });
}
