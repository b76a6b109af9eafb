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
  const credentials = { accessKeyId: 'an-id', secret: { file: '/run/secrets/upstream' }, sessionToken: 'a-token' };
  expect(upstreamConfig('s3+https://h', more).credentials).toEqual(credentials);
});
