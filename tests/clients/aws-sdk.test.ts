import { Agent } from 'node:http';
import { Readable } from 'node:stream';
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  S3Client,
  S3ServiceException,
  UploadPartCommand,
  waitUntilObjectExists,
  waitUntilObjectNotExists,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { beforeAll, describe, expect, test } from 'vitest';
import { printVersions } from '../support/print-versions.ts';
import { digestOf, MIB, sampleBytes, sampleStream } from '../support/sample-bytes.ts';
import { serveForThisFile } from '../support/served.ts';

const store = await serveForThisFile();
printVersions('@aws-sdk/client-s3', '@aws-sdk/lib-storage');

/** Default settings: what is given here is what a store of one's own needs. */
const client = new S3Client({ endpoint: store.endpoint, region: store.region, credentials: store.credentials, forcePathStyle: true });
const Bucket = 'sdk';

beforeAll(async () => {
  await client.send(new CreateBucketCommand({ Bucket }));
});

describe('AWS SDK for JavaScript, objects', () => {
  test('putObject of a string, a buffer and a stream of known length comes back byte for byte', async () => {
    const bodies = { string: 'grüße', buffer: sampleBytes(100_000), stream: Readable.from([sampleBytes(70_000), sampleBytes(7)]) };
    const lengths = { string: 7, buffer: 100_000, stream: 70_007 };
    for (const kind of ['string', 'buffer', 'stream'] as const) {
      const sent = await client.send(new PutObjectCommand({ Bucket, Key: kind, Body: bodies[kind], ContentLength: lengths[kind] }));
      expect(sent.ETag).toMatch(/^"[0-9a-f]{32}"$/);
      expect(sent.ChecksumCRC32).toMatch(/^[A-Za-z0-9+/]{6}==$/);
    }
    expect(await contentOf('string')).toEqual(Buffer.from('grüße'));
    expect(await contentOf('buffer')).toEqual(sampleBytes(100_000));
    expect(await contentOf('stream')).toEqual(Buffer.concat([sampleBytes(70_000), sampleBytes(7)]));
  });

  test('a stream sent in chunks is stored without its framing, its other encoding kept', async () => {
    await client.send(
      new PutObjectCommand({ Bucket, Key: 'zipped', Body: sampleStream(300_000), ContentLength: 300_000, ContentEncoding: 'gzip' }),
    );
    const { Body, ContentEncoding, ContentLength } = await client.send(new GetObjectCommand({ Bucket, Key: 'zipped' }));
    expect([ContentEncoding, ContentLength]).toEqual(['gzip', 300_000]);
    expect(Buffer.from(await Body!.transformToByteArray())).toEqual(sampleBytes(300_000));
    await client.send(new PutObjectCommand({ Bucket, Key: 'plain', Body: sampleStream(300_000), ContentLength: 300_000 }));
    expect(await client.send(new HeadObjectCommand({ Bucket, Key: 'plain' }))).not.toHaveProperty('ContentEncoding');
  });

  test.each(['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const)(
    'a %s is sent with the body and told again on request',
    async (ChecksumAlgorithm) => {
      for (const Body of ['123456789', Readable.from([Buffer.from('123456789')])]) {
        await client.send(new PutObjectCommand({ Bucket, Key: ChecksumAlgorithm, Body, ContentLength: 9, ChecksumAlgorithm }));
        const head = await client.send(new HeadObjectCommand({ Bucket, Key: ChecksumAlgorithm, ChecksumMode: 'ENABLED' }));
        expect(head[`Checksum${ChecksumAlgorithm}`]).toBe(CHECK_VALUES[ChecksumAlgorithm]);
        expect(head.ChecksumType).toBe('FULL_OBJECT');
      }
    },
  );

  test('a wrong checksum stores nothing', async () => {
    const put = new PutObjectCommand({ Bucket, Key: 'wrong', Body: 'body', ChecksumSHA256: CHECK_VALUES.SHA256 });
    await expect(client.send(put)).rejects.toMatchObject({ name: 'BadDigest', $metadata: { httpStatusCode: 400 } });
    await expect(client.send(new HeadObjectCommand({ Bucket, Key: 'wrong' }))).rejects.toMatchObject({ name: 'NotFound' });
  });

  test('ranges, conditions and metadata', async () => {
    await client.send(
      new PutObjectCommand({
        Bucket,
        Key: 'digits',
        Body: '0123456789',
        Metadata: { shelf: '7', author: 'Ada' },
        ContentType: 'text/plain',
      }),
    );
    const { ETag, Metadata } = await client.send(new HeadObjectCommand({ Bucket, Key: 'digits' }));
    expect(Metadata).toEqual({ shelf: '7', author: 'Ada' });
    const part = await client.send(new GetObjectCommand({ Bucket, Key: 'digits', Range: 'bytes=3-5', IfMatch: ETag }));
    expect([part.ContentRange, await part.Body!.transformToString()]).toEqual(['bytes 3-5/10', '345']);
    await expect(client.send(new GetObjectCommand({ Bucket, Key: 'digits', IfNoneMatch: ETag }))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 304 },
    });
    const again = new PutObjectCommand({ Bucket, Key: 'digits', Body: 'other', IfNoneMatch: '*' });
    await expect(client.send(again)).rejects.toMatchObject({ name: 'PreconditionFailed' });
    const replace = (IfMatch: string) => client.send(new PutObjectCommand({ Bucket, Key: 'digits', Body: '9876543210', IfMatch }));
    await expect(replace('"0123456789abcdef0123456789abcdef"')).rejects.toMatchObject({ name: 'PreconditionFailed' });
    expect((await replace(ETag!)).ETag).not.toBe(ETag);
  });

  test('copyObject of a key with every kind of character', async () => {
    const Key = 'dir/ä b+c%20\'"<>&=?#@:,;$~(1)!*.txt';
    await client.send(new PutObjectCommand({ Bucket, Key, Body: 'awkward' }));
    const CopySource = `${Bucket}/${Key.split('/').map(encodeURIComponent).join('/')}`;
    const { CopyObjectResult } = await client.send(new CopyObjectCommand({ Bucket, Key: `copy of ${Key}`, CopySource }));
    expect(CopyObjectResult?.ETag).toMatch(/^"[0-9a-f]{32}"$/);
    expect(await contentOf(`copy of ${Key}`)).toEqual(Buffer.from('awkward'));
  });

  test('paginators list every key once, in order; deleteObjects removes them without Content-MD5', async () => {
    const keys = Array.from({ length: 25 }, (_, index) => `page/${String(index).padStart(2, '0')} ü&.txt`);
    await Promise.all(keys.map((Key) => client.send(new PutObjectCommand({ Bucket, Key, Body: Key }))));
    const listed: (string | undefined)[] = [];
    let pages = 0;
    for await (const page of paginateListObjectsV2({ client, pageSize: 10 }, { Bucket, Prefix: 'page/' })) {
      listed.push(...(page.Contents ?? []).map(({ Key }) => Key));
      pages++;
    }
    expect([pages, listed]).toEqual([3, keys]);

    const { Deleted, Errors } = await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: keys.map((Key) => ({ Key })) } }));
    expect([Deleted?.length, Errors]).toEqual([25, undefined]);
    for await (const page of paginateListObjectsV2({ client }, { Bucket, Prefix: 'page/' })) expect(page.KeyCount).toBe(0);
  });

  test('waiters see an object come and go', async () => {
    const target = { Bucket, Key: 'awaited' };
    await client.send(new PutObjectCommand({ ...target, Body: 'here' }));
    expect((await waitUntilObjectExists({ client, maxWaitTime: 20 }, target)).state).toBe('SUCCESS');
    await client.send(new DeleteObjectCommand(target));
    expect((await waitUntilObjectNotExists({ client, maxWaitTime: 20 }, target)).state).toBe('SUCCESS');
  });

  test('errors arrive with their name, message and request id', async () => {
    const error = await client.send(new GetObjectCommand({ Bucket, Key: 'absent' })).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(S3ServiceException);
    expect(error).toMatchObject({ name: 'NoSuchKey', message: 'The specified key does not exist.', $metadata: { httpStatusCode: 404 } });
    expect((error as S3ServiceException).$metadata.requestId).toMatch(/^[0-9A-Z]{16}$/);
    const stranger = new S3Client({
      endpoint: store.endpoint,
      region: store.region,
      forcePathStyle: true,
      credentials: { ...store.credentials, secretAccessKey: 'x' },
    });
    await expect(stranger.send(new ListBucketsCommand({}))).rejects.toMatchObject({ name: 'SignatureDoesNotMatch' });
  });

  test('virtual-host style works for BUCKET.localhost', async () => {
    const endpoint = store.endpoint.replace('127.0.0.1', 'localhost');
    const virtual = new S3Client({
      endpoint,
      region: store.region,
      credentials: store.credentials,
      requestHandler: { httpAgent: loopbackAgent() },
    });
    expect(new URL(await getSignedUrl(virtual, new GetObjectCommand({ Bucket, Key: 'virtual' }))).hostname).toBe('sdk.localhost');
    await virtual.send(new PutObjectCommand({ Bucket, Key: 'virtual', Body: sampleStream(MIB), ContentLength: MIB }));
    const { Body } = await virtual.send(new GetObjectCommand({ Bucket, Key: 'virtual' }));
    expect(await digestOf(Body as Readable)).toBe(await digestOf(sampleStream(MIB)));
    expect(await digestOf(await contentOf('virtual'))).toBe(await digestOf(sampleStream(MIB)));
  });
});

describe('AWS SDK for JavaScript, multipart uploads', () => {
  test('lib-storage uploads a stream of unknown length in parts', async () => {
    const upload = new Upload({ client, params: { Bucket, Key: 'large', Body: sampleStream(23 * MIB, 6), ContentType: 'video/mp4' } });
    const done = await upload.done();
    expect(done.ETag).toMatch(/^"[0-9a-f]{32}-5"$/);
    const { Body, ContentLength } = await client.send(new GetObjectCommand({ Bucket, Key: 'large' }));
    expect(ContentLength).toBe(23 * MIB);
    expect(await digestOf(Body as Readable)).toBe(await digestOf(sampleStream(23 * MIB, 6)));
  });

  test('a full-object CRC64NVME and a composite SHA256 of the parts', async () => {
    for (const [ChecksumAlgorithm, ending] of [
      ['CRC64NVME', /[^-]{12}$/],
      ['SHA256', /-2$/],
    ] as const) {
      const created = await client.send(new CreateMultipartUploadCommand({ Bucket, Key: 'summed', ChecksumAlgorithm }));
      const upload = { Bucket, Key: 'summed', UploadId: created.UploadId };
      const Parts = [];
      for (const [PartNumber, Body] of [
        [1, sampleBytes(5 * MIB)],
        [2, Buffer.from('the end')],
      ] as const) {
        const part = await client.send(new UploadPartCommand({ ...upload, PartNumber, Body, ChecksumAlgorithm }));
        const checksum = `Checksum${ChecksumAlgorithm}` as const;
        Parts.push({ PartNumber, ETag: part.ETag, [checksum]: part[checksum] });
      }
      const done = await client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }));
      expect(done[`Checksum${ChecksumAlgorithm}`]).toMatch(ending);
      const head = await client.send(new HeadObjectCommand({ Bucket, Key: 'summed', ChecksumMode: 'ENABLED' }));
      expect(head[`Checksum${ChecksumAlgorithm}`]).toBe(done[`Checksum${ChecksumAlgorithm}`]);
    }
  });
});

const CHECK_VALUES = {
  CRC32: 'y/Q5Jg==',
  CRC32C: '4waSgw==',
  CRC64NVME: 'rosUhgp5mIg=',
  SHA1: '98O8HYCOBHMq32eZZczDTKeuNEE=',
  SHA256: 'FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU=',
};

async function contentOf(Key: string): Promise<Buffer> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
  return Buffer.from(await Body!.transformToByteArray());
}

/** Browsers and curl know that every name under `localhost` is this machine; Node asks the resolver, which may not. */
function loopbackAgent(): Agent {
  return new Agent({ lookup: (_name, _options, done) => done(null, [{ address: '127.0.0.1', family: 4 }]) });
}
