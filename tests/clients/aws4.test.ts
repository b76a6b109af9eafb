import { sign } from 'aws4';
import { AwsClient } from 'aws4fetch';
import { describe, expect, test } from 'vitest';
import { printVersions } from '../support/print-versions.ts';
import { sampleBytes } from '../support/sample-bytes.ts';
import { serveForThisFile } from '../support/served.ts';

const store = await serveForThisFile();
printVersions('aws4', 'aws4fetch');

describe('aws4fetch', () => {
  const aws = new AwsClient({ ...store.credentials, service: 's3', region: store.region, retries: 0 });

  test('signs headers of buckets, objects, listings and ranges', async () => {
    expect((await aws.fetch(`${store.endpoint}/fetched`, { method: 'PUT' })).status).toBe(200);
    const url = `${store.endpoint}/fetched/dir/${encodeURIComponent('ü +&.txt')}`;
    expect((await aws.fetch(url, { method: 'PUT', body: 'signed in the headers', headers: { 'x-amz-meta-a': '1' } })).status).toBe(200);
    const reply = await aws.fetch(url, { headers: { range: 'bytes=0-5' } });
    expect([reply.status, await reply.text(), reply.headers.get('x-amz-meta-a')]).toEqual([206, 'signed', '1']);
    expect(await (await aws.fetch(`${store.endpoint}/fetched?list-type=2&prefix=dir/`)).text()).toContain('<Key>dir/ü +&amp;.txt</Key>');
    expect((await aws.fetch(url, { method: 'DELETE' })).status).toBe(204);
  });

  test('pre-signs PUT and GET for fetch', async () => {
    await aws.fetch(`${store.endpoint}/presigned`, { method: 'PUT' });
    const signed = async (method: string, url: string) => (await aws.sign(url, { method, aws: { signQuery: true } })).url;
    const url = `${store.endpoint}/presigned/${encodeURIComponent('日本 (1).txt')}?X-Amz-Expires=600`;
    expect((await fetch(await signed('PUT', url), { method: 'PUT', body: sampleBytes(5000) })).status).toBe(200);
    const reply = await fetch(await signed('GET', url));
    expect(Buffer.from(await reply.arrayBuffer())).toEqual(sampleBytes(5000));
    expect((await fetch(await signed('GET', url), { method: 'DELETE' })).status).toBe(403);
  });
});

describe('aws4', () => {
  const request = (method: string, path: string, options: { body?: string; signQuery?: boolean } = {}) => {
    const signed = sign({ service: 's3', region: store.region, host: store.host, method, path, ...options }, store.credentials);
    const headers = options.signQuery ? {} : (signed.headers as Record<string, string>);
    return fetch(store.endpoint + signed.path, { method, headers, ...(options.body !== undefined && { body: options.body }) });
  };

  test('signs headers', async () => {
    expect((await request('PUT', '/four')).status).toBe(200);
    expect((await request('PUT', '/four/a%20key', { body: 'four' })).status).toBe(200);
    expect(await (await request('GET', '/four/a%20key')).text()).toBe('four');
    expect((await request('GET', '/four?list-type=2')).status).toBe(200);
  });

  test('pre-signs, with the query it is given', async () => {
    await request('PUT', '/four-signed');
    expect((await request('PUT', '/four-signed/note?X-Amz-Expires=60', { body: 'note', signQuery: true })).status).toBe(200);
    const reply = await request('GET', '/four-signed/note?X-Amz-Expires=60&response-content-type=text%2Fcsv', { signQuery: true });
    expect([reply.status, reply.headers.get('content-type'), await reply.text()]).toEqual([200, 'text/csv', 'note']);
  });
});
