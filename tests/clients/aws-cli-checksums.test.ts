import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect } from 'vitest';
import { AWS_PROGRAMS, awsCli } from '../support/aws-cli.ts';
import { installedVersions } from '../support/installed-versions.ts';
import { needs } from '../support/programs.ts';
import { MIB, writeSample } from '../support/sample-bytes.ts';
import { serveForThisFile } from '../support/served.ts';

const store = await serveForThisFile();

/** Of `123456789`, which is what such algorithms publish as their check value. */
const CHECK_VALUES = {
  CRC32: 'y/Q5Jg==',
  CRC32C: '4waSgw==',
  CRC64NVME: 'rosUhgp5mIg=',
  SHA1: '98O8HYCOBHMq32eZZczDTKeuNEE=',
  SHA256: 'FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU=',
};
type Algorithm = keyof typeof CHECK_VALUES;
const ALGORITHMS = Object.keys(CHECK_VALUES) as Algorithm[];

describe.each(installedVersions(AWS_PROGRAMS, ['--version']))('checksums of aws s3api ($name)', ({ program, name }) => {
  const aws = awsCli(program, store);
  const test = needs(program);
  const bucket = `sums-of-${name.replace('/', '-')}`;
  const local = (file: string) => join(store.scratch, `${bucket}-${file}`);
  const api = (command: string, ...parameters: readonly string[]) => aws.json(['s3api', command, '--bucket', bucket, ...parameters]);

  beforeAll(async () => {
    await api('create-bucket');
    await writeFile(local('check'), '123456789');
  });

  test('each algorithm the CLI can compute is checked, kept, and told again by head and get', async () => {
    const known = await algorithmsOf((algorithm) =>
      api('put-object', '--key', algorithm, '--body', local('check'), '--checksum-algorithm', algorithm),
    );
    expect(known).toEqual(expect.arrayContaining(['CRC32', 'SHA1', 'SHA256']));
    for (const algorithm of known) {
      const kept = { [`Checksum${algorithm}`]: CHECK_VALUES[algorithm] };
      expect(await api('head-object', '--key', algorithm, '--checksum-mode', 'ENABLED')).toMatchObject(kept);
      expect(await api('get-object', '--key', algorithm, '--checksum-mode', 'ENABLED', local('back'))).toMatchObject(kept);
      expect(await readFile(local('back'), 'utf8')).toBe('123456789');
    }
  });

  test('a checksum given by hand is kept, and one that is wrong stores nothing', async () => {
    const put = ['put-object', '--bucket', bucket, '--body', local('check')];
    await aws(['s3api', ...put, '--key', 'by-hand', '--checksum-sha256', CHECK_VALUES.SHA256]);
    expect(await api('head-object', '--key', 'by-hand', '--checksum-mode', 'ENABLED')).toMatchObject({
      ChecksumSHA256: CHECK_VALUES.SHA256,
    });
    expect(await aws.refused(['s3api', ...put, '--key', 'wrong', '--checksum-crc32', 'AAAAAA=='])).toContain('(BadDigest)');
    expect(await aws.refused(['s3api', ...put, '--key', 'wrong', '--content-md5', 'AAAAAAAAAAAAAAAAAAAAAA=='])).toContain('(BadDigest)');
    expect(await aws.refused(['s3api', ...put, '--key', 'wrong', '--checksum-sha1', 'short'])).toContain('(InvalidRequest)');
    expect(await aws.refused(['s3api', 'head-object', '--bucket', bucket, '--key', 'wrong'])).toContain('(404)');
  });

  test('a multipart upload with checksums per part completes with the checksum of checksums', async () => {
    await writeSample(local('part'), 5 * MIB, 4);
    const { UploadId } = await api('create-multipart-upload', '--key', 'parts', '--checksum-algorithm', 'SHA256');
    const upload = ['--key', 'parts', '--upload-id', UploadId];
    const files = [local('part'), local('check')];
    const Parts: unknown[] = [];
    for (const [index, file] of files.entries()) {
      const sent = await api('upload-part', ...upload, '--part-number', `${index + 1}`, '--body', file, '--checksum-algorithm', 'SHA256');
      expect(sent.ChecksumSHA256).toMatch(/^[A-Za-z0-9+/]{43}=$/);
      Parts.push({ PartNumber: index + 1, ETag: sent.ETag, ChecksumSHA256: sent.ChecksumSHA256 });
    }
    expect((await api('list-parts', ...upload)).Parts).toMatchObject(Parts);
    const done = await api('complete-multipart-upload', ...upload, '--multipart-upload', JSON.stringify({ Parts }));
    expect(done.ChecksumSHA256).toMatch(/^[A-Za-z0-9+/]{43}=-2$/);
    const head = await api('head-object', '--key', 'parts', '--checksum-mode', 'ENABLED');
    expect(head.ChecksumSHA256).toBe(done.ChecksumSHA256);
  });

  test('cp sends large files with checksums and reads them back', async () => {
    await writeSample(local('large'), 20 * MIB, 5);
    await aws(['s3', 'cp', '--no-progress', local('large'), `s3://${bucket}/large`]);
    await aws(['s3', 'cp', '--no-progress', `s3://${bucket}/large`, local('large-back')]);
    expect((await readFile(local('large-back'))).equals(await readFile(local('large')))).toBe(true);
  });

  test('copy-object computes the algorithm it is asked for', async () => {
    await api('put-object', '--key', 'plain', '--body', local('check'));
    const { CopyObjectResult } = await api(
      'copy-object',
      '--key',
      'copied',
      '--copy-source',
      `${bucket}/plain`,
      '--checksum-algorithm',
      'SHA1',
    );
    expect(CopyObjectResult).toMatchObject({ ChecksumSHA1: CHECK_VALUES.SHA1 });
    expect(await api('head-object', '--key', 'copied', '--checksum-mode', 'ENABLED')).toMatchObject({ ChecksumSHA1: CHECK_VALUES.SHA1 });
  });
});

/** Those that the CLI does not refuse by itself: some need a native library, some are younger than the CLI. */
async function algorithmsOf(attempt: (algorithm: Algorithm) => Promise<unknown>): Promise<readonly Algorithm[]> {
  const known: Algorithm[] = [];
  for (const algorithm of ALGORITHMS) {
    try {
      await attempt(algorithm);
      known.push(algorithm);
    } catch (error) {
      if (!/Unsupported checksum algorithm|Missing Dependency/.test((error as Error).message)) throw error;
    }
  }
  return known;
}
