/**
 * Security test 21, where the console shows what strangers have stored: HTML, SVG, XML, PDF and JavaScript, under their own types and under others,
 * beside the list and large. Nothing of it runs in the console, no cookie goes to where it comes from, and no request says which page it was shown on.
 */
import { presign } from '@latchkey/sigv4';
import type { Request } from 'playwright-core';
import { beforeAll, expect } from 'vitest';
import { makeBucket } from '../support/arrange.ts';
import { consoleOf } from '../support/console-page.ts';
import { needs } from '../support/programs.ts';
import { serveForThisFile } from '../support/served.ts';

const server = await serveForThisFile();
const { signedIn } = consoleOf(server);
const test = needs('chromium');

const RUN = `top.document.title='run';document.title='run';fetch('${server.console}/api/v1/sessions',{method:'POST',credentials:'include'})`;
const HTML = `<!doctype html><script>${RUN}</script><img src="x" onerror="${RUN}"><h1>hostile</h1>`;
const SVG = `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" onload="${RUN}"><script>${RUN}</script></svg>`;
const HOSTILE: readonly (readonly [key: string, contentType: string, body: string])[] = [
  ['page.html', 'text/html', HTML],
  ['page.txt', 'text/html', HTML],
  ['note.txt', 'text/plain', HTML],
  ['table.csv', 'text/csv', `"${HTML.replaceAll('"', '""')}",2\n`],
  ['drawing.svg', 'image/svg+xml', SVG],
  ['photo.png', 'text/html', HTML],
  ['data.xml', 'application/xml', `<html xmlns="http://www.w3.org/1999/xhtml"><script>${RUN}</script></html>`],
  ['paper.pdf', 'text/html', HTML],
  ['script.js', 'text/javascript', RUN],
  ['film.mp4', 'text/html', HTML],
];

beforeAll(async () => {
  await makeBucket(server, 'box');
  const { region, endpoint, credentials } = server;
  for (const [key, contentType, body] of HOSTILE) {
    const { url, headers } = presign({ method: 'PUT', bucket: 'box', key, contentType, region, endpoint, credentials, expiresIn: '5m' });
    expect((await fetch(url, { method: 'PUT', headers: { ...headers }, body })).status).toBe(200);
  }
});

/** Of a request that was given up with its page nothing is known any more; it had the same headers as the others. */
const sentHeaders = (request: Request): Promise<Record<string, string>> => request.allHeaders().catch(() => ({}));

test('nothing that strangers have stored runs where it is shown, or learns who looks at it', async () => {
  const { page, complaints, close } = await signedIn();
  const asked: { readonly url: string; readonly headers: Promise<Record<string, string>> }[] = [];
  page.on('request', (request) => asked.push({ url: request.url(), headers: sentHeaders(request) }));
  for (const [key] of HOSTILE) {
    await page.goto(`${server.console}/buckets/box?key=${key}`);
    const panel = page.locator('.panel');
    await panel.getByRole('heading', { name: 'Details' }).waitFor();
    for (const name of ['Show it all the same', 'Preview']) {
      const button = panel.getByRole('button', { name, exact: true });
      if ((await button.count()) > 0) await button.first().click();
    }
    await page.waitForLoadState('networkidle');
    expect([key, await page.title()]).toEqual([key, 'box · Latchkey']);
    // What is shown as text is text, and has made nothing of itself.
    expect([key, await page.locator('main h1', { hasText: 'hostile' }).count()]).toEqual([key, 0]);
  }
  const ofObjects = asked.filter(({ url }) => new URL(url).origin === server.endpoint);
  expect(ofObjects.length).toBeGreaterThan(HOSTILE.length);
  for (const { url, headers } of ofObjects) {
    const { cookie = '', referer = '' } = await headers;
    expect([url, cookie, referer]).toEqual([url, '', '']);
  }
  expect(asked.filter(({ url }) => url.endsWith('/api/v1/sessions'))).toEqual([]);
  expect(complaints).toEqual([]);
  await close();
});
