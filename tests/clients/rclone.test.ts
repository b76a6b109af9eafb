import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect } from 'vitest';
import { installedVersions } from '../support/installed-versions.ts';
import { needs } from '../support/programs.ts';
import { finishProgram, type RunOptions, runProgram } from '../support/run-program.ts';
import { digestOf, digestOfFile, MIB, sampleBytes, sampleStream, writeSample } from '../support/sample-bytes.ts';
import { serveForThisFile } from '../support/served.ts';

const store = await serveForThisFile();
installedVersions(['rclone'], ['version']);

const test = needs('rclone');
const local = (name: string) => join(store.scratch, name);
/** A remote configured by environment alone; the provider is what people choose for a store that is not in rclone's list. */
const options = {
  cwd: store.scratch,
  env: {
    ...store.environment,
    RCLONE_CONFIG: '/dev/null',
    RCLONE_CONFIG_STORE_TYPE: 's3',
    RCLONE_CONFIG_STORE_PROVIDER: 'Other',
    RCLONE_CONFIG_STORE_ENDPOINT: store.endpoint,
    RCLONE_CONFIG_STORE_REGION: store.region,
    RCLONE_CONFIG_STORE_ACCESS_KEY_ID: store.credentials.accessKeyId,
    RCLONE_CONFIG_STORE_SECRET_ACCESS_KEY: store.credentials.secretAccessKey,
  },
};
const rclone = (parameters: readonly string[], input?: RunOptions['input']) =>
  runProgram('rclone', [...parameters, '--retries', '1', '--low-level-retries', '1'], {
    ...options,
    ...(input !== undefined && { input }),
  });

const NAMES = ['a.txt', 'b c + &.txt', 'sub/größe.txt', 'sub/日本語/deep.bin', 'empty'];

describe('rclone', () => {
  beforeAll(async () => {
    for (const [index, name] of NAMES.entries()) {
      await mkdir(join(local('tree'), name, '..'), { recursive: true });
      await writeFile(join(local('tree'), name), sampleBytes(name === 'empty' ? 0 : 1000 * index + 1, index));
    }
  });

  test('mkdir, copy, lsf, check and cat', async () => {
    await rclone(['mkdir', 'store:copied']);
    await rclone(['copy', 'tree', 'store:copied/tree']);
    expect((await rclone(['lsf', '-R', '--files-only', 'store:copied/tree'])).trim().split('\n').sort()).toEqual([...NAMES].sort());
    await rclone(['check', 'tree', 'store:copied/tree']);
    await rclone(['check', '--download', 'tree', 'store:copied/tree']);
    expect(await rclone(['cat', '--offset', '10', '--count', '0', 'store:copied/tree/a.txt'])).toBe('');
    await rclone(['copy', 'store:copied/tree', 'tree-back']);
    for (const name of NAMES)
      expect(await digestOfFile(join(local('tree-back'), name))).toBe(await digestOfFile(join(local('tree'), name)));
  });

  test('sync sends what changed, keeps modification times and removes what is gone', async () => {
    await rclone(['mkdir', 'store:synced']);
    await rclone(['sync', 'tree', 'store:synced']);
    await rclone(['copyto', 'tree/a.txt', 'store:synced/extra']);
    const { stderr } = await finishProgram('rclone', ['sync', '-v', 'tree', 'store:synced'], options);
    expect(stderr).toContain('extra: Deleted');
    expect(stderr).not.toContain('Copied');
    const modified = JSON.parse(await rclone(['lsjson', 'store:synced/a.txt'])) as { ModTime: string }[];
    const original = JSON.parse(await rclone(['lsjson', 'tree/a.txt'])) as { ModTime: string }[];
    expect(Date.parse(modified[0]!.ModTime)).toBe(Date.parse(original[0]!.ModTime));
  });

  test('large files go by multipart, rcat streams from a pipe', async () => {
    await rclone(['mkdir', 'store:large']);
    await writeSample(local('large'), 32 * MIB, 7);
    await rclone(['copyto', 'large', 'store:large/large', '--s3-upload-cutoff', '8M', '--s3-chunk-size', '5M']);
    await rclone(['check', '--download', '--include', 'large', '.', 'store:large']);
    await rclone(['rcat', 'store:large/piped'], sampleStream(12 * MIB, 8));
    await rclone(['copyto', 'store:large/piped', 'piped']);
    expect(await digestOfFile(local('piped'))).toBe(await digestOf(sampleStream(12 * MIB, 8)));
    await rclone(['copyto', '--multi-thread-streams', '4', '--multi-thread-cutoff', '1M', 'store:large/large', 'large-back']);
    expect(await digestOfFile(local('large-back'))).toBe(await digestOfFile(local('large')));
  });

  test('moveto, copyto within the store, deletefile, purge', async () => {
    await rclone(['mkdir', 'store:moved']);
    await rclone(['rcat', 'store:moved/one ü'], 'one');
    await rclone(['moveto', 'store:moved/one ü', 'store:moved/dir/two']);
    await rclone(['copyto', 'store:moved/dir/two', 'store:moved/three']);
    expect((await rclone(['lsf', '-R', '--files-only', 'store:moved'])).trim().split('\n').sort()).toEqual(['dir/two', 'three']);
    await rclone(['deletefile', 'store:moved/three']);
    await rclone(['purge', 'store:moved']);
    expect(await rclone(['lsd', 'store:'])).not.toContain('moved');
  });

  test('link makes a pre-signed URL that opens', async () => {
    await rclone(['mkdir', 'store:linked']);
    await rclone(['rcat', 'store:linked/a note ü.txt'], 'a private note\n');
    const url = (await rclone(['link', '--expire', '10m', 'store:linked/a note ü.txt'])).trim();
    expect(url).toContain('X-Amz-Expires=600');
    const reply = await fetch(url);
    expect([reply.status, await reply.text()]).toEqual([200, 'a private note\n']);
    expect((await fetch(url.replace('X-Amz-Expires=600', 'X-Amz-Expires=6000'))).status).toBe(403);
  });

  test('any name works that S3 allows, as rclone itself finds out', async () => {
    await rclone(['mkdir', 'store:names']);
    const found = await rclone(['test', 'info', '--all', 'store:names']);
    expect(found.replace(/^\/\/.*\n/, '')).toBe(`stringNeedsEscaping = []rune{
\t'/', '\\x00'
}
maxFileLength = 1024 // for 1 byte unicode characters
maxFileLength = 512 // for 2 byte unicode characters
maxFileLength = 341 // for 3 byte unicode characters
maxFileLength = 256 // for 4 byte unicode characters
canWriteUnnormalized = true
canReadUnnormalized   = true
canReadRenormalized   = false
canStream = true
`);
  }, 300_000);
});
