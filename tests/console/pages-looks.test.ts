/** How the pages for links, people and settings look and read: narrow and wide, light and dark, to ears, and in every language. */
import { presign } from '@latchkey/sigv4';
import { sign } from '@latchkey/sigv4/sign';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect } from 'vitest';
import { makeBucket, putObjects } from '../support/arrange.ts';
import { consoleOf, expectAccessible, picture } from '../support/console-page.ts';
import { needs } from '../support/programs.ts';
import { serveForThisFile } from '../support/served.ts';

const server = await serveForThisFile();
const { signedIn } = consoleOf(server);
const test = needs('chromium');

const PAGES = [
  ['share', '/share?bucket=team-files&key=reports/2026/monthly.pdf'],
  ['request', '/share?bucket=team-files&prefix=inbox/&action=upload'],
  ['links', '/links'],
  ['rules', '/links/rules'],
  ['requests', '/requests'],
  ['audit', '/audit'],
  ['people', '/people'],
  ['user', '/people/user?name=ann'],
  ['policies', '/policies'],
  ['policy', '/policies/new'],
  ['check', '/policies/check'],
  ['guardrails', '/settings'],
  ['bucket-settings', '/settings/buckets?bucket=team-files'],
  ['webhooks', '/settings/webhooks'],
  ['health', '/settings/health'],
] as const;

const { region, credentials, endpoint } = server;

async function send(url: string, service: string, headers: Readonly<Record<string, string>>, body: string): Promise<Response> {
  const signed = sign({ method: 'POST', url, headers, body, region, service, credentials });
  const answer = await fetch(url, { method: 'POST', headers: signed.headers, body });
  if (!answer.ok) throw new Error(await answer.text());
  return answer;
}

const api = async (path: string, json: object) =>
  (await send(`${server.console}/api/v1${path}`, 'latchkey', { 'content-type': 'application/json' }, JSON.stringify(json))).json();
const iam = (action: string, parameters: Readonly<Record<string, string>>) =>
  send(
    `${endpoint}/`,
    'iam',
    { 'content-type': 'application/x-www-form-urlencoded' },
    new URLSearchParams({ Action: action, Version: '2010-05-08', ...parameters }).toString(),
  );

beforeAll(async () => {
  await makeBucket(server, 'team-files');
  await putObjects(server, 'team-files', ['reports/2026/monthly.pdf', 'tour.mp4']);
  const used = await api('/links', { bucket: 'team-files', key: 'reports/2026/monthly.pdf', label: 'Ann, accounting', maxUses: 3 });
  await (await fetch(used.url)).text();
  await api('/links', { bucket: 'team-files', key: 'tour.mp4', label: 'press', sourceIp: ['203.0.113.0/24'], expiresIn: '7d' });
  await fetch((await api('/links', { bucket: 'team-files', key: 'tour.mp4', sourceIp: ['203.0.113.9'] })).url);
  const over = await api('/links', { bucket: 'team-files', keyPrefix: 'reports/', landing: true, label: 'the board' });
  await api('/revocations', { by: 'label', label: 'the board' });
  expect(over.landingUrl).toContain('/l/');
  await api('/requests', { bucket: 'team-files', keyPrefix: 'inbox/', label: 'photos of the party', maxFiles: 10, maxSize: 20_000_000 });
  await api('/webhooks', { url: 'https://hooks.example.com/latchkey', events: ['link.used', 'link.refused'], note: 'the chat' });
  await iam('CreateUser', { UserName: 'ann' });
  await iam('CreateAccessKey', { UserName: 'ann' });
  await iam('CreateGroup', { GroupName: 'accounting' });
  await iam('AddUserToGroup', { GroupName: 'accounting', UserName: 'ann' });
  const { url } = presign({ method: 'GET', bucket: 'team-files', key: 'tour.mp4', endpoint, region, credentials, expiresIn: '1m' });
  await (await fetch(url)).text();
});

/** What a screen has fetched is there, and nothing moves any more. */
async function settled(page: Page): Promise<void> {
  await page.locator('h1').first().waitFor();
  await page.waitForLoadState('networkidle');
  await expect.poll(() => page.locator('.skeleton').count(), { timeout: 20_000 }).toBe(0);
}

/** Nothing but tables, which have a room of their own, is wider than the screen. */
async function expectToFit(page: Page): Promise<void> {
  const tooWide = await page.evaluate(() =>
    [...document.querySelectorAll('main *, dialog[open] *')]
      .filter((element) => element.closest('.table-room, pre, textarea, svg') === null && !element.closest('.visually-hidden'))
      .filter((element) => element.getBoundingClientRect().right > innerWidth + 1 || element.getBoundingClientRect().left < -1)
      .map((element) => `${element.tagName}.${element.className}: ${element.textContent?.slice(0, 60)}`),
  );
  expect(tooWide).toEqual([]);
}

describe('every page', () => {
  test('is accessible and fits at 1440 px in light and at 360 px in dark', async () => {
    for (const [viewport, colorScheme] of [
      [{ width: 1440, height: 900 }, 'light'],
      [{ width: 360, height: 740 }, 'dark'],
    ] as const) {
      const { page, close } = await signedIn({ colorScheme, bypassCSP: true, reducedMotion: 'reduce' });
      await page.setViewportSize(viewport);
      for (const [name, path] of PAGES) {
        await page.goto(server.console + path);
        await settled(page);
        await picture(page, `${name}-${viewport.width}-${colorScheme}`);
        await expectToFit(page);
        await expectAccessible(page);
      }
      await close();
    }
  });

  test('speaks German, and asks nobody else', async () => {
    const { page, complaints, close } = await signedInGerman();
    for (const [name, path] of PAGES) {
      await page.goto(server.console + path);
      await settled(page);
      expect([name, await page.evaluate(() => document.documentElement.lang)]).toEqual([name, 'de']);
    }
    expect(await page.getByRole('link', { name: 'Einstellungen' }).count()).toBe(1);
    expect(complaints).toEqual([]);
    await close();
  });

  test('leaves no word outside of the message files, and fits from right to left', async () => {
    const { page, close } = await signedIn({ viewport: { width: 1280, height: 800 } });
    await page.evaluate(() => localStorage.setItem('latchkey-language', 'en-XB'));
    for (const [name, path] of PAGES) {
      await page.goto(server.console + path);
      await settled(page);
      expect([name, await page.evaluate(() => document.documentElement.dir)]).toEqual([name, 'rtl']);
      expect([name, await plainWords(page)]).toEqual([name, []]);
      await expectToFit(page);
      await picture(page, `${name}-mirrored`);
    }
    await close();
  });
});

/** In a German browser the labels that the helper looks for are German. */
async function signedInGerman(): ReturnType<typeof signedIn> {
  const opened = await signedIn();
  await opened.page.evaluate(() => localStorage.setItem('latchkey-language', 'de'));
  await opened.page.reload();
  return opened;
}

/** Operations, methods, access keys and units are the same in every language. */
const NAMES = /^(?:[A-Z][a-z]+(?:[A-Z][a-z]+)+|[A-Z]+|LK[A-Z0-9]+|[\d.]+ (?:min|hr|days?)|monthly\.pdf|ann|accounting|inbox)$/;

/** Buttons, labels and headings that never went through the words: they have no accent and no tail. Names of things are nobody's words. */
function plainWords(page: Page): Promise<readonly string[]> {
  return page.evaluate((names) => {
    const own = document.querySelectorAll(
      'main button, main label, main h1, main h2, main th, dialog button, dialog label, dialog legend, dialog h2',
    );
    return [...own]
      .filter((element) => element.closest('.mono, code, .cell-link, .cell-button') === null && element.querySelector('.name') === null)
      .map((element) =>
        [...element.childNodes]
          .filter((node) => node instanceof Text)
          .map((node) => node.textContent)
          .join('')
          .trim(),
      )
      .filter((text) => /[A-Za-z]{3}/.test(text) && !text.includes('~') && !new RegExp(names).test(text));
  }, NAMES.source);
}
