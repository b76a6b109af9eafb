import { isIP, isIPv4 } from 'node:net';
import { wrongUsage } from './failure.ts';

/** Addresses and networks as they were given. Throws a `Failure` with status 2 for anything else: a URL that nobody can use helps nobody. */
export function networksOf(texts: readonly string[] | undefined, flag: string): readonly string[] | undefined {
  for (const text of texts ?? []) {
    const [address = '', bits, ...rest] = text.split('/');
    const isPrefix = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (isIPv4(address) ? 32 : 128));
    if (isIP(address) === 0 || !isPrefix || rest.length > 0)
      throw wrongUsage(`${flag} is an address or a network, such as 192.0.2.7 or 192.0.2.0/24, not "${text}".`);
  }
  return texts;
}
