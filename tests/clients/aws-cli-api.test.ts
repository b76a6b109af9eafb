import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect } from 'vitest';
import { makeBucket, putObjects } from '../support/arrange.ts';
import { AWS_PROGRAMS, awsCli } from '../support/aws-cli.ts';
import { installedVersions } from '../support/installed-versions.ts';
import { needs } from '../support/programs.ts';
import { serveForThisFile } from '../support/served.ts';

const store = await serveForThisFile();

describe.each(installedVersions(AWS_PROGRAMS, ['--version']))('aws s3api ($name)', ({ program, name }) => {
  const aws = awsCli(program, store);
  const test = needs(program);
  const bucket = `api-of-${name.replace('/', '-')}`;
  const local = (file: string) => join(store.scratch, `${bucket}-${file}`);
  const api = (command: string, ...parameters: readonly string[]) => aws.json(['s3api', command, '--bucket', bucket, ...parameters]);
  const refused = (command: string, ...parameters: readonly string[]) => aws.refused(['s3api', command, '--bucket', bucket, ...parameters]);

  beforeAll(async () => {
    await makeBucket(store, bucket);
    await writeFile(local('digits'), '0123456789');
    await api('put-object', '--key', 'digits', '--body', local('digits'), '--content-type', 'text/plain');
  });

  test('create-bucket, head-bucket, list-buckets, get-bucket-location, wait and delete-bucket', async () => {
    const other = ['--bucket', `${bucket}-2`];
    expect(await aws.json(['s3api', 'create-bucket', ...other])).toEqual({ Location: `/${bucket}-2` });
    await aws(['s3api', 'wait', 'bucket-exists', ...other]);
    await aws(['s3api', 'head-bucket', ...other]);
    const { Buckets, Owner } = await aws.json(['s3api', 'list-buckets']);
    expect(Buckets.map((each: { Name: string }) => each.Name)).toContain(`${bucket}-2`);
    expect(Owner.ID).not.toBe('');
    expect(await aws.json(['s3api', 'get-bucket-location', ...other])).toEqual({ LocationConstraint: null });
    await aws(['s3api', 'delete-bucket', ...other]);
    await aws(['s3api', 'wait', 'bucket-not-exists', ...other]);
    expect(await aws.refused(['s3api', 'head-bucket', ...other])).toContain('(404)');
  });

  test('reads of configuration that nobody has set answer as S3 does', async () => {
    expect(await api('get-bucket-versioning')).toEqual({});
    expect(await api('get-bucket-logging')).toEqual({});
    expect(await api('get-bucket-notification-configuration')).toEqual({});
    expect(await api('get-bucket-request-payment')).toEqual({ Payer: 'BucketOwner' });
    expect((await api('get-bucket-acl')).Grants).toEqual([
      { Grantee: expect.objectContaining({ Type: 'CanonicalUser' }), Permission: 'FULL_CONTROL' },
    ]);
    expect((await api('get-object-acl', '--key', 'digits')).Grants).toHaveLength(1);
    expect(await refused('get-bucket-policy')).toContain('(NoSuchBucketPolicy)');
    expect(await refused('get-bucket-tagging')).toContain('(NoSuchTagSet)');
    expect(await refused('get-bucket-lifecycle-configuration')).toContain('(NoSuchLifecycleConfiguration)');
    expect(await refused('get-bucket-website')).toContain('(NoSuchWebsiteConfiguration)');
    expect(await refused('get-bucket-encryption')).toContain('(ServerSideEncryptionConfigurationNotFoundError)');
  });

  test('a new bucket blocks public access until its owner says otherwise', async () => {
    const blocked = { BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: true };
    expect(await api('get-public-access-block')).toEqual({ PublicAccessBlockConfiguration: blocked });
    await api('delete-public-access-block');
    expect(await refused('get-public-access-block')).toContain('(NoSuchPublicAccessBlockConfiguration)');
    await api('put-public-access-block', '--public-access-block-configuration', JSON.stringify(blocked));
    expect(await api('get-public-access-block')).toEqual({ PublicAccessBlockConfiguration: blocked });
  });

  test('get-object answers ranges, overrides and part numbers', async () => {
    const get = (...parameters: readonly string[]) => api('get-object', '--key', 'digits', ...parameters, local('range'));
    expect(await get('--range', 'bytes=2-4')).toMatchObject({ ContentRange: 'bytes 2-4/10', ContentLength: 3, AcceptRanges: 'bytes' });
    expect(await readFile(local('range'), 'utf8')).toBe('234');
    expect(await get('--range', 'bytes=-3')).toMatchObject({ ContentRange: 'bytes 7-9/10' });
    expect(await readFile(local('range'), 'utf8')).toBe('789');
    expect(await get('--range', 'bytes=8-')).toMatchObject({ ContentRange: 'bytes 8-9/10' });
    const overrides = ['--response-content-type', 'application/pdf', '--response-content-disposition', 'attachment; filename="d.pdf"'];
    expect(await get(...overrides)).toMatchObject({ ContentType: 'application/pdf', ContentDisposition: 'attachment; filename="d.pdf"' });
    expect(await get('--part-number', '1')).toMatchObject({ ContentLength: 10 });
    expect(await refused('get-object', '--key', 'digits', '--range', 'bytes=10-', local('none'))).toContain('(InvalidRange)');
  });

  test('head-object and get-object honour conditions', async () => {
    const { ETag, LastModified } = await api('head-object', '--key', 'digits');
    const head = (...parameters: readonly string[]) => refused('head-object', '--key', 'digits', ...parameters);
    await api('head-object', '--key', 'digits', '--if-match', ETag, '--if-unmodified-since', LastModified);
    expect(await head('--if-match', '"0123456789abcdef0123456789abcdef"')).toContain('(412)');
    expect(await head('--if-none-match', ETag)).toContain('(304)');
    expect(await head('--if-modified-since', LastModified)).toContain('(304)');
    expect(await head('--if-unmodified-since', '2020-01-01T00:00:00Z')).toContain('(412)');
    expect(await refused('get-object', '--key', 'digits', '--if-match', '"other"', local('none'))).toContain('(PreconditionFailed)');
  });

  test('copy-object copies, replaces metadata and honours conditions on the source', async () => {
    await api('put-object', '--key', 'sø/urce +.txt', '--body', local('digits'), '--metadata', 'a=1');
    const source = ['--copy-source', `${bucket}/sø/urce +.txt`];
    const { CopyObjectResult } = await api('copy-object', '--key', 'copy', ...source);
    expect(CopyObjectResult).toMatchObject({ ETag: '"781e5e245d69b566979b86e28d23f2c7"', LastModified: expect.any(String) });
    expect(await api('head-object', '--key', 'copy')).toMatchObject({ Metadata: { a: '1' }, ContentLength: 10 });
    await api('copy-object', '--key', 'copy', ...source, '--metadata-directive', 'REPLACE', '--metadata', 'b=2');
    expect(await api('head-object', '--key', 'copy')).toMatchObject({ Metadata: { b: '2' } });
    expect(await refused('copy-object', '--key', 'copy', ...source, '--copy-source-if-match', '"other"')).toContain('(PreconditionFailed)');
    expect(await refused('copy-object', '--key', 'digits', '--copy-source', `${bucket}/digits`)).toContain('(InvalidRequest)');
    expect(await refused('copy-object', '--key', 'x', '--copy-source', `${bucket}/absent`)).toContain('(NoSuchKey)');
  });

  test('delete-object and delete-objects remove what is there and answer the same for what is not', async () => {
    await putObjects(store, bucket, ['d/1', 'd/2', 'd/<&>"\'']);
    await api('delete-object', '--key', 'd/1');
    await api('delete-object', '--key', 'd/1');
    const batch = { Objects: ['d/1', 'd/2', 'd/<&>"\''].map((Key) => ({ Key })) };
    const { Deleted } = await api('delete-objects', '--delete', JSON.stringify(batch));
    expect(Deleted.map((each: { Key: string }) => each.Key).sort()).toEqual(['d/1', 'd/2', 'd/<&>"\''].sort());
    expect(await api('delete-objects', '--delete', JSON.stringify({ ...batch, Quiet: true }))).toEqual({});
    expect((await api('list-objects-v2', '--prefix', 'd/')).Contents).toBeUndefined();
  });

  test('list-objects and list-objects-v2 page, group and start where told', async () => {
    const keys = ['list/a/1', 'list/a/2', 'list/b', 'list/c d', 'list/é', 'list/日本'];
    await putObjects(store, bucket, keys);
    const keysOf = (page: { Contents?: { Key: string }[] }) => (page.Contents ?? []).map(({ Key }) => Key);

    for (const command of ['list-objects', 'list-objects-v2']) {
      expect(keysOf(await api(command, '--prefix', 'list/', '--page-size', '2'))).toEqual(keys);
      const grouped = await api(command, '--prefix', 'list/', '--delimiter', '/', '--page-size', '1');
      expect(grouped.CommonPrefixes).toEqual([{ Prefix: 'list/a/' }]);
      expect(keysOf(grouped)).toEqual(keys.slice(2));
      const first = await api(command, '--prefix', 'list/', '--max-items', '4');
      expect(keysOf(await api(command, '--prefix', 'list/', '--starting-token', first.NextToken))).toEqual(keys.slice(4));
    }
    expect(keysOf(await api('list-objects-v2', '--prefix', 'list/', '--start-after', 'list/b'))).toEqual(keys.slice(3));
    expect(keysOf(await api('list-objects', '--prefix', 'list/', '--marker', 'list/b'))).toEqual(keys.slice(3));
    expect((await api('list-objects-v2', '--prefix', 'list/b', '--fetch-owner')).Contents[0]).toMatchObject({
      Key: 'list/b',
      Size: 6,
      StorageClass: 'STANDARD',
      ETag: expect.stringMatching(/^"[0-9a-f]{32}"$/),
      Owner: { ID: expect.stringMatching(/./) },
    });
    expect((await api('list-object-versions', '--prefix', 'list/b')).Versions).toMatchObject([
      { Key: 'list/b', VersionId: 'null', IsLatest: true },
    ]);
  });

  test('what is not there is refused by its name', async () => {
    expect(await refused('get-object', '--key', 'absent', local('none'))).toContain('(NoSuchKey)');
    expect(await aws.refused(['s3api', 'list-objects-v2', '--bucket', 'nobody-made-this'])).toContain('(NoSuchBucket)');
    expect(await aws.refused(['s3api', 'create-bucket', '--bucket', 'No_Such_Name'])).toContain('(InvalidBucketName)');
    expect(await refused('put-object', '--key', 'k'.repeat(1025))).toContain('(KeyTooLongError)');
    expect(await refused('put-bucket-replication', '--replication-configuration', '{"Role":"r","Rules":[]}')).toContain('(NotImplemented)');
  });

  test('a key of 1024 bytes of UTF-8 is stored, listed and read', async () => {
    const key = 'ü'.repeat(512);
    await api('put-object', '--key', key, '--body', local('digits'));
    expect((await api('list-objects-v2', '--prefix', 'üü')).Contents).toMatchObject([{ Key: key, Size: 10 }]);
    await api('get-object', '--key', key, local('long'));
    expect(await readFile(local('long'), 'utf8')).toBe('0123456789');
  });
});
