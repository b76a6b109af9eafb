/** Screens of the console that tests of every screen go through. A bucket `box` with `a.txt` in it has to be there. */
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

export const SCREENS: readonly string[] = [
  '/buckets',
  '/buckets/box',
  '/buckets/box?key=a.txt',
  '/buckets/box?prefix=none/',
  '/links',
  '/links/rules',
  '/requests',
  '/audit',
  '/people',
  '/people/groups',
  '/people/roles',
  '/policies',
  '/policies/new',
  '/policies/check',
  '/settings',
  '/settings/buckets',
  '/settings/webhooks',
  '/settings/health',
  '/sessions',
  '/nowhere',
];

/** Resolves when a screen has fetched what it shows, and shows it. */
export async function settled(page: Page): Promise<void> {
  await page.locator('h1, dialog[open], .empty').first().waitFor();
  await page.waitForLoadState('networkidle');
  await expect.poll(() => page.locator('.skeleton').count()).toBe(0);
}
