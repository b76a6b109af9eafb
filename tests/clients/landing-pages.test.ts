/** Pages of links as people see them: in Chromium, with scripts and without, on a phone and on a desk. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { source as axeSource } from 'axe-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { launchChromium } from '../support/browser.ts';
import { done as doneByApi, type Json } from '../support/json-api.ts';
import { needs } from '../support/programs.ts';
import { testServer } from '../support/test-server.ts';
import { send, signed } from '../support/wire-client.ts';

const WIDTHS = [360, 1280] as const;
/** Kept for a look, where a folder is named. */
const pictures = process.env.SCREENSHOTS;
const server = await testServer();
let browser: Browser | undefined;

beforeAll(async () => {
  await send(server, signed(server, 'PUT', '/box'));
  await put('Quarterly report, final (2).pdf', 'gold', 'application/pdf');
  await put('pixel.png', PIXEL, 'image/png');
  if (pictures !== undefined) mkdirSync(pictures, { recursive: true });
});
afterAll(async () => {
  await browser?.close();
  await server.close();
});

const REPORT = 'Quarterly report, final (2).pdf';
const PIXEL = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==', 'base64');
const put = (key: string, body: string | Buffer, type: string) =>
  send(server, signed(server, 'PUT', `/box/${key}`, { body, headers: { 'content-type': type } }));
const landing = (key: string, terms: Json = {}): Promise<Json> =>
  doneByApi(server, 'POST', '/links', { json: { bucket: 'box', key, landing: true, ...terms } });

/** Opens something at both widths, with scripts (for axe's sake) and without, and shows each page to `look`. */
async function seen(name: string, url: string, look: (page: Page) => Promise<void>): Promise<void> {
  browser ??= await launchChromium();
  for (const width of WIDTHS) {
    for (const javaScriptEnabled of [false, true]) {
      // Only for the checker to be let in: the page's own policy allows no script.
      const context = await browser.newContext({ viewport: { width, height: 720 }, javaScriptEnabled, bypassCSP: javaScriptEnabled });
      try {
        const page = await context.newPage();
        await page.goto(url);
        await look(page);
        if (pictures !== undefined) await page.screenshot({ path: join(pictures, `${name}-${width}.png`), fullPage: true });
        if (javaScriptEnabled) await expectAccessible(page);
        expect(await widthOf(page, javaScriptEnabled)).toBeLessThanOrEqual(width);
      } finally {
        await context.close();
      }
    }
  }
}

async function expectAccessible(page: Page): Promise<void> {
  await page.addScriptTag({ content: axeSource });
  const violations = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(options: unknown): Promise<{ violations: { id: string; help: string }[] }> } };
    const found = await axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] });
    return found.violations.map(({ id, help }) => `${id}: ${help}`);
  });
  expect(violations).toEqual([]);
}

const widthOf = async (page: Page, hasScripts: boolean): Promise<number> =>
  hasScripts ? page.evaluate(() => document.documentElement.scrollWidth) : 0;

const heading = (page: Page) => page.locator('h1').textContent();

describe('in a browser', () => {
  needs('chromium')('a page says what there is, and its button saves it', async () => {
    const link = await landing(REPORT, { note: 'Dear Ann,\nas promised.', expiresIn: '2d' });
    await seen('open', link.landingUrl, async (page) => {
      expect(await heading(page)).toBe(REPORT);
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download' }).click()]);
      expect(download.suggestedFilename()).toBe(REPORT);
    });
  });

  needs('chromium')('a picture is shown in place', async () => {
    const link = await landing('pixel.png');
    await seen('picture', link.landingUrl, async (page) => {
      await expect.poll(() => page.locator('img').evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBe(1);
    });
  });

  needs('chromium')('a one-time link is used by its button, once', async () => {
    const link = await landing(REPORT, { maxUses: 4 });
    let left = 4;
    await seen('counted', link.landingUrl, async (page) => {
      expect(await page.getByText(`Downloads left`).isVisible()).toBe(true);
      expect(await page.locator('dd').last().textContent()).toBe(String(left));
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download' }).click()]);
      await download.path();
      left -= 1;
    });
    await seen('used-up', link.landingUrl, async (page) => expect(await heading(page)).toBe('This link has been used up'));
  });

  needs('chromium')('a password is asked for: wrong, and then right', async () => {
    const link = await landing(REPORT, { password: 'open sesame' });
    await seen('password', link.landingUrl, async (page) => {
      await page.getByLabel('Password').fill('open simsim');
      await page.getByRole('button', { name: 'Show the file' }).click();
      expect(await page.getByRole('alert').textContent()).toBe('That is not the password.');
      if (pictures !== undefined) await page.screenshot({ path: join(pictures, 'password-wrong.png') });
      await page.getByLabel('Password').fill('open sesame');
      await page.getByLabel('Password').press('Enter');
      expect(await heading(page)).toBe(REPORT);
    });
  });

  needs('chromium')('a link of no use says why: over, withdrawn, too early, from elsewhere, without its object', async () => {
    const expired = await landing(REPORT, { expiresIn: '1m' });
    const revoked = await landing(REPORT);
    await doneByApi(server, 'DELETE', `/links/${revoked.id}`);
    const early = await landing(REPORT, { notBefore: new Date(Date.now() + 3_600_000).toISOString(), expiresIn: '2h' });
    const elsewhere = await landing(REPORT, { sourceIp: ['192.0.2.0/24'] });
    const gone = await landing('nothing');
    await seen('revoked', revoked.landingUrl, async (page) => expect(await heading(page)).toBe('This link was withdrawn'));
    await seen('early', early.landingUrl, async (page) => expect(await heading(page)).toBe('This link does not work yet'));
    await seen('elsewhere', elsewhere.landingUrl, async (page) => expect(await heading(page)).toBe('This link does not work from here'));
    await seen('gone', gone.landingUrl, async (page) => expect(await heading(page)).toBe('The file is no longer there'));
    server.clock.now = () => Date.now() + 61_000;
    await seen('expired', expired.landingUrl, async (page) => expect(await heading(page)).toBe('This link has expired'));
    await seen('refused', expired.url, async (page) => expect(await heading(page)).toBe('This link has expired'));
    server.clock.now = undefined;
  });

  needs('chromium')('whose language is German reads German', async () => {
    const link = await landing(REPORT);
    browser ??= await launchChromium();
    const context: BrowserContext = await browser.newContext({ locale: 'de-DE' });
    const page = await context.newPage();
    await page.goto(link.landingUrl);
    expect(await page.getByRole('link', { name: 'Herunterladen' }).isVisible()).toBe(true);
    await context.close();
  });

  needs('chromium')('a recording goes on past the end of its URL, where it was', async () => {
    await put('tone.wav', wave(120), 'audio/wav');
    const link = await landing('tone.wav');
    browser ??= await launchChromium();
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    await page.goto(link.landingUrl);
    const source = () => page.locator('audio').evaluate((audio) => (audio as HTMLAudioElement).src);
    const first = await source();
    await page.locator('audio').evaluate(async (audio) => {
      (audio as HTMLAudioElement).muted = true;
      await (audio as HTMLAudioElement).play();
    });
    // An hour later, for the page and for the server alike.
    server.clock.now = () => Date.now() + 3_600_000 - 5000;
    await page.evaluate(() => {
      const now = performance.now.bind(performance);
      performance.now = () => now() + 3_600_000;
    });
    await page.locator('audio').evaluate((audio) => {
      (audio as HTMLAudioElement).currentTime = 100;
    });
    await expect.poll(source, { timeout: 10_000 }).not.toBe(first);
    const at = () => page.locator('audio').evaluate((audio) => (audio as HTMLAudioElement).currentTime);
    await expect.poll(at, { timeout: 10_000 }).toBeGreaterThan(100.2);
    expect(errors).toEqual([]);
    server.clock.now = undefined;
    await page.close();
  });
});

/** Eight-bit noise. */
function wave(seconds: number): Buffer {
  const rate = 44_100;
  const bytes = Buffer.alloc(44 + seconds * rate, 128);
  bytes.write('RIFF', 0);
  bytes.writeUInt32LE(36 + seconds * rate, 4);
  bytes.write('WAVEfmt ', 8);
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(1, 22);
  bytes.writeUInt32LE(rate, 24);
  bytes.writeUInt32LE(rate, 28);
  bytes.writeUInt16LE(1, 32);
  bytes.writeUInt16LE(8, 34);
  bytes.write('data', 36);
  bytes.writeUInt32LE(seconds * rate, 40);
  for (let i = 0; i < seconds * rate; i += 97) bytes[44 + i] = 128 + ((i * 31) % 60);
  return bytes;
}
