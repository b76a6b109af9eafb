/** ListObjectVersions in buckets without versions: what tools that empty a bucket ask for. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testServer } from '../support/test-server.ts';
import { expectError, send, signed, type Wanted, xmlParts, xmlTexts } from '../support/wire-client.ts';

const server = await testServer();
afterAll(() => server.close());
const s3 = (method: string, path: string, wanted?: Wanted) => send(server, signed(server, method, path, wanted));
const versions = (query: Record<string, string> = {}) => s3('GET', '/box', { query: { versions: '', ...query } });

beforeAll(async () => {
  await s3('PUT', '/box');
  for (const key of ['a', 'b/1', 'b/2', 'c']) await s3('PUT', `/box/${key}`, { body: key });
});

test('names every object once, as the latest version, null', async () => {
  const { status, text } = await versions();
  expect(status).toBe(200);
  expect(text).toMatch(/<ListVersionsResult xmlns="http:\/\/s3.amazonaws.com\/doc\/2006-03-01\/">/);
  const entries = xmlParts(text, 'Version');
  expect(entries.map((entry) => [xmlTexts(entry, 'Key')[0], xmlTexts(entry, 'VersionId')[0], xmlTexts(entry, 'IsLatest')[0]])).toEqual(
    ['a', 'b/1', 'b/2', 'c'].map((key) => [key, 'null', 'true']),
  );
  expect(text).not.toContain('<DeleteMarker>');
});

test('gives pages by key-marker and version-id-marker', async () => {
  const first = await versions({ 'max-keys': '2' });
  expect([xmlTexts(first.text, 'IsTruncated'), xmlTexts(first.text, 'NextKeyMarker'), xmlTexts(first.text, 'NextVersionIdMarker')]).toEqual(
    [['true'], ['b/1'], ['null']],
  );
  const second = await versions({ 'key-marker': 'b/1', 'version-id-marker': 'null' });
  expect([xmlTexts(second.text, 'Key'), xmlTexts(second.text, 'IsTruncated')]).toEqual([['b/2', 'c'], ['false']]);
});

test('rolls up by delimiter and prefix', async () => {
  const { text } = await versions({ delimiter: '/' });
  expect([xmlTexts(text, 'Key'), xmlParts(text, 'CommonPrefixes').flatMap((entry) => xmlTexts(entry, 'Prefix'))]).toEqual([
    ['a', 'c'],
    ['b/'],
  ]);
  expect(xmlTexts((await versions({ prefix: 'b/' })).text, 'Key')).toEqual(['b/1', 'b/2']);
});

test('a version-id-marker without a key-marker is refused', async () => {
  expectError(await versions({ 'version-id-marker': 'null' }), {
    status: 400,
    code: 'InvalidArgument',
    message: 'A version-id marker cannot be specified without a key marker.',
  });
});

test('of no bucket is NoSuchBucket', async () => {
  expectError(await s3('GET', '/not-there', { query: { versions: '' } }), { status: 404, code: 'NoSuchBucket' });
});

test('a bucket is emptied by what it lists', async () => {
  await s3('PUT', '/emptied');
  for (const key of ['x', 'y/z']) await s3('PUT', `/emptied/${key}`, { body: '' });
  const { text } = await s3('GET', '/emptied', { query: { versions: '' } });
  for (const entry of xmlParts(text, 'Version')) {
    const reply = await s3('DELETE', `/emptied/${xmlTexts(entry, 'Key')[0]}`, {
      query: { versionId: xmlTexts(entry, 'VersionId')[0] ?? '' },
    });
    expect(reply.status).toBe(204);
  }
  expect((await s3('DELETE', '/emptied')).status).toBe(204);
});
