/** Whether a client is where a link or URL may be used from. */
import { isWithin, readAddress, readAddressBlock } from '@latchkey/policy/addresses';

/** `address` is the client's own, as trusted proxies told it. One that can not be read is nowhere. IPv4 in IPv6's clothes is IPv4. */
export function isFrom(address: string, blocks: readonly string[]): boolean {
  const client = readAddress(address);
  if (client === undefined) return false;
  return blocks.some((text) => {
    const block = readAddressBlock(text);
    return block !== undefined && isWithin(client, block);
  });
}

export function isAddressBlock(text: string): boolean {
  return readAddressBlock(text) !== undefined;
}
