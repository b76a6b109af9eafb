/** Users, groups, roles, access keys and policies, all through the actions of IAM that everybody else calls. */
import { readFile } from 'node:fs/promises';
import { presign } from '@latchkey/sigv4';
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
  await putObjects(server, 'box', ['a.txt']);
});

const dialog = (page: Page) => page.locator('dialog[open]');

type Key = { readonly accessKeyId: string; readonly secretAccessKey: string };

/** What an access key may: the status of fetching the object. */
async function fetchedBy(credentials: Key): Promise<number> {
  const { endpoint, region } = server;
  return (await fetch(presign({ method: 'GET', bucket: 'box', key: 'a.txt', endpoint, region, credentials, expiresIn: '1m' }).url)).status;
}

async function newUser(page: Page, name: string): Promise<Key> {
  await page.goto(`${server.console}/people`);
  await page.getByRole('button', { name: 'New user' }).first().click();
  await page.getByLabel('Name', { exact: true }).fill(name);
  await dialog(page).getByRole('button', { name: 'Create' }).click();
  await page.getByText('The secret is shown this once.').waitFor();
  const accessKeyId = await page.getByRole('textbox', { name: 'Access key ID' }).inputValue();
  const secretAccessKey = await page.getByRole('textbox', { name: 'Secret access key' }).inputValue();
  return { accessKeyId, secretAccessKey };
}

const have = (page: Page) => page.getByRole('button', { name: 'I have it' }).click();

describe('a user', () => {
  test('gets an access key, a policy that was written here, and loses both', async () => {
    const { page, complaints, close } = await signedIn();
    const ann = await newUser(page, 'ann');
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download as CSV' }).click()]);
    expect(await readFile((await download.path()) ?? '', 'utf8')).toContain(`${ann.accessKeyId},${ann.secretAccessKey}`);
    await picture(page, 'access-key');
    await have(page);
    expect(await page.content()).not.toContain(ann.secretAccessKey);
    expect(await fetchedBy(ann)).toBe(403);

    await page.goto(`${server.console}/policies/new`);
    await page.getByLabel('Name', { exact: true }).fill('readers');
    await page.getByLabel('Begin with').selectOption({ label: 'read a bucket' });
    const document = page.getByLabel('Policy document');
    await document.fill((await document.inputValue()).replaceAll('BUCKET', 'box'));
    await page.getByText('The document is valid.').waitFor();
    await picture(page, 'policy-new');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: 'readers' }).waitFor();

    await page.goto(`${server.console}/people/user?name=ann`);
    await page.getByRole('button', { name: 'Attach' }).click();
    await dialog(page).getByLabel('Policies').selectOption({ label: 'readers' });
    await dialog(page).getByRole('button', { name: 'Attach' }).click();
    await page.getByRole('link', { name: 'readers' }).waitFor();
    expect(await fetchedBy(ann)).toBe(200);
    await picture(page, 'user');

    await page.getByRole('button', { name: 'Deactivate' }).click();
    await page.getByText('inactive', { exact: true }).waitFor();
    expect(await fetchedBy(ann)).toBe(403);
    await page.getByRole('button', { name: 'Activate' }).click();
    await page.getByRole('button', { name: 'Detach readers' }).click();
    await page.getByRole('link', { name: 'readers' }).waitFor({ state: 'detached' });
    expect(await fetchedBy(ann)).toBe(403);

    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await dialog(page).getByLabel('Type the name to go on').fill('ann');
    await dialog(page).getByRole('button', { name: 'Delete ann' }).click();
    await page.getByText('No users yet').waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  test('is allowed what a group allows, and a policy of their own', async () => {
    const { page, close } = await signedIn();
    const bob = await newUser(page, 'bob');
    await have(page);
    await page.goto(`${server.console}/people/groups`);
    await page.getByRole('button', { name: 'New group' }).first().click();
    await page.getByLabel('Name', { exact: true }).fill('guests');
    await dialog(page).getByRole('button', { name: 'Create' }).click();
    await page.getByRole('link', { name: 'guests' }).click();
    await page.getByRole('button', { name: 'Add a user' }).click();
    await dialog(page).getByLabel('Users').selectOption({ label: 'bob' });
    await dialog(page).getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByRole('link', { name: 'bob' }).waitFor();
    await page.getByRole('button', { name: 'New own policy' }).click();
    await dialog(page).getByLabel('Name', { exact: true }).fill('look');
    await dialog(page)
      .getByLabel('Policy document')
      .fill(
        '{"Version":"2012-10-17","Statement":[{"Sid":"Look","Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::box/*"}]}',
      );
    await dialog(page).getByText('The document is valid.').waitFor();
    await dialog(page).getByRole('button', { name: 'Save' }).click();
    await page.getByRole('button', { name: 'Edit look' }).waitFor();
    expect(await fetchedBy(bob)).toBe(200);

    await page.goto(`${server.console}/policies/check`);
    await page.getByLabel('Who').selectOption({ label: 'bob (user)' });
    await page.getByLabel('On', { exact: true }).fill('box/a.txt');
    await page.getByLabel('Action', { exact: true }).fill('s3:GetObject, s3:DeleteObject');
    await page.getByRole('button', { name: 'Ask' }).click();
    await page.getByRole('heading', { name: 'Yes' }).waitFor();
    await page.getByText('Decided by the statement “Look” of').waitFor();
    await page.getByRole('heading', { name: 'No: nothing allows it' }).waitFor();
    await picture(page, 'check');
    await close();
  });

  test('who signs in sees no more than they may', async () => {
    const { page, close } = await signedIn();
    const eve = await newUser(page, 'eve');
    await have(page);
    await close();
    const hers = await signedIn({ credentials: eve, path: '/people' });
    await hers.page.getByText('is not authorized to perform: iam:ListUsers').waitFor();
    await hers.page.goto(`${server.console}/audit`);
    await hers.page.getByRole('alert').first().waitFor();
    await hers.page.goto(`${server.console}/links`);
    await hers.page.getByText('No links yet').waitFor();
    await hers.close();
  });
});

describe('the editor of policies', () => {
  test('says where and what is wrong, and goes there', async () => {
    const { page, close } = await signedIn({ path: '/policies/new' });
    const document = page.getByLabel('Policy document');
    await document.fill(
      '{\n  "Version": "2012-10-17",\n  "Statement": [{ "Effect": "Alow", "Action": "s3:GetObject", "Resource": "*" }]\n}',
    );
    await page.getByText('1 problem').waitFor();
    await picture(page, 'policy-wrong');
    await page.getByRole('button', { name: 'line 3' }).click();
    const at = await document.evaluate((field) =>
      (field as HTMLTextAreaElement).value.slice((field as HTMLTextAreaElement).selectionStart),
    );
    expect(at.startsWith('"Alow"')).toBe(true);
    expect(await page.getByRole('button', { name: 'Save' }).getAttribute('aria-disabled')).toBe('true');
    await close();
  });

  test('keeps versions, and goes back to one', async () => {
    const { page, close } = await signedIn({ path: '/policies/new' });
    await page.getByLabel('Name', { exact: true }).fill('versions');
    await page.getByText('The document is valid.').waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: 'versions', exact: true }).waitFor();
    const document = page.getByLabel('Policy document');
    await document.fill((await document.inputValue()).replace('s3:GetObject"', 's3:GetObjectAcl"'));
    await page.getByText('The document is valid.').waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('row', { name: 'v2 in use' }).waitFor();
    await page.getByRole('row', { name: 'v1' }).getByRole('button', { name: 'Use this one' }).click();
    await page.getByRole('row', { name: 'v1 in use' }).waitFor();
    await expect.poll(() => document.inputValue()).not.toContain('GetObjectAcl');
    await close();
  });
});

describe('a role', () => {
  test('is made with whom it trusts', async () => {
    const { page, close } = await signedIn({ path: '/people/roles' });
    await page.getByRole('button', { name: 'New role' }).first().click();
    await page.getByLabel('Name', { exact: true }).fill('auditors');
    await dialog(page).getByText('The document is valid.').waitFor();
    await dialog(page).getByRole('button', { name: 'Create' }).click();
    await page.getByRole('link', { name: 'auditors' }).click();
    await page.getByText('"sts:AssumeRole"').waitFor();
    await picture(page, 'role');
    await close();
  });
});
