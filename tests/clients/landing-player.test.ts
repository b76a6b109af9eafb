/** The player on the page of a link, with a film of a hundred megabytes, in Chromium. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { launchChromium } from '../support/browser.ts';
import { frameOfWebp, webmOf } from '../support/film.ts';
import { done as doneByApi, type Json } from '../support/json-api.ts';
import { needs } from '../support/programs.ts';
import { testServer } from '../support/test-server.ts';
import { send, signed } from '../support/wire-client.ts';

const SECONDS = 120;
const HOUR_MS = 3_600_000;
const server = await testServer();
let browser: Browser | undefined;

beforeAll(async () => {
  await send(server, signed(server, 'PUT', '/box'));
});
afterEach(() => {
  server.clock.now = undefined;
});
afterAll(async () => {
  await browser?.close();
  await server.close();
});

const put = (key: string, body: string | Buffer, type: string) =>
  send(server, signed(server, 'PUT', `/box/${key}`, { body, headers: { 'content-type': type } }));
const landing = (key: string, terms: Json = {}): Promise<Json> =>
  doneByApi(server, 'POST', '/links', { json: { bucket: 'box', key, landing: true, ...terms } });

/** A picture that does not get small: a hundred megabytes are two minutes of it. */
async function film(page: Page): Promise<Buffer> {
  const [widthPixels, heightPixels] = [640, 360];
  const encoded = await page.evaluate(
    async ([width = 0, height = 0]) => {
      const canvas = Object.assign(document.createElement('canvas'), { width, height });
      const picture = canvas.getContext('2d');
      const noise = picture?.createImageData(width, height) ?? new ImageData(width, height);
      noise.data.forEach((_, at) => {
        noise.data[at] = (at * 2_654_435_761) >>> 24;
      });
      picture?.putImageData(noise, 0, 0);
      return canvas.toDataURL('image/webp', 0.95).split(',')[1] ?? '';
    },
    [widthPixels, heightPixels],
  );
  const frame = frameOfWebp(Buffer.from(encoded, 'base64'));
  const framesPerSecond = Math.ceil(100_000_000 / SECONDS / frame.length);
  return webmOf({ frame, widthPixels, heightPixels, seconds: SECONDS, framesPerSecond });
}

/** What a film is at, in the page. */
const state = (page: Page) =>
  page.locator('video').evaluate((video: HTMLVideoElement) => {
    const { currentTime, duration, paused, src, error, videoWidth } = video;
    return { currentTime, duration, paused, src, error: error?.message, videoWidth };
  });

async function seek(page: Page, seconds: number): Promise<void> {
  await page.locator('video').evaluate((video: HTMLVideoElement, to) => {
    video.currentTime = to;
  }, seconds);
  await expect.poll(async () => (await state(page)).currentTime, { timeout: 15_000 }).toBeGreaterThan(seconds + 0.1);
  expect((await state(page)).currentTime).toBeLessThan(seconds + 20);
}

const CAPTIONS = 'WEBVTT\n\n00:00.000 --> 02:00.000\nGrüße <i>aus</i> dem Film\n';

needs('chromium')(
  'plays a film of a hundred megabytes, seeks in it, shows its captions, and goes on past the end of its URL',
  async () => {
    browser ??= await launchChromium();
    const page = await browser.newPage();
    const problems: string[] = [];
    page.on('console', (message) => ['error', 'warning'].includes(message.type()) && problems.push(message.text()));
    const bytes = await film(page);
    expect(bytes.length).toBeGreaterThan(100_000_000);
    await put('reel/tour.webm', bytes, 'video/webm');
    await put('reel/tour.vtt', CAPTIONS, 'text/vtt');
    const link = await landing('reel/tour.webm', { expiresIn: '1d' });
    await page.goto(link.landingUrl);
    await page.locator('video').evaluate(async (video: HTMLVideoElement) => {
      video.muted = true;
      await video.play();
    });
    expect(await state(page)).toMatchObject({ duration: SECONDS, videoWidth: 640 });
    for (const seconds of [90, 5, 110, 40]) await seek(page, seconds);
    const cue = () =>
      page.locator('video').evaluate((video: HTMLVideoElement) => (video.textTracks[0]?.activeCues?.[0] as VTTCue | undefined)?.text);
    await expect.poll(cue).toBe('Grüße <i>aus</i> dem Film');
    expect(await page.locator('video').evaluate((video: HTMLVideoElement) => video.textTracks[0]?.mode)).toBe('showing');

    const first = (await state(page)).src;
    server.clock.now = () => Date.now() + HOUR_MS + 60_000;
    expect((await fetch(first, { headers: { range: 'bytes=0-0' } })).status).toBe(403);
    await page.evaluate((ms) => {
      const now = performance.now.bind(performance);
      performance.now = () => now() + ms;
    }, HOUR_MS);
    await seek(page, 70);
    expect((await state(page)).src).not.toBe(first);
    expect(await state(page)).toMatchObject({ paused: false, error: undefined });
    await seek(page, 20);
    await expect.poll(cue).toBe('Grüße <i>aus</i> dem Film');
    expect(problems.filter((text) => !text.includes('403'))).toEqual([]);

    // The link itself is over: so is the film.
    server.clock.now = () => Date.now() + 25 * HOUR_MS;
    await page.evaluate((ms) => {
      const now = performance.now.bind(performance);
      performance.now = () => now() + ms;
    }, 25 * HOUR_MS);
    await page.locator('video').evaluate((video: HTMLVideoElement) => {
      video.currentTime = 115;
    });
    await expect.poll(() => page.locator('h1').textContent(), { timeout: 10_000 }).toBe('This link has expired');
    await page.close();
  },
  120_000,
);

needs('chromium')('has nothing of captions that are not there, or that are no captions', async () => {
  browser ??= await launchChromium();
  const page = await browser.newPage();
  await put('silent.mp4', 'no film at all', 'video/mp4');
  await page.goto((await landing('silent.mp4')).landingUrl);
  expect(await page.locator('video').getAttribute('data-captions')).toBeNull();
  await put('silent.vtt', '<script>alert(1)</script>', 'text/html');
  const dialogs: string[] = [];
  page.on('dialog', (dialog) => {
    dialogs.push(dialog.message());
    void dialog.dismiss();
  });
  await page.goto((await landing('silent.mp4')).landingUrl);
  await expect.poll(() => page.locator('track').count()).toBe(1);
  await page.waitForTimeout(200);
  expect(dialogs).toEqual([]);
  await page.close();
});
