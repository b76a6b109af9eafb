/**
 * Which addresses a webhook may be at. Whoever registers one chooses where this server sends requests to; without a check that could be the
 * cloud's metadata service, a database on this machine or a router. So only addresses of the public Internet are reached, unless the operator
 * allows others.
 */
import { BlockList, isIPv4 } from 'node:net';
import { plainAddress } from '../forwarded.ts';

export type ReachableAddresses = {
  /** Of an address as the resolver gives it. */
  has(address: string): boolean;
  /** Whether the operator has named the network that it is in. */
  isNamed(address: string): boolean;
  /** Whether any network is named at all. */
  readonly namesAny: boolean;
};

/** Throws with a sentence for what is no address or network such as 10.0.0.0/8. */
export function reachableAddresses(allowedNetworks: readonly string[]): ReachableAddresses {
  const allowed = new BlockList();
  for (const network of allowedNetworks) add(allowed, network);
  const isNamed = (text: string): boolean => {
    const address = embedded(withoutZone(text));
    return check(allowed, address);
  };
  return {
    isNamed,
    namesAny: allowedNetworks.length > 0,
    has: (text) => isNamed(text) || isPublic(embedded(withoutZone(text))),
  };
}

function isPublic(address: string): boolean {
  if (isIPv4(address)) return !NOT_PUBLIC_V4.check(address, 'ipv4');
  return GLOBAL_V6.check(address, 'ipv6') && !NOT_PUBLIC_V6.check(address, 'ipv6');
}

/** The IPv4 address that an IPv6 address stands for: mapped, and translated by NAT64. All others are what they are. */
function embedded(address: string): string {
  if (isIPv4(address)) return address;
  const bytes = bytesOf(address);
  if (bytes === undefined) return address;
  const isMapped = bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff;
  const isTranslated = NAT64_PREFIX.every((byte, index) => bytes[index] === byte);
  return isMapped || isTranslated ? bytes.slice(12).join('.') : address;
}

/** 64:ff9b::/96 */
const NAT64_PREFIX = [0x00, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0];

/** The 16 bytes of an IPv6 address, however it is written. */
function bytesOf(address: string): readonly number[] | undefined {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  const hex = (high: string | undefined, low: string | undefined) => ((Number(high) << 8) | Number(low)).toString(16);
  const text = dotted === null ? address : `${dotted[1]}${hex(dotted[2], dotted[3])}:${hex(dotted[4], dotted[5])}`;
  const [head = '', tail] = text.split('::');
  const groups = (part: string) => (part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16)));
  const [before, after] = [groups(head), tail === undefined ? [] : groups(tail)];
  const zeros = tail === undefined ? 0 : 8 - before.length - after.length;
  const all = [...before, ...new Array<number>(Math.max(0, zeros)).fill(0), ...after];
  if (all.length !== 8 || all.some((group) => !(group >= 0 && group <= 0xffff))) return undefined;
  return all.flatMap((group) => [group >> 8, group & 0xff]);
}

function withoutZone(text: string): string {
  return plainAddress(text.split('%', 1)[0] ?? '');
}

function check(list: BlockList, address: string): boolean {
  return list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
}

function add(list: BlockList, network: string): void {
  const [address = '', bits, ...rest] = network.split('/');
  const family = isIPv4(address) ? 'ipv4' : 'ipv6';
  const most = family === 'ipv4' ? 32 : 128;
  const prefix = bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN;
  if ((family === 'ipv6' && bytesOf(address) === undefined) || !(prefix <= most) || rest.length > 0)
    throw new Error(`"${network}" is neither an address nor a network such as 10.0.0.0/8.`);
  list.addSubnet(address, prefix, family);
}

function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) add(list, network);
  return list;
}

/** What IANA has set aside, and one that a cloud uses for its own. */
const NOT_PUBLIC_V4 = listOf([
  '0.0.0.0/8', // this network
  '10.0.0.0/8', // private
  '100.64.0.0/10', // carriers' NAT; Alibaba's metadata is in it
  '127.0.0.0/8', // this machine
  '168.63.129.16/32', // Azure's own services
  '169.254.0.0/16', // link-local: the metadata services
  '172.16.0.0/12', // private
  '192.0.0.0/24', // protocols
  '192.0.2.0/24', // documentation
  '192.88.99.0/24', // 6to4 relays
  '192.168.0.0/16', // private
  '198.18.0.0/15', // measurements
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, broadcast
]);

/** All that is routed at all; loopback, link-local, unique local and multicast addresses lie outside. */
const GLOBAL_V6 = listOf(['2000::/3']);
const NOT_PUBLIC_V6 = listOf([
  '2001::/23', // protocols, Teredo among them
  '2001:db8::/32', // documentation
  '2002::/16', // 6to4, which holds any IPv4 address
  '3fff::/20', // documentation
]);
