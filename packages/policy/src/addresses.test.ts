import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isWithin, readAddress, readAddressBlock } from './addresses.ts';

describe('readAddress', () => {
  test.each([
    ['192.0.2.1', [0xc000, 0x0201]],
    ['255.255.255.255', [0xffff, 0xffff]],
    ['2001:DB8::7', [0x2001, 0xdb8, 0, 0, 0, 0, 0, 7]],
    ['::', [0, 0, 0, 0, 0, 0, 0, 0]],
    ['1:2:3:4:5:6:7::', [1, 2, 3, 4, 5, 6, 7, 0]],
    ['::1.2.3.4', [0, 0, 0, 0, 0, 0, 0x102, 0x304]],
    ['::ffff:192.0.2.1', [0xc000, 0x0201]],
    ['::FFFF:c000:201', [0xc000, 0x0201]],
  ])('reads %s', (text, words) => {
    expect(readAddress(text)).toEqual(words);
  });

  test.each([
    ...['', '1.2.3', '1.2.3.4.5', '01.2.3.4', '1.2.3.256', '1.2.3.4 ', '1.2.3.-4', '0x1.2.3.4', '127.1', '2130706433', '1.2.3.4:80'],
    ...[':::', '1::2::3', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', '1:2:3:4:5:6:7:8::', '12345::', 'fe80::1%eth0', '[::1]', '::g'],
    ...['1.2.3.4::', '::1.2.3.4:5', '::1.2.3', 'localhost', '1.2.3.4/32'],
  ])('does not take %j for an address', (text) => {
    expect(readAddress(text)).toBeUndefined();
  });
});

describe('readAddressBlock and isWithin', () => {
  test.each([
    ['10.0.0.0/8', '10.255.255.255', true],
    ['10.0.0.0/8', '11.0.0.0', false],
    ['10.1.2.3/8', '10.9.9.9', true],
    ['203.0.113.7', '203.0.113.7', true],
    ['203.0.113.7', '203.0.113.6', false],
    ['0.0.0.0/0', '8.8.8.8', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['::/0', '8.8.8.8', false],
    ['::/0', '2001:db8::1', true],
    ['2001:db8:1234:5678::/64', '2001:db8:1234:5678:ffff::1', true],
    ['2001:db8:1234:5678::/64', '2001:db8:1234:5679::1', false],
    ['10.0.0.0/8', '::ffff:10.1.2.3', true],
    ['::ffff:10.0.0.0/104', '10.1.2.3', true],
    ['::ffff:10.0.0.0/104', '11.1.2.3', false],
    ['::ffff:10.1.2.3', '10.1.2.3', true],
    ['::ffff:0:0/96', '10.1.2.3', true],
    ['::ffff:0:0/95', '10.1.2.3', false],
    ['::ffff:0:0/95', '2001:db8::1', false],
  ])('%s holds %s: %s', (block, address, expected) => {
    const [readBlock, readOne] = [readAddressBlock(block), readAddress(address)];
    expect(readBlock && readOne && isWithin(readOne, readBlock)).toBe(expected);
  });

  test.each(['10.0.0.0/33', '::/129', '10.0.0.0/', '10.0.0.0/08', '10.0.0.0/-1', '10.0.0.0/8/8', '/8', '10.0.0/8', ''])(
    'refuses %j',
    (text) => {
      expect(readAddressBlock(text)).toBeUndefined();
    },
  );

  test('agrees with comparing the first bits written out, for both families', () => {
    const family = fc.constantFrom({ words: 2, bits: 32 }, { words: 8, bits: 128 });
    const cases = family.chain(({ words, bits }) => {
      const address = fc.array(fc.integer({ min: 1, max: 0xffff }), { minLength: words, maxLength: words });
      return fc.tuple(address, address, fc.nat(bits), fc.nat(bits), fc.boolean());
    });
    const alike = fc.property(cases, ([one, other, prefixLength, shared, near]) => {
      // Addresses that share their beginning with the block are the ones that tell an off-by-one.
      const [network, random] = [bitsOf(one), bitsOf(other)];
      const address = near ? network.slice(0, shared) + random.slice(shared) : random;
      const block = readAddressBlock(`${textOf(network)}/${prefixLength}`);
      const read = readAddress(textOf(address));
      expect(block && read && isWithin(read, block)).toBe(address.slice(0, prefixLength) === network.slice(0, prefixLength));
    });
    fc.assert(alike, { numRuns: 1000 });
  });
});

function bitsOf(words: number[]): string {
  return words.map((word) => word.toString(2).padStart(16, '0')).join('');
}

function textOf(bits: string): string {
  const chunk = bits.length === 32 ? 8 : 16;
  const numbers = Array.from({ length: bits.length / chunk }, (_, at) => Number.parseInt(bits.slice(at * chunk, (at + 1) * chunk), 2));
  return chunk === 8 ? numbers.join('.') : numbers.map((number) => number.toString(16)).join(':');
}
