/** The mark in the head of every screen: quiet where all is well, in words where something needs a person, and nothing to who may not know it. */
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect } from 'vitest';
import { makeBucket } from '../support/arrange.ts';
import { consoleOf, expectAccessible, picture } from '../support/console-page.ts';
import { activate, focusedName } from '../support/keyboard.ts';
import { needs } from '../support/programs.ts';
import { serveForThisFile } from '../support/served.ts';

const server = await serveForThisFile();
const { signedIn } = consoleOf(server);
const unreachable = await serveForThisFile(['--public-url', 'http://files.localhost:1']);
const onUnreachable = consoleOf({ ...unreachable, endpoint: 'http://files.localhost:1' });
const test = needs('chromium');

beforeAll(() => makeBucket(server, 'box'));

const mark = (page: Page) => page.locator('header .health');
const MINUTE = 60_000;

type State = { disk?: object; stores: Record<string, object>; isBehindUnknownProxy: boolean };

/** What the server says of itself, otherwise than it is. */
async function pretend(page: Page, change: (state: State) => void): Promise<void> {
  await page.route('**/api/v1/server', async (route) => {
    const answer = await route.fetch();
    const state = (await answer.json()) as State;
    change(state);
    await route.fulfill({ response: answer, json: state });
  });
}

describe('the mark', () => {
  test('says that all is well, beside the name of who is signed in, and leads to the page about it', async () => {
    const { page, complaints, close } = await signedIn({ path: '/buckets/box', bypassCSP: true });
    await mark(page).getByText('Healthy').waitFor();
    await picture(page, 'health-good');
    await expectAccessible(page);
    await activate(page, 'Healthy');
    await page.getByRole('heading', { level: 1, name: 'Health' }).waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  test('says that a server does not answer, and is well again by itself', async () => {
    const { page, close } = await signedIn();
    await page.clock.install();
    const away = (route: { fulfill(answer: object): Promise<void> }) => route.fulfill({ status: 503, body: 'away' });
    await page.route('**/api/v1/server', away);
    await page.goto(`${server.console}/links`);
    await mark(page).getByText('Server not answering').waitFor();
    await page.unroute('**/api/v1/server', away);
    await page.clock.runFor(MINUTE + 1000);
    await mark(page).getByText('Healthy').waitFor();
    await close();
  });

  test('asks modestly: once a minute, and not while nobody looks', async () => {
    const { page, close } = await signedIn();
    let asked = 0;
    await page.route('**/api/v1/server', (route) => {
      asked++;
      return route.continue();
    });
    await page.clock.install();
    await page.goto(`${server.console}/links`);
    await mark(page).getByText('Healthy').waitFor();
    await page.goto(`${server.console}/requests`);
    await mark(page).getByText('Healthy').waitFor();
    const before = asked;
    await page.clock.runFor(MINUTE - 5000);
    expect(asked).toBe(before);
    await page.clock.runFor(6000);
    await expect.poll(() => asked).toBe(before + 1);
    await page.evaluate(() => Object.defineProperty(document, 'hidden', { value: true }));
    await page.clock.runFor(3 * MINUTE);
    expect(asked).toBe(before + 1);
    await close();
  });

  test('says that messages of a webhook were given up', async () => {
    const { page, close } = await signedIn();
    await page.route('**/api/v1/webhooks', (route) =>
      route.fulfill({ json: { items: [{ id: 'LKWH1', url: 'https://hooks.example.com/', events: ['link.used'], status: 'active' }] } }),
    );
    const dead = {
      id: '1',
      happenedAt: '2026-11-22T00:00:00Z',
      diedAt: '2026-11-22T00:00:00Z',
      attempts: 9,
      reason: 'it answered 500',
      message: {},
    };
    await page.route('**/dead-letters?*', (route) => route.fulfill({ json: { items: [dead] } }));
    await page.goto(`${server.console}/settings/health`);
    await mark(page).getByText('Webhooks undelivered').waitFor();
    await page.getByRole('link', { name: 'Some messages were given up.' }).waitFor();
    await close();
  });

  test('says that the public address does not work', async () => {
    const { page, close } = await onUnreachable.signedIn({ path: '/links' });
    await mark(page).getByText('Public address fails').waitFor();
    await close();
  });

  test('is not there for who may not know how the server is', async () => {
    const admin = await signedIn({ path: '/people' });
    await admin.page.getByRole('button', { name: 'New user' }).first().click();
    await admin.page.getByLabel('Name', { exact: true }).fill('eve');
    await admin.page.keyboard.press('Enter');
    const accessKeyId = await admin.page.getByRole('textbox', { name: 'Access key ID' }).inputValue();
    const secretAccessKey = await admin.page.getByRole('textbox', { name: 'Secret access key' }).inputValue();
    await admin.close();
    const { page, close } = await signedIn({ credentials: { accessKeyId, secretAccessKey } });
    let asked = 0;
    page.on('request', (request) => {
      if (request.url().endsWith('/api/v1/server')) asked++;
    });
    await page.clock.install();
    await page.reload();
    await expect.poll(() => asked).toBe(1);
    await page.clock.runFor(5 * MINUTE);
    expect([asked, await mark(page).count()]).toEqual([1, 0]);
    await close();
  });
});

describe.each([360, 1440])('at %i pixels', (width) => {
  test('it names what needs a person first, and how much else does', async () => {
    const { page, close } = await signedIn({ bypassCSP: true, colorScheme: width === 360 ? 'dark' : 'light' });
    await page.setViewportSize({ width, height: 740 });
    await pretend(page, (state) => {
      state.disk = { totalBytes: 100_000_000, freeBytes: 4_000_000 };
      state.stores.records = { isReady: false, problem: 'it is away' };
    });
    await page.reload();
    await mark(page).getByText('Record store not ready').waitFor();
    expect(await mark(page).textContent()).toBe('Record store not ready +1, Disk almost full');
    expect(await mark(page).getAttribute('title')).toBe('Needs attention: Record store not ready, Disk almost full');
    // Whoever does not see it hears it.
    await page.locator('[aria-live]').getByText('Needs attention: Record store not ready, Disk almost full').waitFor({ state: 'attached' });
    await expectAccessible(page);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    await picture(page, `health-bad-${width}`);
    await mark(page).focus();
    expect(await focusedName(page)).toContain('Record store not ready');
    await page.keyboard.press('Enter');
    await page.getByText('it is away').waitFor();
    await close();
  });
});
