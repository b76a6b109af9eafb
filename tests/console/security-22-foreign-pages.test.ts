/**
 * Security test 22, in a browser: somebody who is signed in at the console opens a page of somebody else. It stands on another port of the same
 * host, so that the browser gives it the session's cookie, and it tries what a page can: forms, and requests of every kind.
 */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { makeBucket, putObjects } from '../support/arrange.ts';
import { type Site, serveSite } from '../support/browser.ts';
import { consoleOf } from '../support/console-page.ts';
import { needs } from '../support/programs.ts';
import { serveForThisFile } from '../support/served.ts';

const server = await serveForThisFile();
const { signedIn } = consoleOf(server);
const test = needs('chromium');

let evil: Site;
beforeAll(async () => {
  evil = await serveSite({ '/': '<!doctype html><title>evil</title><p>evil</p>' });
  await makeBucket(server, 'box');
  await putObjects(server, 'box', ['a.txt']);
});
afterAll(() => evil.close());

type Asked = { readonly method: string; readonly url: string };

/** Every operation of the API that changes something, and what the S3 address would do. */
async function changes(): Promise<readonly Asked[]> {
  type Document = { readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>> };
  const { paths } = (await (await fetch(`${server.console}/api/v1/openapi.json`)).json()) as Document;
  const ofApi = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => ({ method: method.toUpperCase(), url: server.console + path.replace(/\{\w+\}/, 'some-id') })),
  );
  const ofS3 = ['PUT', 'DELETE', 'POST'].map((method) => ({ method, url: `${server.endpoint}/box/a.txt` }));
  return [...ofApi.filter(({ method }) => method !== 'GET'), ...ofS3, { method: 'POST', url: `${server.endpoint}/` }];
}

/** As much as the page is told of each: nothing, or else what it may read. */
function attack(page: Page, asked: readonly Asked[], sessionId: string): Promise<readonly string[]> {
  return page.evaluate(
    async ([wanted, id]) => {
      const read: string[] = [];
      const body = '{"bucket":"box","key":"a.txt","by":"all","url":"https://evil.example/","events":["link.used"]}';
      for (const { method, url } of wanted as Asked[]) {
        for (const headers of [{}, { 'content-type': 'application/json' }, { 'console-session': id as string, 'csrf-token': 'guessed' }])
          for (const mode of ['no-cors', 'cors'] as const)
            await fetch(url, { method, mode, credentials: 'include', headers, body }).then(
              async (answer) => answer.type === 'opaque' || read.push(`${method} ${url} ${answer.status} ${await answer.text()}`),
              () => undefined,
            );
      }
      for (const { url } of (wanted as Asked[]).filter(({ method }) => method === 'POST')) {
        const [frame, form] = [document.createElement('iframe'), document.createElement('form')];
        frame.name = `frame-${url}`;
        Object.assign(form, { method: 'POST', action: url, target: frame.name, enctype: 'text/plain' });
        const field = Object.assign(document.createElement('input'), { name: body, value: '' });
        form.append(field);
        document.body.append(frame, form);
        const loaded = new Promise((resolve) => frame.addEventListener('load', resolve));
        form.submit();
        await Promise.race([loaded, new Promise((resolve) => setTimeout(resolve, 2000))]);
      }
      return read;
    },
    [asked, sessionId] as const,
  );
}

test('a page of somebody else changes nothing, reads nothing, and ends no session', async () => {
  const { page, close } = await signedIn({ path: '/links' });
  const sessionId = await page.evaluate(() => localStorage.getItem('latchkey-session') ?? '');
  expect(sessionId).not.toBe('');
  const asked = await changes();
  expect(asked.length).toBeGreaterThan(20);

  const elsewhere = await page.context().newPage();
  // It has the cookie to send: that alone is what must not be enough.
  const cookies: (string | undefined)[] = [];
  elsewhere.on('request', (request) => {
    if (request.url().endsWith('/session/end')) void request.allHeaders().then(({ cookie }) => cookies.push(cookie));
  });
  await elsewhere.goto(evil.origin);
  expect(await attack(elsewhere, asked, sessionId)).toEqual([]);
  expect(cookies.some((cookie) => cookie?.includes(sessionId))).toBe(true);
  await elsewhere.close();

  for (const [path, nothing] of [
    ['/links', 'No links yet'],
    ['/links/rules', 'No rules in force'],
    ['/requests', 'No requests yet'],
    ['/settings/webhooks', 'No webhooks yet'],
  ] as const) {
    await page.goto(server.console + path);
    await page.getByText(nothing).waitFor();
  }
  await page.goto(`${server.console}/buckets/box`);
  await page.getByRole('button', { name: 'a.txt', exact: true }).waitFor();
  expect(await page.getByRole('row').count()).toBe(2);
  await close();
});
