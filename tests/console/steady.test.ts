/** Nothing moves under the eyes or the pointer while a page fills: how far things have shifted after it was opened, as browsers measure it. */
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect } from 'vitest';
import { makeBucket, putObjects } from '../support/arrange.ts';
import { consoleOf } from '../support/console-page.ts';
import { SCREENS, settled } from '../support/console-screens.ts';
import { needs } from '../support/programs.ts';
import { serveForThisFile } from '../support/served.ts';

const server = await serveForThisFile();
const { open, signedIn } = consoleOf(server);
const test = needs('chromium');
/** A fifth of what counts as good on the web. */
const MOST_SHIFT = 0.02;

beforeAll(async () => {
  await makeBucket(server, 'box');
  await putObjects(server, 'box', ['a.txt', 'docs/plan.txt', ...Array.from({ length: 40 }, (_, index) => `scan-${index}.txt`)]);
});

const PAGES = [...SCREENS, '/share?bucket=box&key=a.txt'];

type Shift = { readonly value: number; readonly what: readonly string[] };

/** Measures from the first moment of every page that is opened from now on. */
async function measure(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const shifts: { value: number; what: string[] }[] = [];
    Object.assign(globalThis, { shifts });
    type Entry = PerformanceEntry & { readonly value: number; readonly sources: readonly { readonly node: Node | null }[] };
    new PerformanceObserver((list) => {
      for (const { value, sources } of list.getEntries() as unknown as readonly Entry[]) {
        const what = sources.map(({ node }) => (node instanceof Element ? `${node.tagName}.${node.className}` : (node?.textContent ?? '')));
        shifts.push({ value, what });
      }
    }).observe({ type: 'layout-shift', buffered: true });
  });
}

async function shiftsOf(page: Page): Promise<readonly Shift[]> {
  await settled(page);
  // Two frames, so that the last change is drawn and told.
  return page.evaluate(
    () =>
      new Promise((resolve) =>
        requestAnimationFrame(() => requestAnimationFrame(() => resolve((globalThis as unknown as { shifts: Shift[] }).shifts))),
      ),
  );
}

const sum = (shifts: readonly Shift[]) => shifts.reduce((all, { value }) => all + value, 0);

describe.each([
  { width: 1440, height: 900 },
  { width: 360, height: 740 },
])('at $width pixels', (viewport) => {
  test('no page moves what it has shown', async () => {
    const { page, close } = await signedIn({ viewport: { width: 1440, height: 900 } });
    await page.setViewportSize(viewport);
    await measure(page);
    for (const path of PAGES) {
      await page.goto(server.console + path);
      const shifts = await shiftsOf(page);
      expect.soft(sum(shifts), `${path} ${JSON.stringify(shifts)}`).toBeLessThan(MOST_SHIFT);
    }
    await close();
  });

  test('neither does signing in', async () => {
    const { page, close } = await open({ viewport });
    await measure(page);
    await page.reload();
    const shifts = await shiftsOf(page);
    expect(sum(shifts), JSON.stringify(shifts)).toBeLessThan(MOST_SHIFT);
    await close();
  });
});

test('what moves is measured', async () => {
  const { page, close } = await signedIn({ path: '/links' });
  await measure(page);
  await page.goto(`${server.console}/links`);
  await shiftsOf(page);
  await page.evaluate(() => {
    const pushed = document.createElement('div');
    pushed.style.height = '300px';
    document.querySelector('main')?.prepend(pushed);
  });
  await expect.poll(async () => sum(await shiftsOf(page))).toBeGreaterThan(MOST_SHIFT);
  await close();
});
