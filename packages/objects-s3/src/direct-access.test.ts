import { bucketName, objectKey } from '@latchkey/s3/names';
import { expect, test } from 'vitest';
import { prefixedNames } from './bucket-names.ts';
import { directAccess } from './direct-access.ts';

const common = {
  region: 'eu-central-1',
  credentials: { accessKeyId: 'READSONLYEXAMPLE', secretAccessKey: 'its secret' },
  names: prefixedNames('acme-'),
  clock: () => Date.UTC(2026, 10, 22, 12, 0, 0, 999),
};
const path = directAccess({ ...common, endpoint: 'https://ceph.example.com:8443', style: 'path' });
const virtual = directAccess({ ...common, endpoint: 'https://s3.example.com', style: 'virtual' });
const url = (access: typeof path, bucket: string, key: string) =>
  access.url(bucketName(bucket), objectKey(key), { expiresInSeconds: 30, query: { 'response-content-type': 'a/b; c="d"' } });

test('directAccess signs a URL of the bucket’s name upstream, at the address that clients reach', () => {
  const { origin, pathname, searchParams } = new URL(url(path, 'photos', 'a b/ä') ?? '');
  expect([origin, pathname]).toEqual(['https://ceph.example.com:8443', '/acme-photos/a%20b/%C3%A4']);
  expect(Object.fromEntries(searchParams)).toMatchObject({
    'X-Amz-Credential': 'READSONLYEXAMPLE/20261122/eu-central-1/s3/aws4_request',
    'X-Amz-Date': '20261122T120000Z',
    'X-Amz-Expires': '30',
    'response-content-type': 'a/b; c="d"',
  });
  expect(new URL(url(virtual, 'photos', 'a') ?? '').host).toBe('acme-photos.s3.example.com');
  expect(new URL(url(virtual, 'my.photos', 'a') ?? '').pathname).toBe('/acme-my.photos/a');
});

test('directAccess names every host that its URLs have', () => {
  expect(path.sources).toBe('https://ceph.example.com:8443');
  expect(virtual.sources).toBe('https://s3.example.com https://*.s3.example.com');
});

test.each(['..', '.', 'a/../b', './a', 'a/..', 'a/./b'])('directAccess has no URL for the key %s', (key) => {
  expect(url(path, 'photos', key)).toBeUndefined();
});

test.each(['..a', 'a..', '.a/b.', 'a//b', '...'])('directAccess has a URL for the key %s', (key) => {
  expect(new URL(url(path, 'photos', key) ?? '').pathname).toBe(`/acme-photos/${key}`);
});
