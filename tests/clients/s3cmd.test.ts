import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect } from 'vitest';
import { installedVersions } from '../support/installed-versions.ts';
import { needs } from '../support/programs.ts';
import { finishProgram, runProgram } from '../support/run-program.ts';
import { digestOfFile, MIB, sampleBytes, writeSample } from '../support/sample-bytes.ts';
import { serveForThisFile } from '../support/served.ts';

const store = await serveForThisFile();
installedVersions(['s3cmd'], ['--version']);

const test = needs('s3cmd');
const options = { env: store.environment, cwd: store.scratch };
const local = (name: string) => join(store.scratch, name);

/** s3cmd as its users configure it for another store than AWS: the host, path style, no TLS. */
const host = ['--host', store.host, '--host-bucket', store.host, '--no-ssl', '--no-progress', '--region', store.region];
const keys = ['--access_key', store.credentials.accessKeyId, '--secret_key', store.credentials.secretAccessKey];
const s3cmd = (...parameters: readonly string[]) => runProgram('s3cmd', [...host, ...keys, ...parameters], options);

describe('s3cmd', () => {
  beforeAll(async () => {
    await writeFile(local('note.txt'), 'a private note\n');
    await writeFile(local('.s3cfg'), '');
  });

  test('mb, put, ls, get, info, del and rb', async () => {
    expect(await s3cmd('mb', 's3://cmd')).toContain("Bucket 's3://cmd/' created");
    expect(await s3cmd('ls')).toContain('s3://cmd');
    await s3cmd('put', 'note.txt', 's3://cmd/dir/größe + &.txt', '--mime-type', 'text/markdown', '--add-header', 'x-amz-meta-author:Ada');
    expect(await s3cmd('ls', 's3://cmd/dir/')).toMatch(/15 {2}s3:\/\/cmd\/dir\/größe \+ &\.txt/);
    expect(await s3cmd('ls', 's3://cmd/')).toMatch(/DIR {2}s3:\/\/cmd\/dir\//);
    await s3cmd('get', 's3://cmd/dir/größe + &.txt', 'back.txt');
    expect(await readFile(local('back.txt'), 'utf8')).toBe('a private note\n');
    const info = await s3cmd('info', 's3://cmd/dir/größe + &.txt');
    expect(info).toMatch(/File size: 15$/m);
    expect(info).toMatch(/MIME type: text\/markdown$/m);
    expect(info).toMatch(/x-amz-meta-author: Ada$/m);
    expect(info).toMatch(/MD5 sum: {3}[0-9a-f]{32}$/m);
    await s3cmd('del', 's3://cmd/dir/größe + &.txt');
    expect(await s3cmd('ls', 's3://cmd/dir/')).toBe('');
    await s3cmd('rb', 's3://cmd');
  });

  test('put sends a large file in parts and get brings it back', async () => {
    await s3cmd('mb', 's3://large');
    await writeSample(local('large'), 21 * MIB, 2);
    await s3cmd('put', '--multipart-chunk-size-mb=5', 'large', 's3://large/large');
    expect(await s3cmd('info', 's3://large/large')).toMatch(/File size: 22020096$/m);
    await s3cmd('get', 's3://large/large', 'large-back');
    expect(await digestOfFile(local('large-back'))).toBe(await digestOfFile(local('large')));
    expect(await s3cmd('multipart', 's3://large')).not.toContain('large/large');
  });

  test('cp and mv within the store', async () => {
    await s3cmd('mb', 's3://copies');
    await s3cmd('put', 'note.txt', 's3://copies/one');
    await s3cmd('cp', 's3://copies/one', 's3://copies/two');
    await s3cmd('mv', 's3://copies/two', 's3://copies/three');
    expect((await s3cmd('ls', 's3://copies')).match(/s3:\/\/copies\/\w+/g)).toEqual(['s3://copies/one', 's3://copies/three']);
    await s3cmd('modify', '--add-header', 'Cache-Control:max-age=60', 's3://copies/one');
    const reply = await fetch((await s3cmd('signurl', 's3://copies/one', '+60')).trim());
    expect(reply.headers.get('cache-control')).toBe('max-age=60');
    await s3cmd('del', '--recursive', '--force', 's3://copies');
    expect(await s3cmd('ls', 's3://copies')).toBe('');
  });

  test('sync brings a tree up and down and removes what is gone when told', async () => {
    await s3cmd('mb', 's3://synced');
    await mkdir(local('tree/sub'), { recursive: true });
    for (const [name, size] of [
      ['a', 1000],
      ['sub/b', 2000],
      ['sub/ü &', 0],
    ] as const)
      await writeFile(local(`tree/${name}`), sampleBytes(size));
    await s3cmd('sync', 'tree/', 's3://synced/');
    expect(await s3cmd('sync', 'tree/', 's3://synced/')).not.toContain('upload:');
    await s3cmd('sync', 's3://synced/', 'tree-back/');
    expect(await readFile(local('tree-back/sub/b'))).toEqual(sampleBytes(2000));
    await writeFile(local('tree/a'), 'changed');
    await s3cmd('sync', '--delete-removed', '--exclude', 'sub/b', 'tree/', 's3://synced/');
    await s3cmd('get', '--force', 's3://synced/a', 'changed');
    expect(await readFile(local('changed'), 'utf8')).toBe('changed');
  });

  test('signurl makes a SigV2 URL that opens until its moment and for nothing else', async () => {
    await s3cmd('mb', 's3://shared');
    await s3cmd('put', 'note.txt', 's3://shared/a note ü.txt');
    const url = (await s3cmd('signurl', 's3://shared/a note ü.txt', '+600')).trim();
    expect(url).toMatch(/AWSAccessKeyId=.*Signature=/);
    const reply = await fetch(url);
    expect([reply.status, await reply.text()]).toEqual([200, 'a private note\n']);
    expect((await fetch(url.replace(/Expires=\d/, 'Expires=2'))).status).toBe(403);
    const past = (await s3cmd('signurl', 's3://shared/a note ü.txt', '1000000000')).trim();
    expect(await (await fetch(past)).text()).toContain('<Message>Request has expired</Message>');
  });

  test('a wrong secret is refused by name', async () => {
    const wrong = ['--access_key', store.credentials.accessKeyId, '--secret_key', 'wrong'];
    const { status, stderr } = await finishProgram('s3cmd', [...host, ...wrong, 'ls'], options);
    expect(status).not.toBe(0);
    expect(stderr).toContain('SignatureDoesNotMatch');
  });
});
