import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { createRate, durationText, sizeText } from '../../browser/upload/rate.js';
import { isUploadScript, uploadScriptReply } from './upload-scripts.ts';

const folder = new URL('../../browser/upload/', import.meta.url);

test('every script of the folder is served, as it is', async () => {
  for (const name of readdirSync(folder)) {
    expect(isUploadScript(`/-/upload/${name}`), name).toBe(true);
    expect((await uploadScriptReply(`/-/upload/${name}`)).body).toEqual(readFileSync(new URL(name, folder)));
  }
});

test('a phone loads less than 15 KB of them, packed', () => {
  const packed = readdirSync(folder).map((name) => gzipSync(readFileSync(new URL(name, folder))).byteLength);
  expect(packed.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThan(15_000);
});

test('createRate tells what the last seconds brought', () => {
  const rate = createRate();
  expect(rate.perSecond(0)).toBe(0);
  for (let at = 0; at <= 20_000; at += 1000) rate.add(at < 12_000 ? 1_000_000 : 500_000, at);
  expect(rate.perSecond(20_000)).toBe(500_000);
  rate.forget();
  expect(rate.perSecond(20_000)).toBe(0);
});

test('createRate slows down where nothing comes', () => {
  const rate = createRate();
  rate.add(1000, 0);
  rate.add(1000, 1000);
  expect(rate.perSecond(1000)).toBe(1000);
  expect(rate.perSecond(4000)).toBe(250);
  expect(rate.perSecond(30_000)).toBe(0);
});

test.each([
  [0, 'en', '0 bytes'],
  [999, 'en', '999 bytes'],
  [1_500_000, 'en', '1.5 MB'],
  [1_500_000, 'de', '1,5 MB'],
])('sizeText of %d in %s is %s', (bytes, language, text) => {
  expect(sizeText(bytes, language)).toBe(text);
});

test.each([
  [0.2, '1 sec'],
  [89, '89 sec'],
  [91, '2 min'],
  [7200, '2 hr'],
])('durationText of %d s is %s', (seconds, text) => {
  expect(durationText(seconds, 'en')).toBe(text);
});
