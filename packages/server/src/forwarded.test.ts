import { expect, test } from 'vitest';
import { plainAddress, realPeer, trustedProxies } from './forwarded.ts';

const proxies = trustedProxies(['10.0.0.0/8', '::1', '192.0.2.1']);
const direct = (address: string) => ({ address, secure: false });
const peer = (address: string, forwardedFor: string[], proto?: string) => {
  if (proxies === undefined) throw new Error('no proxies');
  const headers = [
    ...forwardedFor.map((value) => ['x-forwarded-for', value] as const),
    ...(proto === undefined ? [] : [['x-forwarded-proto', proto] as const]),
  ];
  return realPeer(direct(address), headers, proxies);
};

test('realPeer believes nothing that an untrusted peer says', () => {
  expect(peer('203.0.113.9', ['198.51.100.1'], 'https')).toEqual({ address: '203.0.113.9', secure: false });
});

test('realPeer takes the last address that is no proxy of ours', () => {
  expect(peer('10.1.2.3', ['198.51.100.1, 203.0.113.7, 10.9.9.9']).address).toBe('203.0.113.7');
  expect(peer('10.1.2.3', ['1.1.1.1, 203.0.113.7']).address).toBe('203.0.113.7');
});

test('realPeer joins repeated headers in order', () => {
  expect(peer('10.1.2.3', ['198.51.100.1', '203.0.113.7']).address).toBe('203.0.113.7');
});

test('realPeer stops at what is no address', () => {
  expect(peer('10.1.2.3', ['203.0.113.7, unknown, 10.9.9.9']).address).toBe('10.9.9.9');
  expect(peer('10.1.2.3', ['']).address).toBe('10.1.2.3');
});

test('realPeer knows IPv4 in IPv6 form, brackets and ports', () => {
  expect(peer('::ffff:10.1.2.3', ['[2001:db8::7]:4711']).address).toBe('2001:db8::7');
  expect(peer('::1', ['::ffff:203.0.113.7']).address).toBe('203.0.113.7');
  expect(peer('192.0.2.1', ['203.0.113.7:1234']).address).toBe('203.0.113.7');
  expect(peer('192.0.2.2', ['203.0.113.7']).address).toBe('192.0.2.2');
});

test('realPeer takes the scheme from a trusted proxy', () => {
  expect(peer('10.1.2.3', ['203.0.113.7'], 'https').secure).toBe(true);
  expect(peer('10.1.2.3', ['203.0.113.7'], 'http').secure).toBe(false);
});

test('trustedProxies refuses what is no network', () => {
  for (const network of ['example.com', '10.0.0.0/33', '10.0.0.0/8/8', '::/129', '10.0.0.0/x', '']) {
    expect(() => trustedProxies([network])).toThrow('neither an address nor a network');
  }
  expect(trustedProxies([])).toBeUndefined();
});

test('plainAddress leaves plain addresses alone', () => {
  for (const address of ['203.0.113.7', '2001:db8::1', '::1']) expect(plainAddress(address)).toBe(address);
});
