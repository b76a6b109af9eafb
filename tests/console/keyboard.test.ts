/** The console by keyboard alone: every control of every page is reached, seen and left again, and the journeys are made without a mouse. */
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect } from 'vitest';
import { makeBucket, putObjects } from '../support/arrange.ts';
import { consoleOf, picture } from '../support/console-page.ts';
import { SCREENS, settled } from '../support/console-screens.ts';
import { activate, focusedName, tabTo, walk } from '../support/keyboard.ts';
import { needs } from '../support/programs.ts';
import { serveForThisFile } from '../support/served.ts';

const server = await serveForThisFile();
const { open, signedIn } = consoleOf(server);
const fresh = await serveForThisFile();
const onFresh = consoleOf(fresh);
const test = needs('chromium');

beforeAll(async () => {
  await makeBucket(server, 'box');
  await putObjects(server, 'box', ['docs/plan.txt', 'a.txt', 'b.txt']);
});

/** Dialogs stand over a page, and Tab stays in them. */
const DIALOGS = ['/share?bucket=box&key=a.txt', '/share?bucket=box&prefix=docs/&action=upload', '/links/rules?by=label'];

const dialog = (page: Page) => page.locator('dialog[open]');
const status = async (url: string, options?: RequestInit) => (await fetch(url, options)).status;

describe.each([1280, 360])('at %i pixels', (width) => {
  test('Tab comes to every control of every page, in order, seen, and out again', async () => {
    const { page, close } = await signedIn({ viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce' });
    await page.setViewportSize({ width, height: 800 });
    for (const path of [...SCREENS, ...DIALOGS]) {
      await page.goto(server.console + path);
      await settled(page);
      const { stops, missed, trap } = await walk(page);
      expect.soft([path, trap]).toEqual([path, undefined]);
      expect.soft([path, missed]).toEqual([path, []]);
      for (const wrong of ['hasRing', 'isInSight', 'isBehindLast'] as const)
        expect.soft([path, wrong, stops.filter((stop) => !stop[wrong]).map(({ name }) => name)]).toEqual([path, wrong, []]);
      if (!DIALOGS.includes(path)) expect.soft([path, stops[0]?.name]).toEqual([path, 'Skip to content']);
    }
    await close();
  });
});

describe('Tab', () => {
  test('comes to every control of the sign-in page, and beginning in the first field', async () => {
    const { page, close } = await open({ reducedMotion: 'reduce' });
    await page.getByLabel('Access key ID').waitFor();
    expect(await focusedName(page)).toBe('Access key ID');
    const { stops, missed, trap } = await walk(page);
    expect([missed, trap]).toEqual([[], undefined]);
    expect(stops.filter(({ hasRing, isInSight, isBehindLast }) => !(hasRing && isInSight && isBehindLast))).toEqual([]);
    await close();
  });

  test('skips the navigation where that is wanted', async () => {
    const { page, close } = await signedIn({ path: '/links' });
    await settled(page);
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    await activate(page, 'Skip to content');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.closest('main') !== null)).toBe(true);
    await close();
  });

  test('opens the navigation of a narrow window, and Escape closes it', async () => {
    const { page, close } = await signedIn();
    await page.setViewportSize({ width: 360, height: 740 });
    await activate(page, 'Open navigation');
    await tabTo(page, 'Links');
    await page.keyboard.press('Escape');
    expect(await focusedName(page)).toBe('Open navigation');
    await page.keyboard.press('Enter');
    await activate(page, 'Requests');
    await page.getByRole('heading', { name: 'Requests', exact: true }).waitFor();
    // The navigation is folded away again: the keyboard goes on in what it has led to.
    await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe('MAIN');
    await close();
  });
});

describe('a dialog or a menu', () => {
  test('gives the focus back to what opened it', async () => {
    const { page, close } = await signedIn();
    for (const [path, opener] of [
      ['/buckets', 'Create bucket'],
      ['/buckets/box', 'New folder'],
      ['/buckets/box', 'Upload'],
      ['/buckets/box', 'Actions for this folder'],
      ['/buckets/box?key=a.txt', 'Share'],
      ['/links/rules', 'Revoke everything of…'],
      ['/audit', 'Export'],
      ['/people', 'New user'],
      ['/settings/webhooks', 'New webhook'],
      ['/settings/buckets', 'Add a rule'],
      ['/sessions', 'Account: root user'],
    ] as const) {
      await page.goto(server.console + path);
      await settled(page);
      await activate(page, opener);
      const over = page.locator('dialog[open], [popover]:popover-open');
      await over.waitFor();
      await expect.poll(() => over.evaluate((element) => element.contains(document.activeElement)), { message: opener }).toBe(true);
      await page.keyboard.press('Escape');
      await over.waitFor({ state: 'hidden' });
      await expect.poll(() => focusedName(page), { message: path }).toBe(opener);
    }
    await close();
  });
});

describe('without a mouse', () => {
  test('somebody signs in, makes a bucket, uploads a file, shares it, takes the link back, requests files and signs out', async () => {
    const { page, complaints, close } = await onFresh.open();
    await page.getByLabel('Access key ID').waitFor();
    await page.keyboard.type(fresh.credentials.accessKeyId);
    await tabTo(page, 'Secret access key');
    await page.keyboard.type(fresh.credentials.secretAccessKey);
    await page.keyboard.press('Enter');

    await page.getByRole('heading', { name: 'Share your first file' }).waitFor();
    await tabTo(page, 'Name');
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.type('papers');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'papers' }).waitFor();

    await activate(page, 'Upload');
    await expect.poll(() => focusedName(page)).toBe('Choose files…');
    const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.keyboard.press('Enter')]);
    await chooser.setFiles([{ name: 'offer.txt', mimeType: 'text/plain', buffer: Buffer.from('gold') }]);
    await page.getByRole('button', { name: 'offer.txt', exact: true }).waitFor();

    await tabTo(page, /^Objects in papers/);
    await page.keyboard.press('ArrowDown');
    await activate(page, 'Share');
    await dialog(page).getByText('More limits').waitFor();
    await tabTo(page, /^More limits/);
    await page.keyboard.press('Enter');
    await tabTo(page, 'Uses');
    await page.keyboard.type('2');
    await tabTo(page, 'Label');
    await page.keyboard.type('for Ann');
    await page.keyboard.press('Enter');
    await page.getByText('The link is made.').waitFor();
    const url = await page.getByRole('textbox', { name: 'Link', exact: true }).inputValue();
    expect(await status(url)).toBe(200);
    await activate(page, 'Revoke');
    await page.getByText('Revoked. Anyone who opens it now is refused.').first().waitFor();
    expect(await status(url)).toBe(410);
    await picture(page, 'keyboard-revoked');
    await page.keyboard.press('Escape');
    await expect.poll(() => focusedName(page)).toBe('Share');

    await activate(page, 'Actions for this folder');
    await expect.poll(() => focusedName(page)).toBe('Share this folder');
    await page.keyboard.press('ArrowDown');
    expect(await focusedName(page)).toBe('Request files');
    await page.keyboard.press('Enter');
    await dialog(page).getByText('More limits').waitFor();
    await activate(page, 'Create & copy link');
    await page.getByText('The link is made.').waitFor();
    expect(await page.getByRole('textbox', { name: 'Link', exact: true }).inputValue()).toContain('/r/');
    await page.keyboard.press('Escape');

    await activate(page, 'Account: root user');
    await expect.poll(() => focusedName(page)).toBe('Where you are signed in');
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await page.getByText('You are signed out.').waitFor();
    await expect.poll(() => focusedName(page)).toBe('Access key ID');
    expect(complaints).toEqual([]);
    await close();
  });

  test('somebody filters and exports the trail', async () => {
    const { page, close } = await signedIn();
    await activate(page, 'Audit');
    await page.getByRole('heading', { name: 'Audit' }).waitFor();
    await tabTo(page, 'Result');
    await page.keyboard.type('done');
    await page.waitForURL(/result=ok/);
    await tabTo(page, 'Bucket');
    await page.keyboard.type('box');
    await page.keyboard.press('Enter');
    await page.waitForURL(/bucket=box/);
    await settled(page);
    await activate(page, /^Details of /);
    await dialog(page).waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => focusedName(page)).toMatch(/^Details of /);
    await page.keyboard.press('Home');
    await tabTo(page, 'Export', { key: 'Shift+Tab' });
    await page.keyboard.press('Enter');
    await dialog(page).waitFor();
    await tabTo(page, 'Download');
    const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')]);
    expect(download.suggestedFilename()).toMatch(/\.(?:csv|ndjson|json|log)$/);
    await close();
  });

  test('somebody makes a user with a policy and an access key, and says what a bucket lets in', async () => {
    const { page, close } = await signedIn();
    await activate(page, 'Policies');
    await page.getByRole('heading', { name: 'Policies', level: 1 }).waitFor();
    await activate(page, 'New policy');
    await page.getByRole('heading', { name: 'New policy' }).waitFor();
    await tabTo(page, 'Name');
    await page.keyboard.type('readers');
    await tabTo(page, 'Begin with');
    await page.keyboard.type('read a bucket');
    await tabTo(page, 'Policy document');
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.type('{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}');
    await page.getByText('The document is valid.').waitFor();
    await activate(page, 'Save');
    await page.getByRole('heading', { name: 'readers' }).waitFor();

    await activate(page, 'People');
    await page.getByRole('heading', { name: 'People' }).waitFor();
    await activate(page, 'New user');
    await dialog(page).waitFor();
    await tabTo(page, 'Name');
    await page.keyboard.type('ann');
    await page.keyboard.press('Enter');
    await page.getByText('The secret is shown this once.').waitFor();
    await activate(page, 'I have it');
    await dialog(page).waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'ann', exact: true }).waitFor();
    await activate(page, 'ann');
    await page.getByRole('heading', { name: 'ann' }).waitFor();
    await activate(page, 'New access key');
    await page.getByText('The secret is shown this once.').waitFor();
    await activate(page, 'I have it');
    await dialog(page).waitFor({ state: 'detached' });
    await activate(page, 'Attach');
    await dialog(page).getByLabel('Policies').waitFor();
    await tabTo(page, 'Policies');
    await page.keyboard.type('readers');
    await activate(page, 'Attach');
    await page.getByRole('link', { name: 'readers' }).waitFor();

    await activate(page, 'Settings');
    await page.getByRole('heading', { name: 'Guardrails' }).waitFor();
    await tabTo(page, 'Buckets');
    await page.keyboard.press('Enter');
    await page.getByLabel('refuse public ACLs').waitFor();
    await tabTo(page, 'refuse public ACLs');
    const before = await page.getByLabel('refuse public ACLs').isChecked();
    await page.keyboard.press('Space');
    await page.getByText('Saved. It holds from the next request on.').first().waitFor();
    expect(await page.getByLabel('refuse public ACLs').isChecked()).toBe(!before);
    await close();
  });
});
