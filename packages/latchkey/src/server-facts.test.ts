import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { ConsoleUnreachable, consoleUrl, serverFacts } from './server-facts.ts';

describe('consoleUrl', () => {
  it('is the address that is named, before what the server says', () => {
    expect(consoleUrl('https://console.example.com/', { console: 'http://127.0.0.1:9001' }, 'https://s3.example.com')).toBe(
      'https://console.example.com',
    );
    expect(() => consoleUrl('console.example.com', { console: undefined }, 'https://s3.example.com')).toThrow('--console-url is a URL');
  });
  it('is what the server says, where that can be reached from here', () => {
    expect(consoleUrl(undefined, { console: 'http://127.0.0.1:9001' }, 'http://127.0.0.1:9000')).toBe('http://127.0.0.1:9001');
    expect(consoleUrl(undefined, { console: 'http://127.0.0.1:9001' }, 'http://localhost:9000')).toBe('http://127.0.0.1:9001');
    expect(consoleUrl(undefined, { console: 'https://10.0.0.5:9001' }, 'https://10.0.0.5:9000')).toBe('https://10.0.0.5:9001');
  });
  it.each(['http://0.0.0.0:9001', 'http://[::]:9001'])('is under the name of the S3 address for a server that listens on %s', (console) => {
    expect(consoleUrl(undefined, { console }, 'http://store.example.com:9000')).toBe('http://store.example.com:9001');
  });
  it.each([{ console: 'http://127.0.0.1:9001' }, { console: 'http://localhost:9001' }, { console: undefined }, { console: 'nonsense' }])(
    'is not known for a server elsewhere that says %j',
    (facts) => {
      expect(() => consoleUrl(undefined, facts, 'https://store.example.com')).toThrow(ConsoleUnreachable);
    },
  );
});

describe('serverFacts', () => {
  /** What a server says at /-/latchkey.json. */
  async function factsOf(status: number, body: string): Promise<Awaited<ReturnType<typeof serverFacts>>> {
    const server = createServer((request, response) => {
      response.writeHead(request.url === '/-/latchkey.json' ? status : 404, { location: 'http://127.0.0.1:1/' }).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      return await serverFacts(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    } finally {
      server.close();
    }
  }
  it('are those of a Latchkey server', async () => {
    const facts = { version: '1', region: 'eu-test-1', console: 'http://127.0.0.1:9001', publicUrl: 'https://files.example.com' };
    expect(await factsOf(200, JSON.stringify(facts))).toEqual(facts);
  });
  it.each([
    [200, '{}'],
    [200, '<html>'],
    [200, '{"version":1,"region":2}'],
    [404, '{"version":"1","region":"r"}'],
    [302, ''],
  ])('are none for an answer of %i %s', async (status, body) => {
    expect(await factsOf(status, body)).toBeUndefined();
  });
});
