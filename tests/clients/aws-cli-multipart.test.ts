import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect } from 'vitest';
import { AWS_PROGRAMS, awsCli } from '../support/aws-cli.ts';
import { installedVersions } from '../support/installed-versions.ts';
import { needs } from '../support/programs.ts';
import { digestOf, digestOfFile, MIB, sampleBytes, writeSample } from '../support/sample-bytes.ts';
import { serveForThisFile } from '../support/served.ts';

const store = await serveForThisFile();

describe.each(installedVersions(AWS_PROGRAMS, ['--version']))('multipart uploads of aws s3api ($name)', ({ program, name }) => {
  const aws = awsCli(program, store);
  const test = needs(program);
  const bucket = `parts-of-${name.replace('/', '-')}`;
  const local = (file: string) => join(store.scratch, `${bucket}-${file}`);
  const api = (command: string, ...parameters: readonly string[]) => aws.json(['s3api', command, '--bucket', bucket, ...parameters]);
  const refused = (command: string, ...parameters: readonly string[]) => aws.refused(['s3api', command, '--bucket', bucket, ...parameters]);

  beforeAll(async () => {
    await api('create-bucket');
    await writeFile(local('digits'), '0123456789');
    await api('put-object', '--key', 'digits', '--body', local('digits'), '--content-type', 'text/plain');
  });

  test('a multipart upload by hand: parts, a copied part, listings, completion', async () => {
    await writeSample(local('part'), 5 * MIB, 3);
    const { UploadId } = await api('create-multipart-upload', '--key', 'parts', '--content-type', 'video/mp4', '--metadata', 'reel=1');
    const upload = ['--key', 'parts', '--upload-id', UploadId];
    const first = await api('upload-part', ...upload, '--part-number', '1', '--body', local('part'));
    await api('put-object', '--key', 'whole', '--body', local('part'));
    const range = ['--copy-source', `${bucket}/whole`, '--copy-source-range', `bytes=0-${5 * MIB - 1}`];
    const { CopyPartResult } = await api('upload-part-copy', ...upload, '--part-number', '2', ...range);
    const last = await api('upload-part', ...upload, '--part-number', '7', '--body', local('digits'));

    const { Parts } = await api('list-parts', ...upload, '--page-size', '1');
    expect(Parts).toMatchObject([
      { PartNumber: 1, Size: 5 * MIB, ETag: first.ETag },
      { PartNumber: 2, Size: 5 * MIB, ETag: first.ETag },
      { PartNumber: 7, Size: 10, ETag: last.ETag },
    ]);
    expect((await api('list-multipart-uploads')).Uploads).toMatchObject([{ Key: 'parts', UploadId }]);
    expect(await refused('head-object', '--key', 'parts')).toContain('(404)');

    const parts = [first.ETag, CopyPartResult.ETag, last.ETag].map((ETag, index) => ({ ETag, PartNumber: [1, 2, 7][index] }));
    const done = await api('complete-multipart-upload', ...upload, '--multipart-upload', JSON.stringify({ Parts: parts }));
    expect(done).toMatchObject({ Bucket: bucket, Key: 'parts', ETag: expect.stringMatching(/^"[0-9a-f]{32}-3"$/) });
    expect(await api('get-object', '--key', 'parts', local('whole'))).toMatchObject({ ContentType: 'video/mp4', Metadata: { reel: '1' } });
    const once = sampleBytes(5 * MIB, 3);
    expect(await digestOfFile(local('whole'))).toBe(await digestOf(Buffer.concat([once, once, Buffer.from('0123456789')])));
    expect(await api('get-object', '--key', 'parts', '--part-number', '2', local('second'))).toMatchObject({
      PartsCount: 3,
      ContentRange: `bytes ${5 * MIB}-${10 * MIB - 1}/${10 * MIB + 10}`,
    });
    expect((await api('list-multipart-uploads')).Uploads).toBeUndefined();
  });

  test('a multipart upload is refused for a missing part, a small part, a wrong order, and gone once aborted', async () => {
    const { UploadId } = await api('create-multipart-upload', '--key', 'refused');
    const upload = ['--key', 'refused', '--upload-id', UploadId];
    const complete = (...parts: readonly (readonly [number, string])[]) =>
      refused(
        'complete-multipart-upload',
        ...upload,
        '--multipart-upload',
        JSON.stringify({ Parts: parts.map(([PartNumber, ETag]) => ({ PartNumber, ETag })) }),
      );
    const one = await api('upload-part', ...upload, '--part-number', '1', '--body', local('digits'));
    const two = await api('upload-part', ...upload, '--part-number', '2', '--body', local('digits'));
    expect(await complete([1, one.ETag], [3, two.ETag])).toContain('(InvalidPart)');
    expect(await complete([2, two.ETag], [1, one.ETag])).toContain('(InvalidPartOrder)');
    expect(await complete([1, one.ETag], [2, two.ETag])).toContain('(EntityTooSmall)');
    await api('abort-multipart-upload', ...upload);
    expect(await refused('list-parts', ...upload)).toContain('(NoSuchUpload)');
    expect(await refused('upload-part', ...upload, '--part-number', '1', '--body', local('digits'))).toContain('(NoSuchUpload)');
  });
});
