import { expect, test } from 'vitest';
import { type PasswordTries, passwordTries } from './password-tries.ts';
import { tryCounts } from './try-counts.ts';

const wrong = async (tries: PasswordTries, link: string, address: string): Promise<number> => {
  const outcome = await tries.attempt(link, address, async () => false);
  return typeof outcome === 'string' ? 0 : outcome.waitSeconds;
};

test('a guest may try a link ten times, and another guest too', async () => {
  const tries = passwordTries(tryCounts(() => 0));
  for (let i = 0; i < 10; i++) expect(await wrong(tries, 'a', '192.0.2.1')).toBe(0);
  expect(await wrong(tries, 'a', '192.0.2.1')).toBe(600);
  expect(await wrong(tries, 'a', '192.0.2.2')).toBe(0);
  expect(await wrong(tries, 'b', '192.0.2.1')).toBe(0);
});

test('addresses of one IPv6 network are one guest, and so is IPv4 written as IPv6', async () => {
  const tries = passwordTries(tryCounts(() => 0));
  for (let i = 0; i < 10; i++) expect(await wrong(tries, 'a', `2001:db8::${i + 1}`)).toBe(0);
  expect(await wrong(tries, 'a', '2001:db8::ffff:1')).toBe(600);
  expect(await wrong(tries, 'a', '2001:db8:0:1::1')).toBe(0);
  for (let i = 0; i < 10; i++) await wrong(tries, 'a', '::ffff:192.0.2.9');
  expect(await wrong(tries, 'a', '192.0.2.9')).toBe(600);
});

test('a guest may try a hundred times in all, and a link be tried a thousand times; what has to wait does not count elsewhere', async () => {
  const tries = passwordTries(tryCounts(() => 0));
  for (let i = 0; i < 100; i++) expect(await wrong(tries, `link-${i}`, '192.0.2.1')).toBe(0);
  expect(await wrong(tries, 'one-more', '192.0.2.1')).toBe(600);
  for (let i = 0; i < 1000; i++) expect(await wrong(tries, 'known', `198.51.${i >> 8}.${i & 255}`)).toBe(0);
  expect(await wrong(tries, 'known', '203.0.113.1')).toBe(600);
  expect(await wrong(tries, 'unknown', '203.0.113.1')).toBe(0);
});

test('what was right, or could not be looked at, is forgiven everywhere', async () => {
  const tries = passwordTries(tryCounts(() => 0));
  for (let i = 0; i < 2000; i++) expect(await tries.attempt('a', '192.0.2.1', async () => true)).toBe('right');
  const failing = () => tries.attempt('a', '192.0.2.1', () => Promise.reject(new Error('busy')));
  for (let i = 0; i < 20; i++) await expect(failing()).rejects.toThrow('busy');
  expect(await wrong(tries, 'a', '192.0.2.1')).toBe(0);
});

test('three of a guest are looked at at once, right or not', async () => {
  const tries = passwordTries(tryCounts(() => 0));
  const answers: ((isRight: boolean) => void)[] = [];
  const slow = () => tries.attempt('a', '192.0.2.1', () => new Promise<boolean>((resolve) => answers.push(resolve)));
  const first = [slow(), slow(), slow()];
  expect(await slow()).toEqual({ waitSeconds: 1 });
  expect(await wrong(tries, 'a', '192.0.2.2')).toBe(0);
  for (const answer of answers) answer(true);
  expect(await Promise.all(first)).toEqual(['right', 'right', 'right']);
  expect(await wrong(tries, 'a', '192.0.2.1')).toBe(0);
});
