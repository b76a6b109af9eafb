import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { makeBucket } from '../support/arrange.ts';
import { installedVersions } from '../support/installed-versions.ts';
import { needs } from '../support/programs.ts';
import { runProgram } from '../support/run-program.ts';
import { digestOfFile, MIB, sampleBytes, writeSample } from '../support/sample-bytes.ts';
import { serveForThisFile } from '../support/served.ts';

const store = await serveForThisFile();
installedVersions(['duplicity'], ['--version']);

const test = needs('duplicity');
const local = (name: string) => join(store.scratch, name);
const options = { cwd: store.scratch, env: { ...store.environment, PASSPHRASE: '' } };
const target = [
  '--no-encryption',
  '--archive-dir',
  local('archive'),
  '--s3-endpoint-url',
  store.endpoint,
  '--s3-region-name',
  store.region,
];
const duplicity = (...parameters: readonly string[]) => runProgram('duplicity', [...parameters, ...target], options);

describe('duplicity', () => {
  test('a full backup, an incremental one, verify and restore', async () => {
    await makeBucket(store, 'duplicity');
    await mkdir(local('home/notes'), { recursive: true });
    await writeSample(local('home/film'), 30 * MIB, 1);
    for (let index = 0; index < 20; index++) await writeFile(local(`home/notes/${index} ü.txt`), sampleBytes(2000 + index, index));

    const url = 'boto3+s3://duplicity/laptop';
    await duplicity('full', '--volsize', '10', 'home', url);
    await writeFile(local('home/notes/0 ü.txt'), 'changed');
    await duplicity('incremental', 'home', url);
    expect(await duplicity('collection-status', url)).toMatch(/Incremental/);
    await duplicity('verify', '--compare-data', url, 'home');
    await duplicity('restore', url, 'restored');
    for (const name of ['film', 'notes/0 ü.txt', 'notes/19 ü.txt']) {
      expect(await digestOfFile(join(local('restored'), name))).toBe(await digestOfFile(join(local('home'), name)));
    }
  });
});
