import {
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { createPresignedPost } from '@aws-sdk/s3-presigned-post';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { beforeAll, describe, expect, test } from 'vitest';
import { printVersions } from '../support/print-versions.ts';
import { digestOf, MIB, sampleBytes } from '../support/sample-bytes.ts';
import { serveForThisFile } from '../support/served.ts';

const store = await serveForThisFile();
printVersions('@aws-sdk/s3-request-presigner', '@aws-sdk/s3-presigned-post');

/** Default settings: what is given here is what a store of one's own needs. */
const client = new S3Client({ endpoint: store.endpoint, region: store.region, credentials: store.credentials, forcePathStyle: true });
const Bucket = 'presigned';

beforeAll(async () => {
  await client.send(new CreateBucketCommand({ Bucket }));
});

describe('AWS SDK for JavaScript, pre-signed requests used with fetch', () => {
  test('getSignedUrl of GET, HEAD, PUT and DELETE, each for its own method only', async () => {
    const target = { Bucket, Key: 'signed/ü + &.txt' };
    const put = await getSignedUrl(client, new PutObjectCommand(target), { expiresIn: 3600 });
    expect(new URL(put).searchParams.get('x-amz-checksum-crc32')).toBe('AAAAAA==');
    expect((await fetch(put, { method: 'PUT', body: 'through a URL' })).status).toBe(200);

    const get = await getSignedUrl(client, new GetObjectCommand({ ...target, ResponseContentDisposition: 'attachment; filename="u.txt"' }));
    const reply = await fetch(get);
    expect([reply.status, await reply.text()]).toEqual([200, 'through a URL']);
    expect(reply.headers.get('content-disposition')).toBe('attachment; filename="u.txt"');

    const head = await fetch(await getSignedUrl(client, new HeadObjectCommand(target)), { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, '13']);
    expect((await fetch(get, { method: 'HEAD' })).status).toBe(403);
    expect((await fetch(get, { method: 'DELETE' })).status).toBe(403);

    expect((await fetch(await getSignedUrl(client, new DeleteObjectCommand(target)), { method: 'DELETE' })).status).toBe(204);
    expect((await fetch(get)).status).toBe(404);
  });

  test('a PUT URL with content type and metadata holds the sender to them', async () => {
    const put = new PutObjectCommand({ Bucket, Key: 'typed', ContentType: 'image/png', Metadata: { album: 'summer' } });
    const url = await getSignedUrl(client, put, { signableHeaders: new Set(['content-type']) });
    expect((await fetch(url, { method: 'PUT', body: 'x', headers: { 'content-type': 'text/html' } })).status).toBe(403);
    expect(
      (await fetch(url, { method: 'PUT', body: 'x', headers: { 'content-type': 'image/png', 'x-amz-acl': 'public-read' } })).status,
    ).toBe(403);
    expect((await fetch(url, { method: 'PUT', body: 'x', headers: { 'content-type': 'image/png' } })).status).toBe(200);
    const head = await client.send(new HeadObjectCommand({ Bucket, Key: 'typed' }));
    expect([head.ContentType, head.Metadata]).toEqual(['image/png', { album: 'summer' }]);
  });

  test('pre-signed parts, uploaded without any credentials and completed with them', async () => {
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key: 'assembled' }));
    const upload = { Bucket, Key: 'assembled', UploadId };
    const bodies = [sampleBytes(5 * MIB, 1), sampleBytes(5 * MIB, 2), sampleBytes(1000, 3)];
    const Parts = await Promise.all(
      bodies.map(async (body, index) => {
        const url = await getSignedUrl(client, new UploadPartCommand({ ...upload, PartNumber: index + 1 }));
        const reply = await fetch(url, { method: 'PUT', body: new Uint8Array(body) });
        return { PartNumber: index + 1, ETag: reply.headers.get('etag')! };
      }),
    );
    await client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }));
    expect(await digestOf(await contentOf('assembled'))).toBe(await digestOf(Buffer.concat(bodies)));
  });

  test('createPresignedPost uploads a form within its limits, and nothing beyond them', async () => {
    const { url, fields } = await createPresignedPost(client, {
      Bucket,
      // biome-ignore lint/suspicious/noTemplateCurlyInString: S3's placeholder for the name of the chosen file.
      Key: 'form/${filename}',
      Conditions: [
        ['content-length-range', 1, 1000],
        ['starts-with', '$Content-Type', 'text/'],
      ],
      Fields: { 'x-amz-meta-from': 'a form', success_action_status: '201' },
      Expires: 600,
    });
    const post = (file: Blob, contentType: string) => {
      const form = new FormData();
      for (const [name, value] of Object.entries({ ...fields, 'Content-Type': contentType })) form.append(name, value);
      form.append('file', file, 'note.txt');
      return fetch(url, { method: 'POST', body: form });
    };
    const created = await post(new Blob(['from a form']), 'text/plain');
    expect([created.status, await created.text()]).toEqual([201, expect.stringContaining('<Key>form/note.txt</Key>')]);
    const { Body, ContentType, Metadata } = await client.send(new GetObjectCommand({ Bucket, Key: 'form/note.txt' }));
    expect([await Body!.transformToString(), ContentType, Metadata]).toEqual(['from a form', 'text/plain', { from: 'a form' }]);

    const tooLarge = await post(new Blob([sampleBytes(1001)]), 'text/plain');
    expect([tooLarge.status, await tooLarge.text()]).toEqual([400, expect.stringContaining('<Code>EntityTooLarge</Code>')]);
    expect((await post(new Blob(['<script>']), 'image/svg+xml')).status).toBe(403);
    expect(await contentOf('form/note.txt')).toEqual(Buffer.from('from a form'));
  });
});

async function contentOf(Key: string): Promise<Buffer> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
  return Buffer.from(await Body!.transformToByteArray());
}
