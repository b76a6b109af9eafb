/** Guardrails, settings of buckets, webhooks and the state of the server, set in the console and felt outside of it. */
import { presign } from '@latchkey/sigv4';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect } from 'vitest';
import { makeBucket, putObjects } from '../support/arrange.ts';
import { consoleOf, expectAccessible, picture } from '../support/console-page.ts';
import { needs } from '../support/programs.ts';
import { serveForThisFile } from '../support/served.ts';

const server = await serveForThisFile(['--public-url', 'http://files.localhost:1']);
const { signedIn } = consoleOf({ ...server, endpoint: 'http://files.localhost:1' });
const plain = await serveForThisFile();
const onPlain = consoleOf(plain);
const test = needs('chromium');

beforeAll(async () => {
  await makeBucket(plain, 'box');
  await putObjects(plain, 'box', ['a.txt']);
});

const dialog = (page: Page) => page.locator('dialog[open]');
const { region, endpoint, credentials } = plain;
const url = (expiresIn: string) => presign({ method: 'GET', bucket: 'box', key: 'a.txt', endpoint, region, credentials, expiresIn }).url;
const preflight = async (origin: string) =>
  (await fetch(url('1m'), { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'GET' } })).status;

describe('guardrails', () => {
  test('hold from the next request on, are said in the share dialog, and go again', async () => {
    const { page, complaints, close } = await onPlain.signedIn({ path: '/settings?bucket=box', bypassCSP: true });
    await page.getByLabel('Downloads by URL').first().fill('1h');
    await page.getByLabel('pre-signed forms').uncheck();
    await page.getByLabel('a number of uses: Downloads by URL').check();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved. It holds from the next request on.').first().waitFor();
    await picture(page, 'guardrails');
    expect((await fetch(url('1m'))).status).toBe(403);

    await page.goto(`${plain.console}/share?bucket=box&key=a.txt`);
    await page.getByRole('button', { name: '1 day' }).click();
    await page.getByText('Ends in 1 hr: an administrator allows at most 1 hr.').waitFor();
    await page.getByRole('button', { name: 'Create & copy link' }).click();
    await page.getByText('An administrator asks for this limit.').waitFor();
    await page.getByLabel('Uses').fill('2');
    await page.getByLabel('the file itself').check();
    await page.getByRole('button', { name: 'Create & copy link' }).click();
    await page.getByText('The link is made.').waitFor();

    await page.goto(`${plain.console}/settings?bucket=box`);
    expect(await page.getByLabel('Downloads by URL').first().inputValue()).toBe('1h');
    await page.getByRole('button', { name: 'Remove these' }).click();
    await page.getByText('Removed.').first().waitFor();
    expect((await fetch(url('1m'))).status).toBe(200);
    expect(complaints).toEqual([]);
    await close();
  });
});

describe('a bucket', () => {
  test('lets other sites in by a rule of CORS, and no longer', async () => {
    expect(await preflight('https://app.example.com')).toBe(403);
    const { page, close } = await onPlain.signedIn({ path: '/settings/buckets?bucket=box' });
    await page.getByRole('button', { name: 'Add a rule' }).click();
    await page.getByLabel('Sites').fill('https://app.example.com');
    await dialog(page).getByRole('button', { name: 'Save' }).click();
    await page.getByRole('cell', { name: 'https://app.example.com', exact: true }).waitFor();
    expect([await preflight('https://app.example.com'), await preflight('https://evil.example')]).toEqual([200, 403]);
    await picture(page, 'bucket-settings');
    await page.getByRole('button', { name: 'Remove the rule for https://app.example.com' }).click();
    await page.getByText('No other site may.').waitFor();
    expect(await preflight('https://app.example.com')).toBe(403);
    await close();
  });

  test('becomes public only once that is let, and says so', async () => {
    const { page, close } = await onPlain.signedIn({ path: '/settings/buckets?bucket=box' });
    const open = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::box/*' }],
    });
    const write = async () => {
      await page.getByRole('button', { name: 'Write one' }).click();
      await dialog(page).getByLabel('Bucket policy').fill(open);
      await dialog(page).getByText('The document is valid.').waitFor();
      await dialog(page).getByRole('button', { name: 'Save' }).click();
    };
    await write();
    await dialog(page).getByRole('alert').waitFor();
    await page.keyboard.press('Escape');
    await page.getByLabel('refuse policies that make it public').uncheck();
    await page.getByLabel('let nobody in whom only a public policy would').uncheck();
    await page.waitForLoadState('networkidle');
    await write();
    await page.getByText('This bucket is public').waitFor();
    expect((await fetch(`${plain.endpoint}/box/a.txt`)).status).toBe(200);
    await page.getByRole('button', { name: 'Delete the policy' }).click();
    await dialog(page).getByRole('button', { name: 'Delete the policy' }).click();
    await page.getByText('This bucket is not public.').waitFor();
    expect((await fetch(`${plain.endpoint}/box/a.txt`)).status).toBe(403);
    await close();
  });
});

describe('a webhook', () => {
  test('is made with a secret that is shown once, paused and deleted', async () => {
    const { page, close } = await onPlain.signedIn({ path: '/settings/webhooks' });
    await page.getByRole('button', { name: 'New webhook' }).first().click();
    await page.getByLabel('Address').fill('https://hooks.example.com/latchkey');
    await dialog(page).getByRole('button', { name: 'Create' }).click();
    expect(await page.getByRole('textbox', { name: 'Signing secret' }).inputValue()).toMatch(/^whsec_/);
    await page.getByRole('button', { name: 'I have it' }).click();
    await picture(page, 'webhooks');
    const menu = () => page.getByRole('button', { name: 'Actions for' }).click();
    await menu();
    await page.getByRole('menuitem', { name: 'Pause' }).click();
    await page.getByText('paused').waitFor();
    await menu();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await dialog(page).getByRole('button', { name: 'Delete' }).click();
    await page.getByText('No webhooks yet').waitFor();
    await close();
  });
});

describe('the state of the server', () => {
  test('says that its stores are ready, how full its disk is, and that its address is of no use to others', async () => {
    const { page, close } = await onPlain.signedIn({ path: '/settings/health' });
    await page.getByText('free of').waitFor();
    expect(await page.getByText('ready', { exact: true }).count()).toBe(3);
    await page.getByRole('button', { name: 'Test it' }).click();
    await page.getByText('A signed request arrives as it was sent.').waitFor();
    await page.getByText('A pre-signed URL is recognised.').waitFor();
    await page.getByText('works on this computer only').waitFor();
    await picture(page, 'health');
    await close();
  });

  test('lists the nodes, and says which do not go together', async () => {
    const { page, close } = await onPlain.signedIn({ path: '/settings/health' });
    await page.getByText('(answers you)').waitFor();
    expect(await page.getByText('serving', { exact: true }).count()).toBe(1);
    expect(await page.getByText('Nodes of different versions').count()).toBe(0);

    const node = { pid: 1, startedAt: '2027-01-01T00:00:00Z', seenAt: '2027-01-01T00:00:00Z', s3: 'http://x', console: 'http://x' };
    const items = [
      { ...node, id: '1', host: 'files-1', worker: 2, version: '1.0.0', clockAheadMs: 3, isSilent: false, isHere: true },
      { ...node, id: '2', host: 'files-2', version: '1.1.0', clockAheadMs: -120_000, isSilent: false, isHere: false },
      { ...node, id: '3', host: 'files-3', version: '0.9.0', clockAheadMs: 0, isSilent: true, isHere: false },
    ];
    await page.route('**/api/v1/nodes', (route) => route.fulfill({ json: { items } }));
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('Nodes of different versions serve this installation: 1.0.0, 1.1.0.').waitFor();
    await page.getByText('The clock of files-2 is 2 min off').waitFor();
    await page.getByText('files-1 · 2').waitFor();
    await page.getByText('silent', { exact: true }).waitFor();
    await picture(page, 'nodes');
    await close();
  });

  test('finds out that a public address does not lead here', async () => {
    const { page, close } = await signedIn({ path: '/settings/health' });
    await page.getByRole('button', { name: 'Test it' }).click();
    await page.getByText('A signed request does not arrive as it was sent.').waitFor();
    await page.getByText('A pre-signed URL is not recognised.').waitFor();
    await close();
  });
});
