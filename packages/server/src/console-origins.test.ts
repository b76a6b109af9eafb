import { describe, expect, test } from 'vitest';
import { consoleCorsHeaders, isConsoleOrigin } from './console-origins.ts';

describe('isConsoleOrigin', () => {
  const urls = ['https://share.example.com', 'http://127.0.0.1:9001/'];
  test.each(['https://share.example.com', 'http://127.0.0.1:9001', 'http://localhost:9001', 'http://[::1]:9001'])('takes %s', (origin) => {
    expect(isConsoleOrigin(origin, urls)).toBe(true);
  });
  test.each([
    'http://share.example.com',
    'https://share.example.com:444',
    'https://share.example.com.evil.example',
    'https://evil.share.example.com',
    'https://SHARE.example.com',
    'http://127.0.0.1:9000',
    'http://127.0.0.1',
    'http://127.0.0.2:9001',
    'https://localhost:9001',
    'null',
    '',
  ])('does not take %j', (origin) => {
    expect(isConsoleOrigin(origin, urls)).toBe(false);
  });
  test('does not take names of this machine where it listens elsewhere', () => {
    expect(isConsoleOrigin('http://localhost:9001', ['http://192.0.2.1:9001'])).toBe(false);
  });
});

describe('isConsoleOrigin, where the console listens on every address,', () => {
  const urls = ['http://192.168.1.5:9001', 'http://0.0.0.0:9001'];
  test.each([
    ['http://192.168.1.5:9001', 'files.example.com:9000', true],
    ['http://files.example.com:9001', 'files.example.com:9000', true],
    ['http://[::1]:9001', '[::1]:9000', true],
    ['http://files.example.com:9002', 'files.example.com:9000', false],
    ['https://files.example.com:9001', 'files.example.com:9000', false],
    ['http://evil.example:9001', 'files.example.com:9000', false],
    ['http://0.0.0.0:9001', undefined, true],
    ['http://a b:9001', 'a b:9000', false],
  ])('goes by the name of the S3 address: %s with %s is %s', (origin, host, is) => expect(isConsoleOrigin(origin, urls, host)).toBe(is));
});

describe('consoleCorsHeaders', () => {
  test('says the asked-for headers again, and nothing that is no list of names', () => {
    const headers = consoleCorsHeaders({ origin: 'https://a', requestHeaders: 'authorization, x-amz-date' });
    expect(headers[headers.indexOf('access-control-allow-headers') + 1]).toBe('authorization, x-amz-date');
    for (const requestHeaders of [undefined, '', 'a b', 'a,,b', 'a\r\nb'])
      expect(consoleCorsHeaders({ origin: 'https://a', requestHeaders })).not.toContain('access-control-allow-headers');
  });
});
