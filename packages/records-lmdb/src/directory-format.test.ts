import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { requireKnownFormat } from './directory-format.ts';
import { openLmdbRecordStore } from './lmdb-record-store.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'latchkey-format-'));
});
afterEach(() => rm(directory, { recursive: true }));
const says = (text: string) => writeFile(join(directory, 'FORMAT'), text);

describe('requireKnownFormat', () => {
  test('writes down what a new directory is for, and takes it again', async () => {
    await requireKnownFormat(directory, 'record store');
    expect(await readFile(join(directory, 'FORMAT'), 'utf8')).toBe('latchkey-record-store 1\n');
    await requireKnownFormat(directory, 'record store');
    expect(await readdir(directory)).toEqual(['FORMAT']);
  });
  test('lets many begin at the same moment', async () => {
    await Promise.all(Array.from({ length: 20 }, () => requireKnownFormat(directory, 'record store')));
    expect(await readdir(directory)).toEqual(['FORMAT']);
  });
  test.each(['2', '0', '1.5', 'x'])('refuses format "%s" with a sentence', async (version) => {
    await says(`latchkey-record-store ${version}\n`);
    await expect(requireKnownFormat(directory, 'record store')).rejects.toThrow(
      `${directory} has format ${version}; this version of Latchkey knows format 1.`,
    );
  });
  test('refuses what is something else', async () => {
    await requireKnownFormat(directory, 'use store');
    await expect(requireKnownFormat(directory, 'record store')).rejects.toThrow('is no record store of Latchkey');
  });
});

test('a record store of another format is not opened, nor is anything made in it', async () => {
  await says('latchkey-record-store 2\n');
  await expect(openLmdbRecordStore({ directory })).rejects.toThrow('has format 2');
  expect(await readdir(directory)).toEqual(['FORMAT']);
});
