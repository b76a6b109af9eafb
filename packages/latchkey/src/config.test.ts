import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { serveConfig } from './config.ts';
import { localEndpoint } from './environment.ts';

describe('serveConfig', () => {
  it('serves ./data on 127.0.0.1:9000 and 9001 where nothing is said', () => {
    expect(serveConfig({}, {})).toEqual({
      workers: 1,
      drainMs: 0,
      data: resolve('data'),
      listen: { host: '127.0.0.1', port: 9000 },
      consoleListen: { host: '127.0.0.1', port: 9001 },
      publicUrls: [],
      region: 'us-east-1',
      objects: { kind: 'file', directory: resolve('data/objects') },
      records: { kind: 'lmdb', directory: resolve('data/records') },
      audit: { directory: resolve('data/audit'), keepMs: 400 * 86_400_000, maxBytes: 10 * 1024 ** 3 },
      auditReads: 'all',
      sigv2: true,
      oidcIssuersFile: undefined,
      blocksPublicAccess: true,
      masterKeys: undefined,
      domains: [],
      trustedProxies: [],
      webhooks: { allowedNetworks: [] },
      tls: undefined,
      ignoreForeignAuthorization: false,
      sandboxesActiveContent: false,
      root: undefined,
    });
  });
  it('takes every flag', () => {
    const values = {
      data: '/d',
      listen: '[::1]:0',
      console: ':8080',
      'public-url': ['https://files.example.com/'],
      region: 'eu-west-1',
      domain: ['S3.example.com'],
      objects: 'file:/o',
      records: 'lmdb:/r',
      sigv2: 'off',
      'trusted-proxy': ['10.0.0.0/8'],
      'allow-webhook-networks': ['10.1.0.0/16', '::1'],
      'tls-cert': '/c.pem',
      'tls-key': '/k.pem',
      'ignore-foreign-authorization': 'on',
      'sandbox-active-content': 'on',
      'audit-keep': 'forever',
      'audit-max-size': '2GiB',
      'audit-reads': 'none',
      workers: '4',
      drain: '20',
    };
    expect(serveConfig(values, { LATCHKEY_ROOT_ACCESS_KEY_ID: 'root', LATCHKEY_ROOT_SECRET_ACCESS_KEY: 'long enough' })).toEqual({
      data: '/d',
      workers: 4,
      drainMs: 20_000,
      listen: { host: '::1', port: 0 },
      consoleListen: { host: '::', port: 8080 },
      publicUrls: ['https://files.example.com'],
      region: 'eu-west-1',
      objects: { kind: 'file', directory: '/o' },
      records: { kind: 'lmdb', directory: '/r' },
      audit: { directory: '/d/audit', keepMs: undefined, maxBytes: 2 * 1024 ** 3 },
      auditReads: 'none',
      sigv2: false,
      oidcIssuersFile: undefined,
      blocksPublicAccess: true,
      masterKeys: undefined,
      domains: ['s3.example.com'],
      trustedProxies: ['10.0.0.0/8'],
      webhooks: { allowedNetworks: ['10.1.0.0/16', '::1'] },
      tls: { certFile: '/c.pem', keyFile: '/k.pem' },
      ignoreForeignAuthorization: true,
      sandboxesActiveContent: true,
      root: { accessKeyId: 'root', secretAccessKey: 'long enough' },
    });
  });
  it.each([
    [{ listen: '9000' }, '--listen is HOST:PORT'],
    [{ listen: '127.0.0.1:65536' }, '--listen is HOST:PORT'],
    [{ console: '::1:9000' }, '--console is HOST:PORT'],
    [{ 'public-url': ['files.example.com'] }, '--public-url is the start of an address'],
    [{ 'public-url': ['https://a/?b'] }, '--public-url is the start of an address'],
    [{ region: 'Mars' }, '--region is a name'],
    [{ domain: ['a b'] }, '--domain is a host name'],
    [{ objects: '/o' }, '--objects is file:DIRECTORY'],
    [{ records: '/r' }, '--records is lmdb:DIRECTORY or postgres://'],
    [{ records: 'postgres:x' }, '--records is postgres://USER@HOST'],
    [{ sigv2: 'maybe' }, '--sigv2 is on or off'],
    [{ 'tls-cert': '/c.pem' }, '--tls-cert and --tls-key are given together'],
    [{ 'oidc-console-issuer': 'https://login.example.com' }, '--oidc-console-client-id and --oidc-console-role are given together'],
    [
      { 'oidc-console-issuer': 'http://login.example.com', 'oidc-console-client-id': 'a', 'oidc-console-role': 'people' },
      '--oidc-console-issuer is an https:// address',
    ],
    [
      { 'oidc-console-issuer': 'https://login.example.com', 'oidc-console-client-id': 'a', 'oidc-console-role': 'user:ana' },
      '--oidc-console-role is the ARN or the name of a role',
    ],
    [
      { 'oidc-console-issuer': 'https://a.example', 'oidc-console-client-id': 'a', 'oidc-console-role': 'people', console: ':9001' },
      '--oidc-console-issuer needs --public-console-url',
    ],
    [{ 'sandbox-active-content': '1' }, '--sandbox-active-content is on or off'],
  ])('refuses %j in a sentence', (values, sentence) => {
    expect(() => serveConfig(values, {})).toThrow(sentence);
  });
  it('expects a server on this machine where its environment would have one listen', () => {
    expect(localEndpoint({})).toBe('http://127.0.0.1:9000');
    expect(localEndpoint({ LATCHKEY_LISTEN: '[::1]:80' })).toBe('http://[::1]:80');
    expect(localEndpoint({ LATCHKEY_LISTEN: ':443', LATCHKEY_TLS_CERT: 'c.pem' })).toBe('https://127.0.0.1:443');
    expect(localEndpoint({ LATCHKEY_LISTEN: '127.0.0.1:0' })).toBeUndefined();
  });
  it('takes an identity provider for the console, whose secret is no flag', () => {
    const values = { 'oidc-console-issuer': 'https://login.example.com/a', 'oidc-console-client-id': 'us', 'oidc-console-role': 'people' };
    const provider = { issuer: 'https://login.example.com/a', clientId: 'us', role: 'people', name: 'login.example.com' };
    const text = 'LATCHKEY_OIDC_CONSOLE_CLIENT_SECRET';
    expect(serveConfig(values, {}).consoleProvider).toEqual({ ...provider, secret: undefined });
    expect(serveConfig(values, { [text]: 's' }).consoleProvider).toEqual({ ...provider, secret: { text: 's' } });
    expect(serveConfig(values, { [`${text}_FILE`]: '/s' }).consoleProvider).toEqual({ ...provider, secret: { file: '/s' } });
    expect(() => serveConfig(values, { [text]: 's', [`${text}_FILE`]: '/s' })).toThrow('are not both set');
  });
  it('wants both halves of the root credentials or neither', () => {
    expect(() => serveConfig({}, { LATCHKEY_ROOT_ACCESS_KEY_ID: 'root' })).toThrow('are set together, or neither');
  });
});
