import { describe, expect, test } from 'vitest';
import { publicAddress } from '../public-address.ts';
import { requireOwnEndpoint } from './known-endpoint.ts';

const site = { publicAddresses: [publicAddress('https://files.example.com/s3')], domains: ['s3.example.com', 'localhost'] };
const require = (endpoint: string, bound = ['http://192.0.2.7:9000']) => requireOwnEndpoint(endpoint, site, bound);

describe('requireOwnEndpoint', () => {
  test.each([
    'http://192.0.2.7:9000',
    'http://192.0.2.7',
    'https://files.example.com',
    'http://box.s3.example.com',
    'http://127.0.0.1:1',
    'http://[::1]:9000',
  ])('lets %s pass', (endpoint) => expect(() => require(endpoint)).not.toThrow());

  test.each(['https://evil.example', 'https://files.example.com.evil.example', 'http://evils3.example.com', 'http://192.0.2.8:9000'])(
    'refuses %s',
    (endpoint) => expect(() => require(endpoint)).toThrow('is no name of it that it knows'),
  );

  test('a server that listens everywhere may have any name', () => {
    for (const bound of ['http://0.0.0.0:9000', 'http://[::]:9000']) expect(() => require('http://nas.local:9000', [bound])).not.toThrow();
  });
});
