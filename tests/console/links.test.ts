/** The table of links, what happens to one, rules of revocation, and the trail of it all. */
import { readFile } from 'node:fs/promises';
import { sign } from '@latchkey/sigv4/sign';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect } from 'vitest';
import { makeBucket, putObjects } from '../support/arrange.ts';
import { consoleOf, picture } from '../support/console-page.ts';
import { needs } from '../support/programs.ts';
import { serveForThisFile } from '../support/served.ts';

const server = await serveForThisFile();
const { signedIn } = consoleOf(server);
const test = needs('chromium');

beforeAll(async () => {
  await makeBucket(server, 'box');
  await putObjects(server, 'box', ['a.txt', 'b.txt', 'c.txt', 'd.txt']);
});

type Made = { readonly id: string; readonly url: string };

async function newLink(wanted: object): Promise<Made> {
  const url = `${server.console}/api/v1/links`;
  const body = JSON.stringify({ bucket: 'box', ...wanted });
  const { region, credentials } = server;
  const headers = { 'content-type': 'application/json' };
  const signed = sign({ method: 'POST', url, headers, body, region, service: 'latchkey', credentials });
  const answer = await fetch(url, { method: 'POST', headers: signed.headers, body });
  if (!answer.ok) throw new Error(await answer.text());
  return (await answer.json()) as Made;
}

const row = (page: Page, name: string) => page.getByRole('row').filter({ has: page.getByRole('link', { name, exact: true }) });
/** An event is in the trail within a second after its request; a page that was opened before shows it when it is opened again. */
const SOON = { timeout: 20_000, interval: 500 };
const status = async (url: string) => (await fetch(url)).status;
const dialog = (page: Page) => page.locator('dialog[open]');

describe('the table', () => {
  test('says what each link opens, for whom, within which limits and when it was last used', async () => {
    const { url } = await newLink({ key: 'a.txt', label: 'for Ann', maxUses: 3, sourceIp: ['127.0.0.0/8'] });
    await (await fetch(url)).text();
    const { page, complaints, close } = await signedIn({ path: '/links' });
    await expect
      .poll(async () => {
        await page.reload();
        return row(page, 'a.txt').textContent();
      }, SOON)
      .toContain('from 127.0.0.1');
    expect(await row(page, 'a.txt').textContent()).toContain('1 of 3 uses, from 127.0.0.0/8');
    expect(await row(page, 'a.txt').textContent()).toContain('for Ann');
    await picture(page, 'links');
    expect(complaints).toEqual([]);
    await close();
  });

  test('pauses, resumes, extends and revokes what is chosen, several at once', async () => {
    const [b, c] = [await newLink({ key: 'b.txt', label: 'bulk' }), await newLink({ key: 'c.txt', label: 'bulk' })];
    const { page, close } = await signedIn({ path: '/links?label=bulk' });
    await page.getByLabel('Select all that are shown').check();
    await page.getByRole('button', { name: 'Pause' }).click();
    await row(page, 'b.txt').getByText('paused').waitFor();
    expect([await status(b.url), await status(c.url)]).toEqual([403, 403]);
    await page.getByLabel('Select all that are shown').check();
    await page.getByRole('button', { name: 'Resume' }).click();
    await row(page, 'c.txt').getByText('in 1 hour').waitFor();
    expect([await status(b.url), await status(c.url)]).toEqual([200, 200]);
    await page.getByLabel('Select all that are shown').check();
    await page.getByRole('button', { name: 'Extend' }).click();
    await dialog(page).getByRole('button', { name: 'Extend' }).click();
    await row(page, 'b.txt').getByText('tomorrow').waitFor();
    await page.getByLabel('Select b.txt').check();
    await page.getByLabel('Select c.txt').check();
    await page.getByRole('button', { name: 'Revoke', exact: true }).click();
    await picture(page, 'links-revoke');
    await dialog(page).getByRole('button', { name: 'Revoke 2 links' }).click();
    await row(page, 'b.txt').getByText('revoked').waitFor();
    expect([await status(b.url), await status(c.url)]).toEqual([403, 403]);
    await close();
  });

  test('shows those that a filter asks for, and keeps it in the address', async () => {
    await newLink({ key: 'd.txt', label: 'of its own' });
    const { page, close } = await signedIn({ path: '/links' });
    await page.getByLabel('Label').fill('of its own');
    await page.getByRole('button', { name: 'Filter' }).click();
    await expect.poll(() => page.getByRole('row').count()).toBe(2);
    expect(page.url()).toContain('label=of%20its%20own');
    await page.getByLabel('State').selectOption('revoked');
    await page.getByText('No link is like that').waitFor();
    await close();
  });
});

describe('a link by itself', () => {
  test('tells what has happened to it: made, delivered, refused, revoked', async () => {
    const { id, url } = await newLink({ key: 'a.txt', maxUses: 1 });
    expect(await status(url)).toBe(200);
    expect(await status(url)).toBe(403);
    const { page, close } = await signedIn({ path: `/links/${id}` });
    await page.getByRole('button', { name: 'Revoke' }).click();
    await dialog(page).getByRole('button', { name: 'Revoke' }).click();
    const timeline = page.locator('.timeline');
    for (const line of ['Created by root', 'Delivered 5 B to 127.0.0.1', 'Refused to 127.0.0.1: no uses left', 'Revoked by root'])
      await expect
        .poll(async () => {
          if ((await timeline.getByText(line).count()) === 0) await page.reload();
          return timeline.getByText(line).count();
        }, SOON)
        .toBe(1);
    await picture(page, 'link');
    await close();
  });

  test('shows its address to who asks, and is changed under it', async () => {
    const { id, url } = await newLink({ key: 'b.txt' });
    const { page, close } = await signedIn({ path: `/links/${id}` });
    await page.getByRole('button', { name: 'Show' }).click();
    expect(await page.getByRole('textbox', { name: 'URL' }).inputValue()).toBe(url);
    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByLabel('Addresses').fill('192.0.2.1');
    await dialog(page).getByRole('button', { name: 'Save' }).click();
    await page.getByText('from 192.0.2.1').waitFor();
    expect(await status(url)).toBe(403);
    await close();
  });
});

describe('a rule', () => {
  test('revokes everything of a label, and is taken away again', async () => {
    const { id, url } = await newLink({ key: 'c.txt', label: 'too many' });
    const { page, close } = await signedIn({ path: '/links/rules' });
    await page.getByRole('button', { name: 'Revoke everything of…' }).click();
    await page.getByLabel('Which').fill('too many');
    await picture(page, 'rule');
    await dialog(page).getByRole('button', { name: 'Revoke' }).click();
    await page.getByText('the label too many').waitFor();
    expect(await status(url)).toBe(403);
    // The link says who has revoked it, when and how: in the table, and by itself, with the way to the rule.
    await page.goto(`${server.console}/links?label=too%20many`);
    await row(page, 'c.txt').getByText('revoked this minute').or(row(page, 'c.txt').getByText('revoked now')).waitFor();
    expect(await row(page, 'c.txt').textContent()).toContain('by root, by the rule for the label too many');
    await picture(page, 'links-revoked-by-rule');
    await page.goto(`${server.console}/links/${id}`);
    await picture(page, 'link-revoked-by-rule');
    await page.getByRole('link', { name: 'by root, by the rule for the label too many' }).click();
    await page.getByRole('button', { name: 'Remove' }).click();
    await dialog(page).getByRole('button', { name: 'Remove' }).click();
    await page.getByText('No rules in force').waitFor();
    expect(await status(url)).toBe(200);
    await close();
  });
});

describe('the trail', () => {
  test('is filtered, opened and exported', async () => {
    const { id, url } = await newLink({ key: 'd.txt', sourceIp: ['192.0.2.1'] });
    expect(await status(url)).toBe(403);
    const { page, complaints, close } = await signedIn({ path: `/audit?link=${id}&result=refused` });
    await expect
      .poll(async () => {
        if ((await page.getByRole('row').count()) < 2) await page.reload();
        return page.getByRole('row').count();
      }, SOON)
      .toBe(2);
    await page.getByRole('button', { name: 'Details of GetObject' }).click();
    await dialog(page).getByText('"check": "source-address"').waitFor();
    await page.keyboard.press('Escape');
    await picture(page, 'audit');
    for (const [format, pattern] of [
      ['CSV', /^[^\n]*\n[^\n]*AccessDenied[^\n]*\n$/],
      ['NDJSON', /^\{[^\n]*AccessDenied[^\n]*\}\n$/],
      ['CloudTrail', /^\{"Records":\[\s*\{/],
    ] as const) {
      await page.getByRole('button', { name: 'Export' }).click();
      const label = await dialog(page).locator('option', { hasText: format }).textContent();
      await page.getByLabel('Format').selectOption({ label: label ?? '' });
      const [download] = await Promise.all([page.waitForEvent('download'), dialog(page).getByRole('button', { name: 'Download' }).click()]);
      expect(await readFile((await download.path()) ?? '', 'utf8')).toMatch(pattern);
      await dialog(page).waitFor({ state: 'detached' });
    }
    expect(complaints).toEqual([]);
    await close();
  });

  test('is followed: what happens now appears by itself', async () => {
    const { url } = await newLink({ key: 'a.txt' });
    const { page, close } = await signedIn({ path: '/audit?bucket=box&operation=GetObject' });
    await page.getByRole('heading', { name: 'Audit' }).waitFor();
    await page.getByRole('button', { name: 'Follow' }).click();
    await page.getByRole('button', { name: 'Following' }).waitFor();
    const rows = await page.getByRole('button', { name: 'Details of GetObject' }).count();
    await expect
      .poll(
        async () => {
          await (await fetch(url)).text();
          return page.getByRole('button', { name: 'Details of GetObject' }).count();
        },
        { timeout: 30_000, interval: 1000 },
      )
      .toBeGreaterThan(rows);
    await close();
  });

  test('is checked from end to end', async () => {
    const { page, close } = await signedIn({ path: '/audit' });
    await page.getByRole('button', { name: 'Check the trail' }).click();
    await dialog(page).getByText('The trail is whole').waitFor();
    await close();
  });
});
