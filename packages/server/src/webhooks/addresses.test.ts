import { describe, expect, test } from 'vitest';
import { reachableAddresses } from './addresses.ts';

const strict = reachableAddresses([]);

describe('without a network allowed', () => {
  test.each([
    '127.0.0.1',
    '127.8.9.10',
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '100.100.100.200',
    '169.254.169.254',
    '168.63.129.16',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.192',
    '192.168.1.1',
    '198.18.0.1',
    '203.0.113.5',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '0:0:0:0:0:ffff:a00:1',
    '::ffff:0:127.0.0.1',
    '::127.0.0.1',
    '64:ff9b::7f00:1',
    '64:ff9b::169.254.169.254',
    '64:ff9b:1::a00:1',
    '2002:7f00:1::',
    '2002:a9fe:a9fe::1',
    '2001::1',
    '2001:db8::1',
    'fe80::1',
    'fe80::1%eth0',
    'fec0::1',
    'fc00::1',
    'fd00:ec2::254',
    'ff02::1',
    '100::1',
    '3fff::1',
    'not an address',
    '',
  ])('%s is out of reach', (address) => {
    expect(strict.has(address)).toBe(false);
  });
  test.each([
    '1.1.1.1',
    '8.8.8.8',
    '172.32.0.1',
    '100.128.0.1',
    '2606:4700:4700::1111',
    '2a00:1450::1',
    '::ffff:8.8.8.8',
    '64:ff9b::808:808',
  ])('%s may be reached', (address) => {
    expect(strict.has(address)).toBe(true);
    expect(strict.isNamed(address)).toBe(false);
  });
});

describe('with networks allowed', () => {
  const some = reachableAddresses(['10.1.0.0/16', '127.0.0.1', 'fd12::/16']);
  test.each(['10.1.2.3', '127.0.0.1', '::ffff:10.1.2.3', 'fd12::1'])('%s is reached and named', (address) => {
    expect([some.has(address), some.isNamed(address)]).toEqual([true, true]);
  });
  test.each(['10.2.0.1', '127.0.0.2', 'fd13::1', '169.254.169.254'])('%s stays out of reach', (address) => {
    expect(some.has(address)).toBe(false);
  });
  test.each(['10.0.0.0/33', 'example.com', '10.0.0.0/8/8', '', '::/129', '10.0.0.0/'])('%s is no network', (network) => {
    expect(() => reachableAddresses([network])).toThrow('neither an address nor a network');
  });
});
