import { expect, test } from 'vitest';
import { upstreamConfig } from './upstream-url.ts';

const environment = { LATCHKEY_UPSTREAM_ACCESS_KEY_ID: 'an-id', LATCHKEY_UPSTREAM_SECRET_ACCESS_KEY: 'a-secret' };
const read = (text: string) => upstreamConfig(text, environment);

test('upstreamConfig takes path style and us-east-1 unless it is told otherwise', () => {
  expect(read('s3+http://ceph.example.com:7480')).toEqual({
    kind: 's3',
    endpoint: 'http://ceph.example.com:7480',
    region: 'us-east-1',
    style: 'path',
    buckets: { prefix: '' },
    abilities: { checksums: undefined, conditions: undefined },
    credentials: { accessKeyId: 'an-id', secret: { text: 'a-secret' } },
    direct: undefined,
  });
  expect(read('s3+https://s3.example.com/?region=garage&path-style=false&checksums=true&conditions=false')).toMatchObject({
    endpoint: 'https://s3.example.com',
    region: 'garage',
    style: 'virtual',
    abilities: { checksums: true, conditions: false },
  });
});

test('upstreamConfig knows the hosts of AWS', () => {
  expect(read('s3+https://s3.eu-central-1.amazonaws.com')).toMatchObject({ region: 'eu-central-1', style: 'virtual' });
  expect(read('s3+https://s3.amazonaws.com')).toMatchObject({ region: 'us-east-1', style: 'virtual' });
});

test('upstreamConfig reads which buckets are served, and by which names', () => {
  expect(read('s3+https://h?bucket-prefix=acme-').buckets).toEqual({ prefix: 'acme-' });
  expect(read('s3+https://h?bucket=photos:acme-photos-prod&bucket=films').buckets).toEqual({
    named: new Map([
      ['photos', 'acme-photos-prod'],
      ['films', 'films'],
    ]),
  });
});

test.each([
  ['s3+ftp://h', 'HOST:PORT'],
  ['s3+https://user:word@h', 'holds no credentials'],
  ['s3+https://h/bucket', 'has no path'],
  ['s3+https://h?pathstyle=true', 'not "pathstyle"'],
  ['s3+https://h?path-style=yes', 'true or false, not "yes"'],
  ['s3+https://h?bucket-prefix=A', 'not "A"'],
  ['s3+https://h?bucket=a', 'OURS:THEIRS'],
  ['s3+https://h?public-endpoint=https://files.example.com/path', 'without a path'],
  ['s3+https://h?public-endpoint=ftp://h', 'without a path'],
  ['s3+https://h?public-endpoint=https://user@h', 'without a path'],
  ['s3+https://h?bucket=one:same&bucket=two:same', 'there once'],
  ['s3+https://h?bucket=one&bucket-prefix=p', 'not both'],
])('upstreamConfig refuses %s in a sentence', (text, words) => {
  expect(() => read(text)).toThrow(words);
});

test('upstreamConfig wants credentials from the environment, and the secret once', () => {
  const file = { LATCHKEY_UPSTREAM_SECRET_ACCESS_KEY_FILE: '/run/secrets/upstream' };
  expect(() => upstreamConfig('s3+https://h', {})).toThrow('LATCHKEY_UPSTREAM_ACCESS_KEY_ID');
  expect(() => upstreamConfig('s3+https://h', { ...environment, ...file })).toThrow('not both set');
  const { LATCHKEY_UPSTREAM_ACCESS_KEY_ID } = environment;
  const more = { LATCHKEY_UPSTREAM_ACCESS_KEY_ID, ...file, LATCHKEY_UPSTREAM_SESSION_TOKEN: 'a-token' };
  const secret = { file: '/run/secrets/upstream', variable: 'LATCHKEY_UPSTREAM_SECRET_ACCESS_KEY_FILE' };
  const credentials = { accessKeyId: 'an-id', secret, sessionToken: 'a-token' };
  expect(upstreamConfig('s3+https://h', more).credentials).toEqual(credentials);
});

test('upstreamConfig hands nothing over unless it is told where clients reach the upstream', () => {
  const redirecting = { LATCHKEY_REDIRECT_ACCESS_KEY_ID: 'reads-only', LATCHKEY_REDIRECT_SECRET_ACCESS_KEY: 'its-secret' };
  const text = 's3+http://10.0.0.1:7480?public-endpoint=https://ceph.example.com:8443/';
  expect(read(text).direct).toEqual({ endpoint: 'https://ceph.example.com:8443', credentials: read(text).credentials });
  const { direct, credentials } = upstreamConfig(text, { ...environment, ...redirecting });
  expect(direct?.credentials).toEqual({ accessKeyId: 'reads-only', secret: { text: 'its-secret' } });
  expect(credentials.accessKeyId).toBe('an-id');
  expect(upstreamConfig('s3+http://10.0.0.1:7480', { ...environment, ...redirecting }).direct).toBeUndefined();
  expect(() => upstreamConfig(text, { ...environment, LATCHKEY_REDIRECT_ACCESS_KEY_ID: 'a' })).toThrow(
    'LATCHKEY_REDIRECT_SECRET_ACCESS_KEY',
  );
});
