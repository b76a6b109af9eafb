/** A folder's link in the hands of people: its page in a browser, and thousands of objects as one archive that their programs open. */
import { createWriteStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { beforeAll, describe, expect } from 'vitest';
import { makeBucket } from '../support/arrange.ts';
import { launchChromium } from '../support/browser.ts';
import { done as doneByApi, type Json } from '../support/json-api.ts';
import { needs } from '../support/programs.ts';
import { runProgram } from '../support/run-program.ts';
import { MIB } from '../support/sample-bytes.ts';
import { serveForThisFile } from '../support/served.ts';
import type { TestServer } from '../support/test-server.ts';
import { send, signed } from '../support/wire-client.ts';

const IS_FULL = process.env.FULL === '1';
const COUNT = 10_000;
/** With all the bytes only where there is time for them: 5 GiB. */
const SIZE_BYTES = IS_FULL ? 512 * 1024 : 8 * 1024;
const store = await serveForThisFile();
/** As the helpers of the wire tests want a server. */
const server = { s3: store.endpoint, console: store.console, host: store.host, clock: { now: undefined } } as unknown as TestServer;
const options = { cwd: store.scratch, env: { ...process.env, LC_ALL: 'C.UTF-8' } };

beforeAll(async () => {
  await makeBucket(store, 'box');
  const body = Buffer.alloc(SIZE_BYTES, 'latchkey');
  for (let i = 0; i < COUNT; i += 100) {
    await Promise.all(Array.from({ length: 100 }, (_, j) => put(`many/${String((i + j) % 50)}/file ${i + j}.txt`, body)));
  }
}, 1_200_000);

const put = (key: string, body: Buffer) => send(server, signed(server, 'PUT', `/box/${key}`, { body }));
const folder = (terms: Json = {}): Promise<Json> =>
  doneByApi(server, 'POST', '/links', { json: { bucket: 'box', keyPrefix: 'many/', landing: true, ...terms } });
const peakBytes = async () => Number(/^VmHWM:\s+(\d+) kB$/m.exec(await readFile(`/proc/${store.pid}/status`, 'utf8'))?.[1]) * 1024;

async function drained({ body }: Response): Promise<void> {
  for await (const _ of body as unknown as AsyncIterable<Uint8Array>);
}

describe('an archive of ten thousand objects', () => {
  needs('unzip', '7z')(
    'is whole to unzip and 7-Zip, as long as it said, and costs the server next to no memory',
    async () => {
      const link = await folder();
      // What a process takes once, it keeps; another archive needs nothing more.
      for (let i = 0; i < (IS_FULL ? 1 : 3); i++) await drained(await fetch(`${link.landingUrl}?download`));
      const before = await peakBytes();
      const answer = await fetch(`${link.landingUrl}?download`);
      const file = join(store.scratch, 'many.zip');
      await pipeline(answer.body as never, createWriteStream(file));
      expect(Number(answer.headers.get('content-length'))).toBe((await stat(file)).size);
      const after = await peakBytes();
      console.log(
        `The server's resident memory peaked at ${Math.round(before / MIB)} MiB, and at ${Math.round(after / MIB)} with a second archive`,
      );
      expect(after - before).toBeLessThan(24 * MIB);
      expect(await runProgram('unzip', ['-tq', file], options)).toMatch(/^No errors detected/);
      expect(await runProgram('7z', ['t', file], options)).toContain('Everything is Ok');
      expect((await runProgram('unzip', ['-Z1', file], options)).trim().split('\n')).toHaveLength(COUNT);
    },
    600_000,
  );

  needs('curl')('that is given up in the middle is a use, since a part of it was delivered', async () => {
    const link = await folder({ maxUses: 1 });
    const begun = await fetch(link.landingUrl, { method: 'POST', body: new URLSearchParams({ action: 'download' }) });
    const reader = begun.body?.getReader();
    await reader?.read();
    await reader?.cancel();
    await expect.poll(async () => (await fetch(link.landingUrl)).status, { timeout: 10_000 }).toBe(410);
  });
});

describe('the page', () => {
  needs('chromium')(
    'lists a hundred, has more on the next, and saves a file and the archive',
    async () => {
      const link = await folder({ note: 'All of them.' });
      const browser = await launchChromium();
      try {
        for (const width of [360, 1280]) {
          const context = await browser.newContext({ viewport: { width, height: 720 }, javaScriptEnabled: false });
          const page = await context.newPage();
          await page.goto(link.landingUrl);
          if (process.env.SCREENSHOTS) await page.screenshot({ path: join(process.env.SCREENSHOTS, `folder-${width}.png`) });
          expect(await page.locator('tbody tr').count()).toBe(100);
          const [file] = await Promise.all([page.waitForEvent('download'), page.locator('tbody a').first().click()]);
          expect(file.suggestedFilename()).toMatch(/^file \d+\.txt$/);
          const first = await page.locator('tbody a').first().textContent();
          await page.getByRole('link', { name: 'More files' }).click();
          expect(await page.locator('tbody a').first().textContent()).not.toBe(first);
          const [archive] = await Promise.all([
            page.waitForEvent('download'),
            page.getByRole('link', { name: 'Download all (ZIP)' }).click(),
          ]);
          expect(archive.suggestedFilename()).toBe('many.zip');
          await archive.cancel();
          await context.close();
        }
      } finally {
        await browser.close();
      }
    },
    120_000,
  );
});
