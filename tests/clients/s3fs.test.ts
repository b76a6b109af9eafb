import { existsSync } from 'node:fs';
import { appendFile, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { makeBucket } from '../support/arrange.ts';
import { installedVersions } from '../support/installed-versions.ts';
import { needs } from '../support/programs.ts';
import { runProgram } from '../support/run-program.ts';
import { digestOfFile, MIB, sampleBytes, writeSample } from '../support/sample-bytes.ts';
import { serveForThisFile } from '../support/served.ts';

const store = await serveForThisFile();
installedVersions(['s3fs'], ['--version']);

// Mounting needs the device as well as the program; on a machine without FUSE there is nothing to install.
const test = existsSync('/dev/fuse') ? needs('s3fs', 'fusermount') : needs('/dev/fuse');
const options = {
  env: { ...store.environment, AWSACCESSKEYID: store.credentials.accessKeyId, AWSSECRETACCESSKEY: store.credentials.secretAccessKey },
  cwd: store.scratch,
};
const mounted = (name: string) => join(store.scratch, 'mounted', name);

describe('s3fs', () => {
  test('a mounted bucket is written, read, renamed and emptied like a folder', async () => {
    await makeBucket(store, 'mounted');
    await mkdir(mounted(''));
    await runProgram(
      's3fs',
      ['mounted', mounted(''), '-o', `url=${store.endpoint},use_path_request_style,endpoint=${store.region}`],
      options,
    );
    try {
      await mkdir(mounted('folder/ü &'), { recursive: true });
      await writeFile(mounted('folder/ü &/note.txt'), 'a private note\n', { mode: 0o640 });
      await appendFile(mounted('folder/ü &/note.txt'), 'and more\n');
      expect(await readFile(mounted('folder/ü &/note.txt'), 'utf8')).toBe('a private note\nand more\n');
      expect((await stat(mounted('folder/ü &/note.txt'))).mode & 0o777).toBe(0o640);

      await writeSample(mounted('large'), 30 * MIB, 1);
      await writeSample(join(store.scratch, 'large'), 30 * MIB, 1);
      expect(await digestOfFile(mounted('large'))).toBe(await digestOfFile(join(store.scratch, 'large')));

      await rename(mounted('large'), mounted('folder/renamed'));
      await rename(mounted('folder/ü &'), mounted('moved'));
      expect((await readdir(mounted(''), { recursive: true })).sort()).toEqual(['folder', 'folder/renamed', 'moved', 'moved/note.txt']);

      await writeFile(mounted('small'), sampleBytes(1000));
      await rm(mounted('folder'), { recursive: true });
      expect((await readdir(mounted(''))).sort()).toEqual(['moved', 'small']);
    } finally {
      await runProgram('fusermount', ['-u', mounted('')], options);
    }
  });
});
