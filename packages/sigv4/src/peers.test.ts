import { spawnSync } from 'node:child_process';
import { createHash, createHmac } from 'node:crypto';
import { GetObjectCommand, PutObjectCommand, S3Client, UploadPartCommand } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { SignatureV4 } from '@smithy/signature-v4';
import type { SourceData } from '@smithy/types';
import aws4 from 'aws4';
import { AwsV4Signer } from 'aws4fetch';
import * as minio from 'minio';
import { describe, expect, test } from 'vitest';
import { uriEncodePath } from './encode.ts';
import { presign } from './presign.ts';
import type { HeaderField } from './request.ts';
import { parseAmzDate } from './scope.ts';
import { sign } from './sign.ts';
import { parseTarget } from './target.ts';
import { type Verdict, verify } from './verify.ts';

const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' };
const region = 'eu-west-1';
const bucket = 'examplebucket';
const host = 'localhost:9000';

/** Everything that signers are known to disagree on. */
const keys = [
  'plain.txt',
  'a b+c.txt',
  '100%.txt',
  '%2F encoded %20.txt',
  'é/日本語/😀.txt',
  'e\u0301 decomposed.txt',
  "!'()*~-_.txt",
  '@:,;=&$?#[]{}|\\^`"<>.txt',
  'dir/',
  'double//slash',
  'new\nline\tand tab',
  '...dots',
];

async function verifyUrl(url: string, method: string, headers: readonly HeaderField[] = []): Promise<Verdict> {
  const { host } = new URL(url);
  const target = parseTarget(url.replace(/^https?:\/\/[^/]*/, ''));
  if ('problem' in target) throw new Error(target.problem);
  const rules = { now: new Date(), region, service: 's3', sigv2: true };
  return verify({ method, target, headers: [['host', host], ...headers] }, rules, () => credentials);
}

const parameter = (url: string, name: string): string => new URL(url).searchParams.get(name) ?? '';

/** The parameters of a URL that are not the signature's own. */
const othersIn = (url: string): Record<string, string> =>
  Object.fromEntries([...new URL(url).searchParams].filter(([name]) => !/^X-Amz-(?!Content-Sha256)/.test(name)));

/** What we sign for the same key at the same moment. */
const oursLike = (theirs: string, key: string, query: Record<string, string> = {}): string =>
  presign({
    bucket,
    key,
    region,
    endpoint: `http://${host}`,
    credentials,
    expiresIn: Number(parameter(theirs, 'X-Amz-Expires')),
    now: parseAmzDate(parameter(theirs, 'X-Amz-Date')),
    query,
  }).url;

describe.each(keys)('for the key %j', (key) => {
  const path = `/${bucket}/${uriEncodePath(key)}`;

  test('verify accepts what aws4 pre-signs, which is what we pre-sign', async () => {
    const made = aws4.sign(
      { service: 's3', region, host, path: `${path}?X-Amz-Expires=900`, method: 'GET', signQuery: true, headers: { host } },
      credentials,
    );
    const url = `http://${host}${made.path}`;
    expect((await verifyUrl(url, 'GET')).kind).toBe('verified');
    expect(parameter(oursLike(url, key), 'X-Amz-Signature')).toBe(parameter(url, 'X-Amz-Signature'));
  });

  test('verify accepts what aws4fetch pre-signs, which is what we pre-sign', async () => {
    const options = { ...credentials, service: 's3', region, method: 'GET', signQuery: true };
    const made = await new AwsV4Signer({ ...options, url: `http://${host}${path}?X-Amz-Expires=900` }).sign();
    const url = made.url.toString();
    expect((await verifyUrl(url, 'GET')).kind).toBe('verified');
    expect(parameter(oursLike(url, key), 'X-Amz-Signature')).toBe(parameter(url, 'X-Amz-Signature'));
  });

  test('verify accepts what minio-js pre-signs', async () => {
    const client = new minio.Client({
      endPoint: 'localhost',
      port: 9000,
      useSSL: false,
      region,
      accessKey: credentials.accessKeyId,
      secretKey: credentials.secretAccessKey,
    });
    expect((await verifyUrl(await client.presignedGetObject(bucket, key, 900), 'GET')).kind).toBe('verified');
    expect((await verifyUrl(await client.presignedPutObject(bucket, key, 900), 'PUT')).kind).toBe('verified');
  });

  test('verify accepts what the AWS SDK pre-signs with default settings: get, put, part', async () => {
    const client = new S3Client({ region, credentials, endpoint: `http://${host}`, forcePathStyle: true });
    const object = { Bucket: bucket, Key: key };
    const get = await getSignedUrl(client, new GetObjectCommand(object), { expiresIn: 900 });
    const put = await getSignedUrl(client, new PutObjectCommand({ ...object, Metadata: { a: 'b  c' } }), { expiresIn: 900 });
    const part = await getSignedUrl(client, new UploadPartCommand({ ...object, UploadId: 'u+/=', PartNumber: 1 }), { expiresIn: 900 });
    expect((await verifyUrl(get, 'GET')).kind).toBe('verified');
    expect(parameter(oursLike(get, key, othersIn(get)), 'X-Amz-Signature')).toBe(parameter(get, 'X-Amz-Signature'));
    expect((await verifyUrl(put, 'PUT')).kind).toBe('verified');
    expect((await verifyUrl(part, 'PUT')).kind).toBe('verified');
  });

  test('@smithy/signature-v4 signs headers as we do', async () => {
    const signer = new SignatureV4({ credentials, region, service: 's3', sha256: NodeSha256, uriEscapePath: false, applyChecksum: true });
    const signingDate = new Date(Math.floor(Date.now() / 1000) * 1000);
    const request = { method: 'GET', protocol: 'http:', hostname: 'localhost', port: 9000, path, query: {}, headers: { host } };
    const signed = await signer.sign({ ...request, headers: { host, 'x-amz-meta-a': 'b  c' } }, { signingDate });
    const inHeaders = sign({
      method: 'GET',
      url: `http://${host}${path}`,
      headers: { 'x-amz-meta-a': 'b  c' },
      region,
      credentials,
      now: signingDate,
    });
    expect(inHeaders.headers.authorization).toBe(signed.headers.authorization);
  });

  test('aws4 signs headers as we do', async () => {
    const made = aws4.sign(
      { service: 's3', region, host, path, method: 'PUT', body: 'x', headers: { host, 'x-amz-acl': 'private' } },
      credentials,
    );
    const headers = Object.entries(made.headers ?? {}).map(([name, value]): HeaderField => [name.toLowerCase(), `${value}`]);
    const others = headers.filter(([name]) => name !== 'host');
    expect((await verifyUrl(`http://${host}${path}`, 'PUT', others)).kind).toBe('verified');
  });
});

test('other services than S3 are signed as @smithy/signature-v4 signs them: path tidied and encoded twice', async () => {
  const now = new Date(Math.floor(Date.now() / 1000) * 1000);
  const signer = new SignatureV4({ credentials, region, service: 'iam', sha256: NodeSha256 });
  for (const path of ['/', '/a%20b/c', '/a/../b//c/./', '/é'.normalize()].map(encodeURI)) {
    const request = {
      method: 'POST',
      protocol: 'https:',
      hostname: 'x.test',
      path,
      query: {},
      headers: { host: 'x.test' },
      body: 'Action=X',
    };
    const theirs = await signer.sign(request, { signingDate: now });
    const { 'x-amz-content-sha256': hash = '' } = theirs.headers;
    const ours = sign({
      method: 'POST',
      url: `https://x.test${path}`,
      headers: { 'x-amz-content-sha256': hash },
      body: 'Action=X',
      service: 'iam',
      region,
      credentials,
      now,
    });
    expect(ours.headers.authorization).toBe(theirs.headers.authorization);
  }
});

describe.each(['/usr/bin/python3', 'python3'])('botocore of %s', (python) => {
  const version = spawnSync(python, ['-c', 'import botocore; print(botocore.__version__)'], { encoding: 'utf8' });
  const isThere = version.status === 0;

  test.skipIf(!isThere)(
    `pre-signs what verify accepts, in both signature versions, and in version 4 what we pre-sign${isThere ? '' : ' (skipped: needs botocore)'}`,
    { timeout: 60_000 },
    async () => {
      const program = `
import sys, json, botocore.session
from botocore.config import Config
given = json.load(sys.stdin)
for version in ['s3v4', 's3']:
    client = botocore.session.Session().create_client('s3', region_name=given['region'], endpoint_url=given['endpoint'],
        aws_access_key_id=given['accessKeyId'], aws_secret_access_key=given['secretAccessKey'],
        config=Config(signature_version=version, s3={'addressing_style': 'path'}))
    for key in given['keys']:
        where = {'Bucket': given['bucket'], 'Key': key}
        print(json.dumps([version, 'GET', key, client.generate_presigned_url('get_object', where, ExpiresIn=900)]))
        print(json.dumps([version, 'GET', key, client.generate_presigned_url('get_object', dict(where, VersionId='v', ResponseContentDisposition='attachment; filename="a b+c.txt"'), ExpiresIn=900)]))
        print(json.dumps([version, 'PUT', key, client.generate_presigned_url('put_object', dict(where, Metadata={'a': 'b'}), ExpiresIn=900)]))
        print(json.dumps([version, 'DELETE', key, client.generate_presigned_url('delete_object', where, ExpiresIn=900)]))
        print(json.dumps([version, 'PUT', key, client.generate_presigned_url('upload_part', dict(where, UploadId='u+/=', PartNumber=7), ExpiresIn=900)]))
`;
      const input = JSON.stringify({ ...credentials, region, bucket, keys, endpoint: `http://${host}` });
      const ran = spawnSync(python, ['-c', program], { input, encoding: 'utf8', env: { PATH: process.env.PATH } });
      expect(ran.stderr).toBe('');
      const made: [string, string, string, string][] = ran.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      expect(made).toHaveLength(keys.length * 2 * 5);
      for (const [version, method, key, url] of made) {
        const signed = parameter(url, 'X-Amz-SignedHeaders').includes('x-amz-meta-a') ? [['x-amz-meta-a', 'b'] as const] : [];
        expect([await verifyUrl(url, method, signed), url]).toMatchObject([{ kind: 'verified' }, url]);
        if (version === 's3v4' && method === 'GET' && parameter(url, 'versionId') === '') {
          expect(parameter(oursLike(url, key), 'X-Amz-Signature')).toBe(parameter(url, 'X-Amz-Signature'));
        }
      }
    },
  );
});

/** The hash that the smithy signer wants. */
class NodeSha256 {
  readonly #hash;
  constructor(secret?: SourceData) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret as string | Uint8Array);
  }
  reset(): void {
    throw new Error('The signer uses each hash once.');
  }
  update(data: Uint8Array): void {
    this.#hash.update(data);
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
}
