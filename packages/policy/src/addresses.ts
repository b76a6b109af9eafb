/** IP addresses and the blocks they lie in. An IPv4 address written as IPv6 (`::ffff:192.0.2.1`) is that IPv4 address. */

/** An address as 16-bit words: two for IPv4, eight for IPv6. */
export type Address = readonly number[];
/** A block in CIDR notation: all addresses of the same family whose first `prefixLength` bits are these. */
export type AddressBlock = { readonly address: Address; readonly prefixLength: number };

/** Reads `203.0.113.7` or `2001:db8::7`; `undefined` for everything else, among it names, ports and zones. */
export function readAddress(text: string): Address | undefined {
  if (!text.includes(':')) return readIpv4(text);
  const words = readIpv6(text);
  return words !== undefined && isMappedIpv4(words) ? words.slice(6) : words;
}

/** Reads `203.0.113.0/24` or a lone address. Bits after the prefix are of no account. */
export function readAddressBlock(text: string): AddressBlock | undefined {
  const slash = text.indexOf('/');
  const written = slash < 0 ? text : text.slice(0, slash);
  const words = written.includes(':') ? readIpv6(written) : readIpv4(written);
  if (words === undefined) return undefined;
  const bits = words.length * 16;
  const prefixLength = slash < 0 ? bits : readDecimal(text.slice(slash + 1), bits);
  if (prefixLength === undefined) return undefined;
  if (isMappedIpv4(words) && prefixLength >= 96) return { address: words.slice(6), prefixLength: prefixLength - 96 };
  return { address: words, prefixLength };
}

export function isWithin(address: Address, block: AddressBlock): boolean {
  if (address.length !== block.address.length) return false;
  for (let index = 0, bits = block.prefixLength; bits > 0; index += 1, bits -= 16) {
    const mask = bits >= 16 ? 0xffff : (0xffff << (16 - bits)) & 0xffff;
    if ((((address[index] ?? 0) ^ (block.address[index] ?? 0)) & mask) !== 0) return false;
  }
  return true;
}

function readIpv4(text: string): number[] | undefined {
  if (text.length > 15) return undefined;
  const [a, b, c, d, ...more] = text.split('.').map((part) => readDecimal(part, 255));
  if (a === undefined || b === undefined || c === undefined || d === undefined || more.length > 0) return undefined;
  return [a * 256 + b, c * 256 + d];
}

function readIpv6(text: string): number[] | undefined {
  if (text.length > 45) return undefined;
  const [front = '', back, ...more] = text.split('::');
  if (more.length > 0) return undefined;
  const head = readGroups(front, back === undefined);
  if (back === undefined) return head?.length === 8 ? head : undefined;
  const tail = readGroups(back, true);
  if (head === undefined || tail === undefined || head.length + tail.length > 7) return undefined;
  return [...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail];
}

/** Groups of hexadecimal digits; the last may be an IPv4 address where the groups end the whole. */
function readGroups(text: string, atEnd: boolean): number[] | undefined {
  if (text === '') return [];
  const words: number[] = [];
  const groups = text.split(':');
  for (const [index, group] of groups.entries()) {
    const ipv4 = atEnd && index === groups.length - 1 && group.includes('.') ? readIpv4(group) : undefined;
    if (ipv4 !== undefined) words.push(...ipv4);
    else if (/^[0-9a-fA-F]{1,4}$/.test(group)) words.push(Number.parseInt(group, 16));
    else return undefined;
  }
  return words;
}

function isMappedIpv4(words: readonly number[]): boolean {
  return words.length === 8 && words[5] === 0xffff && words.slice(0, 5).every((word) => word === 0);
}

/** A number without sign or leading zero: `010` is eight to some and ten to others, so it is neither here. */
function readDecimal(text: string, max: number): number | undefined {
  if (!/^(?:0|[1-9][0-9]{0,2})$/.test(text)) return undefined;
  const value = Number(text);
  return value <= max ? value : undefined;
}
