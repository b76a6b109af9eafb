/** A browser plays what a link delivers: it asks for ranges as it likes, and that is one use. */
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { makeBucket } from '../support/arrange.ts';
import { launchChromium, type Site, serveSite } from '../support/browser.ts';
import { done as doneByApi } from '../support/json-api.ts';
import { newLink } from '../support/links.ts';
import { needs } from '../support/programs.ts';
import { serveForThisFile } from '../support/served.ts';
import type { TestServer } from '../support/test-server.ts';
import { send, signed } from '../support/wire-client.ts';

const store = await serveForThisFile();
/** As the helpers of the wire tests want a server. */
const server = { s3: store.endpoint, console: store.console, host: store.host, clock: { now: undefined } } as unknown as TestServer;
const SECONDS = 300;
let site: Site;

beforeAll(async () => {
  await makeBucket(store, 'media');
  await send(server, signed(server, 'PUT', '/media/noise.wav', { body: wave(SECONDS), headers: { 'Content-Type': 'audio/wav' } }));
  site = await serveSite({ '/': '<!doctype html><audio preload="metadata" muted></audio>' });
});
afterAll(() => site.close());

describe('a link for one use', () => {
  needs('chromium')(
    'lets a browser play a recording of fifty megabytes, and seek in it to and fro',
    async () => {
      const link = await newLink(server, '/media/noise.wav', { maxUses: 1 });
      const browser = await launchChromium();
      try {
        const page = await browser.newPage();
        const asked: string[] = [];
        page.on('request', (request) => {
          if (request.url() === link.url) asked.push(request.headers().range ?? 'whole');
        });
        await page.goto(site.origin);
        const seconds = await page.evaluate(async (url) => {
          const audio = document.querySelector('audio') as HTMLAudioElement;
          const happens = (name: string) =>
            new Promise<void>((resolve, reject) => {
              audio.addEventListener(name, () => resolve(), { once: true });
              audio.addEventListener('error', () => reject(new Error(audio.error?.message ?? 'error')), { once: true });
            });
          const loaded = happens('loadedmetadata');
          audio.src = url;
          await loaded;
          await audio.play();
          for (const at of [250, 20, 290, 100, 180, 60, 280, 5]) {
            const seeked = happens('seeked');
            audio.currentTime = at;
            await seeked;
            await happens('timeupdate');
          }
          audio.pause();
          return audio.duration;
        }, link.url);
        expect(Math.round(seconds)).toBe(SECONDS);
        expect(asked.length).toBeGreaterThan(3);
        expect(asked.every((range) => range.startsWith('bytes='))).toBe(true);
        expect((await doneByApi(server, 'GET', `/links/${link.id}`)).uses).toEqual({ used: 1, max: 1 });
      } finally {
        await browser.close();
      }
    },
    120_000,
  );
});

/** Noise as a WAV file: 44,100 samples a second, 16 bits, two channels. */
function wave(seconds: number): Buffer {
  const bytesPerSecond = 44_100 * 4;
  const data = Buffer.alloc(seconds * bytesPerSecond);
  for (let at = 0, value = 1; at < data.length; at += 4) {
    value = (value * 1_103_515_245 + 12_345) % 2_147_483_648;
    data.writeInt16LE((value % 2000) - 1000, at);
  }
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + data.length, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(2, 22);
  head.writeUInt32LE(44_100, 24);
  head.writeUInt32LE(bytesPerSecond, 28);
  head.writeUInt16LE(4, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  head.writeUInt32LE(data.length, 40);
  return Buffer.concat([head, data]);
}
