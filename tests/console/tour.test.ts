/** The first minute on an empty installation: make a bucket, put a file into it, share it; by keyboard, in another language, or not at all. */
import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { consoleOf, expectAccessible, picture } from '../support/console-page.ts';
import { activate, tabTo } from '../support/keyboard.ts';
import { needs } from '../support/programs.ts';
import { serveForThisFile } from '../support/served.ts';

const server = await serveForThisFile();
const { open, signedIn } = consoleOf(server);
const test = needs('chromium');

const step = (page: Page) => page.locator('[aria-current=step] h3');

// In this order: the last one leaves something behind.
describe('the tour', () => {
  test('is dismissed where it begins, and does not come back', async () => {
    const { page, close } = await signedIn();
    await page.getByRole('heading', { name: 'Share your first file' }).waitFor();
    await activate(page, 'Dismiss');
    await page.getByRole('heading', { name: 'No buckets yet' }).waitFor();
    await page.getByRole('button', { name: 'Create bucket' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'No buckets yet' }).waitFor();
    await picture(page, 'tour-dismissed');
    await close();
  });

  describe.each([
    { width: 1440, colorScheme: 'light' },
    { width: 360, colorScheme: 'dark' },
  ] as const)('at $width pixels, $colorScheme', ({ width, colorScheme }) => {
    test('is accessible and fits', async () => {
      const { page, close } = await signedIn({ colorScheme, bypassCSP: true, viewport: { width: 1440, height: 800 } });
      await page.setViewportSize({ width, height: 800 });
      await page.getByRole('heading', { name: 'Share your first file' }).waitFor();
      await expectAccessible(page);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      await picture(page, `tour-${width}-${colorScheme}`);
      await close();
    });
  });

  test('leads by keyboard alone, in German, from nothing to a link that works', async () => {
    const { page, complaints, close } = await open({ locale: 'de-DE' });
    await page.getByLabel('Zugriffsschlüssel-ID').waitFor();
    await page.keyboard.type(server.credentials.accessKeyId);
    await tabTo(page, 'Geheimer Zugriffsschlüssel');
    await page.keyboard.type(server.credentials.secretAccessKey);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Die erste Datei teilen' }).waitFor();
    expect(await step(page).textContent()).toBe('Einen Bucket anlegen');
    await activate(page, 'Bucket anlegen');

    await page.getByRole('heading', { name: 'files' }).waitFor();
    expect(await step(page).textContent()).toBe('Eine Datei hineinziehen');
    await activate(page, 'Hochladen');
    await page.getByRole('menuitem', { name: 'Dateien wählen' }).waitFor();
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe('Dateien wählen …');
    const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.keyboard.press('Enter')]);
    await chooser.setFiles([{ name: 'hallo.txt', mimeType: 'text/plain', buffer: Buffer.from('gold') }]);
    await expect.poll(() => step(page).textContent()).toBe('Mit einem Link teilen');
    await picture(page, 'tour-share-german');

    await tabTo(page, /^Objekte in files/);
    await page.keyboard.press('ArrowDown');
    await activate(page, 'Teilen');
    await page.locator('dialog[open]').getByText('Weitere Grenzen').waitFor();
    await activate(page, 'Link erstellen und kopieren');
    await page.getByText('Der Link ist erstellt.').waitFor();
    const url = await page.getByRole('textbox', { name: 'Link', exact: true }).inputValue();
    expect(await (await fetch(url)).text()).toBe('gold');
    await page.keyboard.press('Escape');
    await page.locator('.tour').waitFor({ state: 'detached' });
    await page.reload();
    await page.getByRole('button', { name: 'hallo.txt', exact: true }).waitFor();
    expect(await page.locator('.tour').count()).toBe(0);
    expect(complaints).toEqual([]);
    await close();
  });

  test('is nothing to somebody who comes where there is something', async () => {
    const { page, close } = await signedIn();
    await page.getByRole('link', { name: 'files' }).waitFor();
    expect(await page.getByText('Share your first file').count()).toBe(0);
    await close();
  });
});
