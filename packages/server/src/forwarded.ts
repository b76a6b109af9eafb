/** Who is really asking, where proxies of ours stand in between. */
import { BlockList, isIP, isIPv4 } from 'node:net';
import { headerValue } from './headers.ts';
import type { Incoming, Peer } from './pipeline.ts';

/** The addresses of the proxies whose X-Forwarded-… headers are believed. */
export type TrustedProxies = { has(address: string): boolean };

/**
 * Addresses and networks (`10.0.0.0/8`, `::1`). Throws with a sentence for anything else.
 */
export function trustedProxies(networks: readonly string[]): TrustedProxies | undefined {
  if (networks.length === 0) return undefined;
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits, ...rest] = network.split('/');
    const family = isIPv4(address) ? 'ipv4' : 'ipv6';
    const most = family === 'ipv4' ? 32 : 128;
    const prefix = bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN;
    if (isIP(address) === 0 || !(prefix <= most) || rest.length > 0)
      throw new Error(`"${network}" is neither an address nor a network such as 10.0.0.0/8.`);
    list.addSubnet(address, prefix, family);
  }
  return { has: (address) => list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6') };
}

/**
 * X-Forwarded-For is read from its end, which the nearest proxy wrote, up to the first address that is not a proxy of ours:
 * what stands before that anybody may have made up. From others than our proxies nothing is believed.
 */
export function realPeer(direct: Peer, headers: Incoming['headers'], proxies: TrustedProxies): Peer {
  const nearest = plainAddress(direct.address);
  if (!proxies.has(nearest)) return { address: nearest, secure: direct.secure };
  let address = nearest;
  const chain = allValues(headers, 'x-forwarded-for').split(',');
  for (let i = chain.length - 1; i >= 0; i--) {
    const hop = plainAddress((chain[i] ?? '').trim());
    if (isIP(hop) === 0) break;
    address = hop;
    if (!proxies.has(hop)) break;
  }
  const proto = headerValue(headers, 'x-forwarded-proto')?.trim().toLowerCase();
  return { address, secure: proto === undefined ? direct.secure : proto === 'https' };
}

/** IPv4 in IPv6's clothes (`::ffff:192.0.2.1`) is IPv4; brackets and ports go. */
export function plainAddress(address: string): string {
  const bare =
    /^\[([^\]]+)\](?::\d+)?$/.exec(address)?.[1] ??
    (/^\d+\.\d+\.\d+\.\d+:\d+$/.test(address) ? address.slice(0, address.lastIndexOf(':')) : address);
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare);
  return mapped?.[1] ?? bare;
}

function allValues(headers: Incoming['headers'], wanted: string): string {
  return headers
    .filter(([name]) => name === wanted)
    .map(([, value]) => value)
    .join(',');
}
