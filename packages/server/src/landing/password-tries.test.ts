import { expect, test } from 'vitest';
import { passwordTries } from './password-tries.ts';

const wait = (tries: ReturnType<typeof passwordTries>, link: string, address: string) => tries.begin(link, address).waitSeconds;

test('a guest may try a link ten times, and another guest too', () => {
  const tries = passwordTries(() => 0);
  for (let i = 0; i < 10; i++) expect(wait(tries, 'a', '192.0.2.1')).toBe(0);
  expect(wait(tries, 'a', '192.0.2.1')).toBe(600);
  expect(wait(tries, 'a', '192.0.2.2')).toBe(0);
  expect(wait(tries, 'b', '192.0.2.1')).toBe(0);
});

test('addresses of one IPv6 network are one guest, and so is IPv4 written as IPv6', () => {
  const tries = passwordTries(() => 0);
  for (let i = 0; i < 10; i++) expect(wait(tries, 'a', `2001:db8::${i + 1}`)).toBe(0);
  expect(wait(tries, 'a', '2001:db8::ffff:1')).toBe(600);
  expect(wait(tries, 'a', '2001:db8:0:1::1')).toBe(0);
  for (let i = 0; i < 10; i++) wait(tries, 'a', '::ffff:192.0.2.9');
  expect(wait(tries, 'a', '192.0.2.9')).toBe(600);
});

test('a guest may try a hundred times in all, and a link be tried a thousand times; what has to wait does not count elsewhere', () => {
  const tries = passwordTries(() => 0);
  for (let i = 0; i < 100; i++) expect(wait(tries, `link-${i}`, '192.0.2.1')).toBe(0);
  expect(wait(tries, 'one-more', '192.0.2.1')).toBe(600);
  for (let i = 0; i < 1000; i++) expect(wait(tries, 'known', `198.51.${i >> 8}.${i & 255}`)).toBe(0);
  expect(wait(tries, 'known', '203.0.113.1')).toBe(600);
  expect(wait(tries, 'unknown', '203.0.113.1')).toBe(0);
});

test('what was right is forgiven everywhere', () => {
  const tries = passwordTries(() => 0);
  for (let i = 0; i < 2000; i++) {
    const { waitSeconds, forgive } = tries.begin('a', '192.0.2.1');
    expect(waitSeconds).toBe(0);
    forgive();
  }
});
