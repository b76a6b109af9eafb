import { mkdir, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect } from 'vitest';
import { putObjects } from '../support/arrange.ts';
import { AWS_PROGRAMS, awsCli } from '../support/aws-cli.ts';
import { installedVersions } from '../support/installed-versions.ts';
import { needs } from '../support/programs.ts';
import { digestOf, digestOfFile, KIB, MIB, sampleBytes, sampleStream, writeSample } from '../support/sample-bytes.ts';
import { serveForThisFile } from '../support/served.ts';

const store = await serveForThisFile();

describe.each(installedVersions(AWS_PROGRAMS, ['--version']))('aws s3 ($name)', ({ program, name }) => {
  const aws = awsCli(program, store);
  const test = needs(program);
  const bucket = `files-of-${name.replace('/', '-')}`;
  const folder = join(store.scratch, bucket);
  const local = (name: string) => join(folder, name);
  const remote = (key: string) => `s3://${bucket}/${key}`;

  beforeAll(async () => {
    await mkdir(folder);
    await aws(['s3', 'mb', `s3://${bucket}`]);
    await writeFile(local('note.txt'), 'a private note\n');
  });

  test('mb makes a bucket that ls lists and rb removes', async () => {
    expect(await aws(['s3', 'mb', `s3://${bucket}-2`])).toBe(`make_bucket: ${bucket}-2\n`);
    expect(await aws(['s3', 'ls'])).toMatch(new RegExp(` ${bucket}-2$`, 'm'));
    await aws(['s3', 'rb', `s3://${bucket}-2`]);
    expect(await aws(['s3', 'ls'])).not.toContain(`${bucket}-2`);
  });

  test('rb refuses a bucket that holds something, and removes it by force', async () => {
    await aws(['s3', 'mb', `s3://${bucket}-3`]);
    await aws(['s3', 'cp', '--no-progress', local('note.txt'), `s3://${bucket}-3/a/b`]);
    expect(await aws.refused(['s3', 'rb', `s3://${bucket}-3`])).toContain('(BucketNotEmpty)');
    await aws(['s3', 'rb', '--force', `s3://${bucket}-3`]);
    expect(await aws(['s3', 'ls'])).not.toContain(`${bucket}-3`);
  });

  test('cp brings a small file up and down unchanged, and ls shows its size', async () => {
    await aws(['s3', 'cp', '--no-progress', local('note.txt'), remote('small/note.txt')]);
    expect(await aws(['s3', 'ls', remote('small/')])).toMatch(/ {2,}15 note\.txt$/m);
    expect(await aws(['s3', 'ls', remote('sma')])).toMatch(/PRE small\/$/m);
    await aws(['s3', 'cp', '--no-progress', remote('small/note.txt'), local('note-back.txt')]);
    expect(await readFile(local('note-back.txt'), 'utf8')).toBe('a private note\n');
  });

  test('cp brings 200 MB up and down by multipart', async () => {
    await writeSample(local('large'), 200_000_000);
    await aws(['s3', 'cp', '--no-progress', local('large'), remote('large')]);
    const head = await aws.json(['s3api', 'head-object', '--bucket', bucket, '--key', 'large']);
    expect(head).toMatchObject({ ContentLength: 200_000_000, ETag: expect.stringMatching(/^"[0-9a-f]{32}-24"$/) });
    await aws(['s3', 'cp', '--no-progress', remote('large'), local('large-back')]);
    expect(await digestOfFile(local('large-back'))).toBe(await digestOfFile(local('large')));
  });

  test('cp copies a large object within the store by parts', async () => {
    await aws(['s3', 'cp', '--no-progress', '-', remote('stream')], sampleStream(20 * MIB, 2));
    await aws(['s3', 'cp', '--no-progress', remote('stream'), remote('copy')]);
    const head = await aws.json(['s3api', 'head-object', '--bucket', bucket, '--key', 'copy']);
    expect(head).toMatchObject({ ContentLength: 20 * MIB, ETag: expect.stringMatching(/-3"$/) });
    await aws(['s3', 'cp', '--no-progress', remote('copy'), local('copy')]);
    expect(await digestOfFile(local('copy'))).toBe(await digestOf(sampleStream(20 * MIB, 2)));
  });

  test('cp streams from stdin and to stdout', async () => {
    await aws(['s3', 'cp', '-', remote('piped.txt')], 'through a pipe');
    expect(await aws(['s3', 'cp', remote('piped.txt'), '-'])).toBe('through a pipe');
  });

  test('cp keeps metadata, content type and the other headers, and replaces them when told', async () => {
    await aws([
      ...['s3', 'cp', '--no-progress', local('note.txt'), remote('described'), '--metadata', 'author=Ada,shelf=7'],
      ...['--content-type', 'text/markdown', '--cache-control', 'max-age=60', '--content-disposition', 'attachment; filename="n.md"'],
      ...['--content-language', 'en', '--content-encoding', 'identity', '--expires', '2030-01-01T00:00:00Z'],
    ]);
    const described = {
      ContentType: 'text/markdown',
      CacheControl: 'max-age=60',
      ContentDisposition: 'attachment; filename="n.md"',
      ContentLanguage: 'en',
      ContentEncoding: 'identity',
      Metadata: { author: 'Ada', shelf: '7' },
    };
    expect(await aws.json(['s3api', 'head-object', '--bucket', bucket, '--key', 'described'])).toMatchObject(described);

    await aws(['s3', 'cp', '--no-progress', remote('described'), remote('described-copy')]);
    expect(await aws.json(['s3api', 'head-object', '--bucket', bucket, '--key', 'described-copy'])).toMatchObject(described);

    const replace = ['--metadata-directive', 'REPLACE', '--metadata', 'author=Grace', '--content-type', 'text/plain'];
    await aws(['s3', 'cp', '--no-progress', remote('described'), remote('described'), ...replace]);
    const replaced = await aws.json(['s3api', 'head-object', '--bucket', bucket, '--key', 'described']);
    expect(replaced).toMatchObject({ ContentType: 'text/plain', Metadata: { author: 'Grace' } });
    expect(replaced).not.toHaveProperty('CacheControl');
  });

  test('mv moves up, within and down, and leaves nothing behind', async () => {
    await writeFile(local('moving'), sampleBytes(64 * KIB));
    await aws(['s3', 'mv', '--no-progress', local('moving'), remote('moved/one')]);
    await expect(readFile(local('moving'))).rejects.toThrow('ENOENT');
    await aws(['s3', 'mv', '--no-progress', remote('moved/one'), remote('moved/two')]);
    expect(await aws(['s3', 'ls', remote('moved/')])).not.toContain('one');
    await aws(['s3', 'mv', '--no-progress', remote('moved/two'), local('moved')]);
    expect((await readFile(local('moved'))).equals(sampleBytes(64 * KIB))).toBe(true);
    expect(await aws.refused(['s3', 'ls', remote('moved/')])).toBe('');
  });

  test('rm removes one object, and a whole prefix', async () => {
    await putObjects(store, bucket, ['gone/1', 'gone/2', 'gone/sub/3', 'kept']);
    await aws(['s3', 'rm', remote('gone/1')]);
    expect(await aws(['s3', 'ls', '--recursive', '--summarize', remote('gone/')])).toContain('Total Objects: 2');
    await aws(['s3', 'rm', '--recursive', remote('gone/')]);
    expect(await aws.refused(['s3', 'ls', remote('gone/')])).toBe('');
    expect(await aws(['s3', 'ls', remote('kept')])).toContain(' kept');
  });

  test('sync brings a tree up and down, sends what changed, and removes what is gone when told', async () => {
    const names = ['a.txt', 'b c.txt', 'größe/日本語.txt', 'größe/+ & #.txt', 'deep/er/than/that.bin', 'empty'];
    const tree = local('tree');
    for (const [index, name] of names.entries()) {
      await mkdir(join(tree, name, '..'), { recursive: true });
      await writeFile(join(tree, name), name === 'empty' ? '' : sampleBytes(1000 + index, index));
      // Listings carry whole seconds, as S3's do: a file of this very second would look newer than its copy.
      await utimes(join(tree, name), new Date('2026-01-01'), new Date('2026-01-01'));
    }
    await aws(['s3', 'sync', '--no-progress', tree, remote('tree')]);
    expect(await aws(['s3', 'sync', '--no-progress', tree, remote('tree')])).toBe('');

    await aws(['s3', 'sync', '--no-progress', remote('tree'), local('tree-back')]);
    expect(await filesOf(local('tree-back'))).toEqual(await filesOf(tree));

    await writeFile(join(tree, 'a.txt'), 'changed, and longer than it was\n'.repeat(100));
    await rm(join(tree, 'empty'));
    const sent = await aws(['s3', 'sync', '--no-progress', '--delete', tree, remote('tree')]);
    expect(sent.trim().split('\n')).toHaveLength(2);
    expect(sent).toContain(`delete: ${remote('tree/empty')}`);

    await aws(['s3', 'sync', '--no-progress', '--exclude', '*', '--include', 'größe/*', remote('tree'), remote('part')]);
    await aws(['s3', 'sync', '--no-progress', remote('part'), local('part-back')]);
    expect([...(await filesOf(local('part-back'))).keys()]).toEqual(['größe/+ & #.txt', 'größe/日本語.txt']);
  });

  test('presign makes a URL that opens for an hour and for no other byte or method', async () => {
    await aws(['s3', 'cp', '--no-progress', local('note.txt'), remote('é +/note.txt')]);
    const url = (await aws(['s3', 'presign', remote('é +/note.txt'), '--expires-in', '3600'])).trim();
    const reply = await fetch(url);
    expect([reply.status, await reply.text()]).toEqual([200, 'a private note\n']);

    const changed = url.replace(/(Signature=)(.)/, (_, name: string, digit: string) => name + (digit === '0' ? '1' : '0'));
    const refused = await fetch(changed);
    expect([refused.status, await refused.text()]).toEqual([403, expect.stringContaining('<Code>SignatureDoesNotMatch</Code>')]);
    expect((await fetch(url, { method: 'DELETE' })).status).toBe(403);
    expect((await fetch(url, { method: 'PUT', body: 'mine' })).status).toBe(403);
    expect((await fetch(url)).status).toBe(200);
  });

  test('presign makes a URL that S3 refuses in its own words once it has expired', async () => {
    await aws(['s3', 'cp', '--no-progress', local('note.txt'), remote('brief')]);
    const url = (await aws(['s3', 'presign', remote('brief'), '--expires-in', '1'])).trim();
    await expect.poll(async () => (await fetch(url)).status, { timeout: 10_000, interval: 200 }).toBe(403);
    const reply = await fetch(url);
    const text = await reply.text();
    expect([reply.status, reply.headers.get('content-type')]).toEqual([403, 'application/xml']);
    expect(text).toMatch(/<Code>AccessDenied<\/Code><Message>Request has expired<\/Message>/);
    expect(text).toMatch(/<Expires>[^<]+<\/Expires><ServerTime>[^<]+<\/ServerTime>/);
  });
});

/** Path → digest of every file under a folder, sorted by path. */
async function filesOf(folder: string): Promise<Map<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
  return new Map(await Promise.all(paths.sort().map(async (path) => [path, await digestOfFile(join(folder, path))] as const)));
}
