/** A bucket of more objects than a page could hold: what it costs to open, to scroll and to find something in it. */
import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { makeBucket } from '../support/arrange.ts';
import { consoleOf, picture } from '../support/console-page.ts';
import { fillBucket } from '../support/fill-bucket.ts';
import { needs } from '../support/programs.ts';
import { serveForThisFile } from '../support/served.ts';

/** FULL=1 makes a million, which takes some minutes to fill and to scroll through. */
const MANY = process.env.FULL === '1' ? 1_000_000 : 40_000;
/** So many of the rows that were seen the page keeps; from then on its memory is that of these, however far one goes. */
const KEPT = 24_000;
/** In FULL, a hundred pages further. */
const FURTHER = Math.min(MANY, KEPT + 100_000);
const server = await serveForThisFile();
const { signedIn } = consoleOf(server);
const test = needs('chromium');

const keyAt = (index: number) => `object-${String(index).padStart(7, '0')}`;
const grid = (page: Page) => page.getByRole('grid');
const row = (page: Page, name: string) =>
  grid(page)
    .getByRole('row')
    .filter({ has: page.getByText(name, { exact: true }) });
const count = (value: number) => value.toLocaleString('en');

describe(`a folder of ${count(MANY)} objects`, () => {
  const looked = async () => {
    await makeBucket(server, 'many');
    const filling = performance.now();
    await fillBucket(server, 'many', MANY, keyAt);
    told(`filled in ${Math.round((performance.now() - filling) / 1000)} s`);
    const { page, complaints, close } = await signedIn();
    const listings = listingsOf(page);

    const opening = performance.now();
    await page.goto(`${server.console}/buckets/many`);
    await row(page, keyAt(0)).waitFor();
    told(`first rows after ${Math.round(performance.now() - opening)} ms, page loaded anew`);
    await page.getByText('1,000 loaded, and there are more').waitFor();
    // The bucket may be as large as it likes: what is fetched is a page.
    expect(listings).toEqual(['max-keys=1000']);

    await scrolledTo(page, KEPT);
    const before = await memoryOf(page);
    await scrolledTo(page, FURTHER);
    const after = await memoryOf(page);
    told(`memory after ${count(KEPT)} rows ${before.heapMb.toFixed(1)} MB, after ${count(FURTHER)} ${after.heapMb.toFixed(1)} MB`);
    expect(after.nodes).toBeLessThan(4000);
    expect(after.heapMb - before.heapMb).toBeLessThan(12);

    const toEnd = performance.now();
    await scrolledTo(page, MANY);
    await row(page, keyAt(MANY - 1)).waitFor();
    await page.getByText(`${count(MANY)} items`).waitFor();
    told(`end after ${Math.round((performance.now() - toEnd) / 1000)} s, ${(await memoryOf(page)).heapMb.toFixed(1)} MB`);
    await picture(page, 'many');
    await grid(page).focus();
    await page.keyboard.press('Home');
    await row(page, keyAt(0)).waitFor();
    await page.keyboard.press('End');
    await row(page, keyAt(MANY - 1)).waitFor();

    // Whoever knows how the name begins need not scroll.
    await page.goto(`${server.console}/buckets/many`);
    await row(page, keyAt(0)).waitFor();
    listings.length = 0;
    await page.keyboard.press('/');
    await page.keyboard.type(keyAt(MANY - 7).slice(0, -1));
    await row(page, keyAt(MANY - 7)).waitFor();
    await page.getByText('10 items').waitFor();
    expect(listings.filter((asked) => asked.includes(keyAt(MANY - 7).slice(0, -1)))).toHaveLength(1);
    expect(listings.length).toBeLessThan(8);
    expect(complaints).toEqual([]);
    await close();
  };
  test('costs a page to open, no more memory however far one goes, and one page to find a name in', looked, 3_600_000);
});

/** Each listing of objects that the page asks for: how many names at most, and what they begin with. */
function listingsOf(page: Page): string[] {
  const asked: string[] = [];
  page.on('request', (request) => {
    const { searchParams } = new URL(request.url());
    if (request.method() !== 'GET' || !searchParams.has('list-type')) return;
    asked.push(['max-keys', 'prefix'].flatMap((name) => (searchParams.has(name) ? [`${name}=${searchParams.get(name)}`] : [])).join('&'));
  });
  return asked;
}

/** As somebody who drags the bar down, again and again, until so many rows are there. */
async function scrolledTo(page: Page, rowCount: number): Promise<void> {
  await page.locator('.object-rows').evaluate(async (element, wanted) => {
    const seen = () => Number(/^[\d,]+/.exec(document.querySelector('.status-line')?.textContent ?? '')?.[0].replaceAll(',', '') ?? 0);
    while (seen() < wanted) {
      element.scrollTo(0, element.scrollHeight);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    element.scrollTo(0, element.scrollHeight);
  }, rowCount);
}

/** What is left after the garbage was collected. */
async function memoryOf(page: Page): Promise<{ readonly heapMb: number; readonly nodes: number }> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('HeapProfiler.collectGarbage');
  await cdp.send('Performance.enable');
  const { metrics } = await cdp.send('Performance.getMetrics');
  await cdp.detach();
  const value = (name: string) => metrics.find((metric) => metric.name === name)?.value ?? Number.NaN;
  return { heapMb: value('JSHeapUsedSize') / 1e6, nodes: await page.evaluate(() => document.querySelectorAll('*').length) };
}

/** What was measured, for whoever runs the large one. */
function told(sentence: string): void {
  if (process.env.FULL === '1') process.stderr.write(`${sentence}\n`);
}
