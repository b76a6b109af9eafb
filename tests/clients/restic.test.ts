import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { installedVersions } from '../support/installed-versions.ts';
import { needs } from '../support/programs.ts';
import { finishProgram, runProgram } from '../support/run-program.ts';
import { digestOfFile, MIB, sampleBytes, writeSample } from '../support/sample-bytes.ts';
import { serveForThisFile } from '../support/served.ts';

const store = await serveForThisFile();
installedVersions(['restic'], ['version']);

const test = needs('restic');
const local = (name: string) => join(store.scratch, name);
const options = {
  cwd: store.scratch,
  env: { ...store.environment, RESTIC_REPOSITORY: `s3:${store.endpoint}/backups/laptop`, RESTIC_PASSWORD: 'correct horse' },
};
const restic = (...parameters: readonly string[]) => runProgram('restic', ['--quiet', ...parameters], options);

describe('restic', () => {
  test('init, two backups, check of all data, restore, forget and prune', async () => {
    await mkdir(local('home/notes'), { recursive: true });
    await writeSample(local('home/film'), 40 * MIB, 1);
    for (let index = 0; index < 50; index++) await writeFile(local(`home/notes/${index} ü.txt`), sampleBytes(2000 + index, index));

    await restic('init');
    await restic('backup', 'home');
    await writeFile(local('home/notes/0 ü.txt'), 'changed');
    await restic('backup', 'home');
    await restic('check', '--read-data');
    expect(JSON.parse(await restic('snapshots', '--json'))).toHaveLength(2);

    await restic('restore', 'latest', '--target', local('restored'));
    const restored = (name: string) => join(local('restored'), name);
    for (const name of ['home/film', 'home/notes/0 ü.txt', 'home/notes/49 ü.txt']) {
      expect(await digestOfFile(restored(name))).toBe(await digestOfFile(local(name)));
    }

    await rm(local('home/film'));
    await restic('backup', 'home');
    await restic('forget', '--keep-last', '1', '--prune');
    await restic('check', '--read-data');
    expect(JSON.parse(await restic('snapshots', '--json'))).toHaveLength(1);
    const { status, stderr } = await finishProgram('restic', ['init'], options);
    expect([status, stderr]).toEqual([1, expect.stringContaining('already initialized')]);
  });
});
