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

describe('consoleCorsHeaders', () => {
  test('says the asked-for headers again, and nothing that is no list of names', () => {
    const headers = consoleCorsHeaders({ origin: 'https://a', requestHeaders: 'authorization, x-amz-date' });
    expect(headers[headers.indexOf('access-control-allow-headers') + 1]).toBe('authorization, x-amz-date');
    for (const requestHeaders of [undefined, '', 'a b', 'a,,b', 'a\r\nb'])
      expect(consoleCorsHeaders({ origin: 'https://a', requestHeaders })).not.toContain('access-control-allow-headers');
  });
});
