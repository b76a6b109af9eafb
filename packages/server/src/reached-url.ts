/** What listens on all addresses of a machine has no name of its own to give out. */
import { networkInterfaces } from 'node:os';

/** `0.0.0.0` or `::`, as a URL has it. */
export const isEverywhere = (hostname: string): boolean => hostname === '0.0.0.0' || hostname === '[::]';

/**
 * A bound URL with a host that others can open, without a slash at the end: this machine's address in its network, as a guess where nobody has
 * said how it is reached.
 */
export function reachedUrl(boundUrl: string, interfaces: Interfaces = networkInterfaces()): string {
  if (boundUrl === '') return '';
  const url = new URL(boundUrl);
  if (isEverywhere(url.hostname)) url.hostname = addressIn(interfaces) ?? 'localhost';
  return url.href.replace(/\/$/, '');
}

type Interfaces = NodeJS.Dict<readonly Pick<import('node:os').NetworkInterfaceInfo, 'address' | 'family' | 'internal'>[]>;

function addressIn(interfaces: Interfaces): string | undefined {
  const all = Object.values(interfaces).flatMap((addresses = []) => addresses);
  return all.find(({ family, internal, address }) => family === 'IPv4' && !internal && !address.startsWith('169.254.'))?.address;
}
