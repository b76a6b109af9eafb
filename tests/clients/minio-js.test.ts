import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, CopyDestinationOptions, CopySourceOptions } from 'minio';
import { beforeAll, describe, expect, test } from 'vitest';
import { printVersions } from '../support/print-versions.ts';
import { digestOf, digestOfFile, MIB, sampleBytes, sampleStream, writeSample } from '../support/sample-bytes.ts';
import { serveForThisFile } from '../support/served.ts';

const store = await serveForThisFile();
printVersions('minio');

const { hostname, port } = new URL(store.endpoint);
const { accessKeyId: accessKey, secretAccessKey: secretKey } = store.credentials;
const client = new Client({ endPoint: hostname, port: Number(port), useSSL: false, accessKey, secretKey });
const bucket = 'minio-js';

beforeAll(() => client.makeBucket(bucket));

describe('minio-js', () => {
  test('buckets are made, found, listed and removed', async () => {
    await client.makeBucket('minio-js-2');
    expect(await client.bucketExists('minio-js-2')).toBe(true);
    expect((await client.listBuckets()).map(({ name }) => name)).toContain('minio-js-2');
    await client.removeBucket('minio-js-2');
    expect(await client.bucketExists('minio-js-2')).toBe(false);
  });

  test('putObject of a string, a buffer and a stream; getObject and getPartialObject', async () => {
    await client.putObject(bucket, 'string', 'grüße');
    await client.putObject(bucket, 'buffer', sampleBytes(100_000), 100_000, { 'Content-Type': 'image/png', 'X-Amz-Meta-Album': 'summer' });
    await client.putObject(bucket, 'stream', sampleStream(200_000), 200_000);
    expect(await digestOf(await client.getObject(bucket, 'string'))).toBe(await digestOf('grüße'));
    expect(await digestOf(await client.getObject(bucket, 'stream'))).toBe(await digestOf(sampleBytes(200_000)));
    expect(await digestOf(await client.getPartialObject(bucket, 'buffer', 1000, 500))).toBe(
      await digestOf(sampleBytes(1500).subarray(1000)),
    );
    const stat = await client.statObject(bucket, 'buffer');
    expect(stat).toMatchObject({ size: 100_000, metaData: { 'content-type': 'image/png', album: 'summer' } });
    expect(stat.lastModified.getTime()).toBeGreaterThan(Date.now() - 3_600_000);
  });

  test('a stream of unknown length and fPutObject of a large file go by multipart', async () => {
    await client.putObject(bucket, 'unknown', sampleStream(12 * MIB, 2));
    expect(await digestOf(await client.getObject(bucket, 'unknown'))).toBe(await digestOf(sampleStream(12 * MIB, 2)));
    const [file, back] = [join(store.scratch, 'large'), join(store.scratch, 'large-back')];
    await writeSample(file, 70 * MIB, 3);
    const { etag } = await client.fPutObject(bucket, 'large', file);
    expect(etag).toMatch(/^[0-9a-f]{32}-2$/);
    await client.fGetObject(bucket, 'large', back);
    expect(await digestOfFile(back)).toBe(await digestOfFile(file));
  });

  test('listObjects and listObjectsV2 stream every key, prefixes apart', async () => {
    for (const name of ['list/a/1', 'list/a/2', 'list/b +&%', 'list/é']) await client.putObject(bucket, name, name);
    for (const list of ['listObjects', 'listObjectsV2'] as const) {
      expect((await itemsOf(client[list](bucket, 'list/', true))).map(({ name }) => name)).toEqual([
        'list/a/1',
        'list/a/2',
        'list/b +&%',
        'list/é',
      ]);
      const grouped = await itemsOf(client[list](bucket, 'list/', false));
      expect(grouped.map(({ name, prefix }) => prefix ?? name).sort()).toEqual(['list/a/', 'list/b +&%', 'list/é']);
    }
  });

  test('copyObject, removeObject and removeObjects', async () => {
    await client.putObject(bucket, 'copy/source ü', 'copied');
    await client.copyObject(bucket, 'copy/target', `/${bucket}/copy/source ü`);
    expect(await digestOf(await client.getObject(bucket, 'copy/target'))).toBe(await digestOf('copied'));
    const source = new CopySourceOptions({ Bucket: bucket, Object: 'copy/target' });
    const target = new CopyDestinationOptions({
      Bucket: bucket,
      Object: 'copy/other',
      MetadataDirective: 'REPLACE',
      UserMetadata: { a: '1' },
    });
    await client.copyObject(source, target);
    expect((await client.statObject(bucket, 'copy/other')).metaData).toMatchObject({ a: '1' });
    await client.removeObject(bucket, 'copy/other');
    expect(await client.removeObjects(bucket, ['copy/source ü', 'copy/target', 'copy/never there'])).toEqual([]);
    await expect(client.statObject(bucket, 'copy/target')).rejects.toMatchObject({ code: 'NotFound' });
  });

  test('incomplete uploads are listed and removed', async () => {
    await client.initiateNewMultipartUpload(bucket, 'unfinished', {});
    expect((await itemsOf(client.listIncompleteUploads(bucket, '', true))).map(({ key }) => key)).toEqual(['unfinished']);
    await client.removeIncompleteUpload(bucket, 'unfinished');
    expect(await itemsOf(client.listIncompleteUploads(bucket, '', true))).toEqual([]);
  });

  test('presignedPutObject and presignedGetObject work with fetch', async () => {
    const put = await client.presignedPutObject(bucket, 'signed/ü +.txt', 600);
    expect((await fetch(put, { method: 'PUT', body: 'through a URL' })).status).toBe(200);
    const get = await client.presignedGetObject(bucket, 'signed/ü +.txt', 600, { 'response-content-type': 'text/html' });
    const reply = await fetch(get);
    expect([reply.status, reply.headers.get('content-type'), await reply.text()]).toEqual([200, 'text/html', 'through a URL']);
    const list = await client.presignedUrl('GET', bucket, '', 600, { 'list-type': '2', prefix: 'signed/' });
    expect(await (await fetch(list)).text()).toContain('<KeyCount>1</KeyCount>');
  });

  test('presignedPostPolicy takes a form within its limits', async () => {
    const policy = client.newPostPolicy();
    policy.setBucket(bucket);
    policy.setKeyStartsWith('form/');
    policy.setExpires(new Date(Date.now() + 600_000));
    policy.setContentType('text/plain');
    policy.setContentLengthRange(1, 1000);
    policy.setUserMetaData({ from: 'a form' });
    const { postURL, formData } = await client.presignedPostPolicy(policy);
    const post = (key: string, content: Uint8Array<ArrayBuffer>) => {
      const form = new FormData();
      for (const [name, value] of Object.entries({ ...formData, key })) form.append(name, value);
      form.append('file', new Blob([content]), 'note.txt');
      return fetch(postURL, { method: 'POST', body: form });
    };
    expect((await post('form/note.txt', Buffer.from('from a form'))).status).toBe(204);
    expect(await readObject('form/note.txt')).toBe('from a form');
    expect((await post('elsewhere/note.txt', Buffer.from('x'))).status).toBe(403);
    expect(await (await post('form/large', sampleBytes(1001))).text()).toContain('<Code>EntityTooLarge</Code>');
  });
});

async function readObject(name: string): Promise<string> {
  const file = join(store.scratch, 'read');
  await client.fGetObject(bucket, name, file);
  return readFile(file, 'utf8');
}

async function itemsOf<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of stream) items.push(item);
  return items;
}
