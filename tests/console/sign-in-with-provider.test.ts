/** Signing in with an identity provider, as a browser does it. */
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';
import { consoleOf, picture } from '../support/console-page.ts';
import { fakeIssuer } from '../support/fake-issuer.ts';
import { needs } from '../support/programs.ts';
import { CLIENT_ID, newPeopleRole } from '../support/provider-role.ts';
import { serveForThisFile } from '../support/served.ts';
import type { TestServer } from '../support/test-server.ts';

const issuer = await fakeIssuer();
const server = await serveForThisFile(
  [
    ...['--oidc-console-issuer', issuer.url, '--oidc-console-client-id', CLIENT_ID],
    ...['--oidc-console-role', 'people', '--oidc-console-name', 'Example'],
  ],
  { LATCHKEY_OIDC_CONSOLE_CLIENT_SECRET: 'a secret' },
);
const { open } = consoleOf(server);
const test = needs('chromium');
const button = { name: 'Sign in with Example' };

beforeAll(async () => {
  await newPeopleRole({ ...server, s3: server.endpoint, clock: {} } as unknown as TestServer, issuer.url);
});
afterEach(() => {
  issuer.claims = (claims) => claims;
  issuer.answers.clear();
});
afterAll(() => issuer.close());

describe('signing in with an identity provider', () => {
  test('ends where it began, lasts over a reload, and is over after signing out', async () => {
    const { page, complaints, close } = await open({ path: '/sessions' });
    await page.getByRole('button', button).waitFor();
    await picture(page, 'sign-in-with-provider');
    await page.getByRole('button', button).click();
    await page.getByRole('heading', { name: 'Where you are signed in' }).waitFor();
    expect(page.url()).toBe(`${server.console}/sessions`);
    await page.getByText('This browser').waitFor();
    expect(await page.getByRole('button', { name: 'Account' }).textContent()).toContain('person-1');
    await page.reload();
    await page.getByRole('heading', { name: 'Where you are signed in' }).waitFor();

    await page.getByRole('button', { name: 'Account' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByText('You are signed out.').waitFor();
    await page.reload();
    await page.getByRole('button', button).waitFor();
    expect(await page.evaluate(() => ({ ...localStorage }))).not.toHaveProperty('latchkey-sign-in');
    // The provider's page, and nothing else.
    expect(complaints.filter((complaint) => !complaint.startsWith(`asked ${issuer.url}/authorize?`))).toEqual([]);
    await close();
  });

  test('says why it did not work', async () => {
    const { page, close } = await open();
    issuer.claims = (claims) => ({ ...claims, sub: 'stranger' });
    await page.getByRole('button', button).click();
    await page.getByText('this console does not let you in').waitFor();
    await picture(page, 'sign-in-with-provider-refused');

    issuer.answers.set('/authorize', (request, response) => {
      const { searchParams } = new URL(request.url ?? '/', issuer.url);
      const back = `${searchParams.get('redirect_uri')}?error=access_denied&state=${searchParams.get('state')}`;
      response.writeHead(302, { location: back }).end();
    });
    await page.getByRole('button', button).click();
    await page.getByText('Example did not sign you in (access_denied).').waitFor();

    await page.goto(`${server.console}/signed-in?code=a&state=b`);
    await page.getByText('This sign-in was not begun in this browser').waitFor();
    expect(page.url()).toBe(`${server.console}/buckets`);
    await close();
  });
});
