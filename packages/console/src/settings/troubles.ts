/** What of an installation needs a person. */
import type { ServerState } from './server.ts';

/** `away`: the server does not answer, or only that something of it is away. */
export type Trouble = 'away' | 'objects' | 'records' | 'trail' | 'disk' | 'address' | 'proxy' | 'webhooks';

const ALMOST_FULL = 0.05;

/** The worst first. */
export function troublesOf(
  { stores, disk, isBehindUnknownProxy }: Pick<ServerState, 'stores' | 'disk' | 'isBehindUnknownProxy'>,
  { isAddressGood, hasUndelivered }: { readonly isAddressGood: boolean; readonly hasUndelivered: boolean },
): readonly Trouble[] {
  return [
    ...(['records', 'objects', 'trail'] as const).filter((store) => !stores[store].isReady),
    ...(isAlmostFull(disk) ? (['disk'] as const) : []),
    ...(isAddressGood ? [] : (['address'] as const)),
    ...(isBehindUnknownProxy ? (['proxy'] as const) : []),
    ...(hasUndelivered ? (['webhooks'] as const) : []),
  ];
}

export function isAlmostFull(disk: ServerState['disk']): boolean {
  return disk !== undefined && disk.freeBytes < disk.totalBytes * ALMOST_FULL;
}
