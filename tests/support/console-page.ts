/** The console as people see it: in Chromium, on a server that runs as theirs does; with an ear for what a page must not do. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { source as axeSource } from 'axe-core';
import type { Browser, BrowserContextOptions, CDPSession, Page } from 'playwright-core';
import { afterAll, expect } from 'vitest';
import { launchChromium } from './browser.ts';
import type { Served } from './served.ts';

export type ConsolePage = {
  readonly page: Page;
  /** Addresses that were asked outside of the two origins, errors that nothing caught, and what the policy of the page has stopped. */
  readonly complaints: string[];
  close(): Promise<void>;
};

export type ConsoleOptions = Pick<
  BrowserContextOptions,
  'viewport' | 'colorScheme' | 'locale' | 'reducedMotion' | 'bypassCSP' | 'hasTouch'
> & {
  /** Where to begin, once signed in. */
  readonly path?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
};

/** Opens the console of a server in a browser that the tests of this file share. */
export function consoleOf(server: Served) {
  let browser: Promise<Browser> | undefined;
  afterAll(async () => (await browser)?.close());
  return { open, signedIn };

  /** At the sign-in page, as somebody who was never here. */
  async function open({ path = '/', ...options }: ConsoleOptions = {}): Promise<ConsolePage> {
    browser ??= launchChromium();
    const context = await (await browser).newContext({ viewport: { width: 1280, height: 800 }, ...options });
    const page = await context.newPage();
    // From the beginning: asked for no sooner than the key is pressed, Chromium may be told only after it has opened one of its own.
    page.on('filechooser', () => undefined);
    const complaints = listenTo(page, [new URL(server.console).origin, new URL(server.endpoint).origin]);
    await page.goto(server.console + path);
    return { page, complaints, close: () => context.close() };
  }

  async function signedIn(options: ConsoleOptions = {}): Promise<ConsolePage> {
    const opened = await open(options);
    await signIn(opened.page, options.credentials ?? server.credentials);
    await opened.page.locator('nav').first().waitFor();
    return opened;
  }
}

export async function signIn(page: Page, { accessKeyId, secretAccessKey }: Served['credentials']): Promise<void> {
  await page.getByLabel('Access key ID').fill(accessKeyId);
  await page.getByLabel('Secret access key').fill(secretAccessKey);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

function listenTo(page: Page, origins: readonly string[]): string[] {
  const complaints: string[] = [];
  page.on('request', (request) => {
    const { origin, protocol } = new URL(request.url());
    // What is of another kind belongs to the browser, such as its viewer of PDFs.
    if (/^(?:https?|wss?):$/.test(protocol) && !origins.includes(origin)) complaints.push(`asked ${request.url()}`);
  });
  page.on('pageerror', (error) => complaints.push(`error ${error.message}`));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('console', (message) => {
    if (/Content.Security.Policy|Refused to/i.test(message.text())) complaints.push(message.text());
  });
  return complaints;
}

/** Drops files and folders of this machine in the middle of the page, as a person does. */
export async function dropPaths(page: Page, paths: readonly string[]): Promise<void> {
  const cdp: CDPSession = await page.context().newCDPSession(page);
  const at = { x: 500, y: 400, data: { items: [], files: [...paths], dragOperationsMask: 1 } };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) await cdp.send('Input.dispatchDragEvent', { type, ...at });
  await cdp.detach();
}

/** What axe finds wrong with the page as it is now; the page has to have been opened with `bypassCSP`. */
export async function expectAccessible(page: Page): Promise<void> {
  await page.addScriptTag({ content: axeSource });
  const violations = await page.evaluate(async () => {
    type Violation = { id: string; help: string; nodes: { html: string }[] };
    const { axe } = globalThis as unknown as { axe: { run(options: unknown): Promise<{ violations: Violation[] }> } };
    const found = await axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] });
    return found.violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' ')}`);
  });
  expect(violations).toEqual([]);
}

/** Kept for a look, where the environment names a folder. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env.SCREENSHOTS;
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}
