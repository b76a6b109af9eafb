/** Every screen at the widths of a phone and a desk, light and dark, as a checker of accessibility sees it. */
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect } from 'vitest';
import { makeBucket, putObjects } from '../support/arrange.ts';
import { consoleOf, expectAccessible, picture, signIn } from '../support/console-page.ts';
import { needs } from '../support/programs.ts';
import { serveForThisFile } from '../support/served.ts';

const server = await serveForThisFile();
const { open } = consoleOf(server);
const test = needs('chromium');
const LOOKS = [
  { width: 1440, colorScheme: 'light' },
  { width: 1440, colorScheme: 'dark' },
  { width: 360, colorScheme: 'light' },
  { width: 360, colorScheme: 'dark' },
] as const;

beforeAll(async () => {
  await makeBucket(server, 'team-files');
  await putObjects(server, 'team-files', [
    '2026/monthly.csv',
    '2026/plan.txt',
    ...Array.from({ length: 60 }, (_, index) => `scan-${index}.txt`),
  ]);
});

/** The screens that a person passes on the way, each with a way to it. */
const SCREENS: readonly (readonly [name: string, go: (page: Page) => Promise<void>])[] = [
  ['sign-in', async (page) => page.getByLabel('Access key ID').waitFor()],
  [
    'buckets',
    async (page) => {
      await signIn(page, server.credentials);
      await page.getByRole('link', { name: 'team-files' }).waitFor();
    },
  ],
  [
    'create-bucket',
    async (page) => {
      await page.getByRole('button', { name: 'Create bucket' }).click();
      await page.getByRole('dialog').waitFor();
    },
  ],
  [
    'objects',
    async (page) => {
      await page.goto(`${server.console}/buckets/team-files`);
      await page.getByRole('button', { name: 'scan-0.txt', exact: true }).waitFor();
    },
  ],
  [
    'menu',
    async (page) => {
      await page.getByRole('button', { name: 'Actions for scan-0.txt' }).click();
      await page.getByRole('menuitem', { name: 'Download' }).waitFor();
    },
  ],
  [
    'selection',
    async (page) => {
      await page.keyboard.press('Escape');
      await page.getByLabel('Select scan-0.txt').check();
      await page.getByRole('button', { name: 'Close the properties' }).click();
      await page.getByLabel('Select all that are loaded').check();
      await page.getByRole('button', { name: 'Delete', exact: true }).waitFor();
    },
  ],
  [
    'delete',
    async (page) => {
      await page.getByRole('button', { name: 'Delete', exact: true }).click();
      await page.getByRole('dialog').waitFor();
    },
  ],
  [
    'panel',
    async (page) => {
      await page.goto(`${server.console}/buckets/team-files?prefix=2026/&key=2026/monthly.csv`);
      await page.locator('.panel .preview-cells').waitFor();
    },
  ],
  [
    'metadata',
    async (page) => {
      await page.getByRole('button', { name: 'Edit metadata' }).click();
      await page.getByRole('button', { name: 'Add a name and value' }).click();
      await page.getByRole('textbox', { name: 'Value' }).fill('a value that is longer than its field has room for');
    },
  ],
  [
    'overwrite',
    async (page) => {
      await page.goto(`${server.console}/buckets/team-files`);
      await page.getByRole('button', { name: 'Actions for scan-0.txt' }).click();
      await page.getByRole('menuitem', { name: 'Copy to…' }).click();
      await page.getByLabel('New name').fill('scan-1.txt');
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: 'Keep both' }).waitFor();
    },
  ],
  [
    'preview',
    async (page) => {
      await page.goto(`${server.console}/buckets/team-files?prefix=2026/&key=2026/plan.txt`);
      await page.locator('.panel .preview-text').waitFor();
    },
  ],
  [
    'empty',
    async (page) => {
      await page.goto(`${server.console}/buckets/team-files?prefix=none/`);
      await page.getByText('Nothing here yet').waitFor();
    },
  ],
  [
    'sessions',
    async (page) => {
      await page.goto(`${server.console}/sessions`);
      await page.getByText('This browser').first().waitFor();
    },
  ],
];

describe.each(LOOKS)('at $width pixels, $colorScheme', ({ width, colorScheme }) => {
  test('every screen is accessible and as wide as its window', async () => {
    const { page, close } = await open({ viewport: { width, height: 800 }, colorScheme, bypassCSP: true, reducedMotion: 'reduce' });
    for (const [name, go] of SCREENS) {
      await go(page);
      await picture(page, `${name}-${width}-${colorScheme}`);
      await expectAccessible(page);
      expect(await page.evaluate(() => document.documentElement.scrollWidth), name).toBeLessThanOrEqual(width);
    }
    await close();
  });
});

describe('in another language', () => {
  test('the words are German, and every one of them is translated', async () => {
    const { page, close } = await open({ locale: 'de-DE' });
    await page.getByLabel('Geheimer Zugriffsschlüssel').fill(server.credentials.secretAccessKey);
    await page.getByLabel('Zugriffsschlüssel-ID').fill(server.credentials.accessKeyId);
    await page.getByRole('button', { name: 'Anmelden' }).click();
    await page.getByRole('button', { name: 'Bucket anlegen' }).waitFor();
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('de');
    await picture(page, 'german');
    await close();
  });

  test('what is written from right to left is mirrored, and no text is left in plain English', async () => {
    const { page, close } = await open();
    await page.evaluate(() => localStorage.setItem('latchkey-language', 'en-XB'));
    await page.reload();
    await page.locator('input[name=username]').fill(server.credentials.accessKeyId);
    await page.locator('input[name=password]').fill(server.credentials.secretAccessKey);
    await page.keyboard.press('Enter');
    await page.locator('.side').waitFor();
    await page.goto(`${server.console}/buckets/team-files?prefix=2026/&key=2026/monthly.csv`);
    await page.locator('.panel .preview-cells').waitFor();
    await picture(page, 'mirrored');
    const [side, panel] = await Promise.all([page.locator('.side').boundingBox(), page.locator('.panel').boundingBox()]);
    expect((side?.x ?? 0) > (panel?.x ?? 0)).toBe(true);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(1280);
    const plain = await page.evaluate(() =>
      [...document.querySelectorAll('button, h1, h3, th, dt, [role=columnheader], label')]
        .filter((element) => element.closest('.preview, .path, .cell-name, .account') === null)
        .map((element) => element.textContent ?? '')
        .filter((text) => /[a-z]{3}/i.test(text) && !text.includes('~')),
    );
    expect(plain).toEqual([]);
    await close();
  });
});
