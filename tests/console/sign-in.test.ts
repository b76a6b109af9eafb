/** Signing in and out, and what a page of the console keeps, sends and allows. */
import { describe, expect } from 'vitest';
import { serveSite } from '../support/browser.ts';
import { consoleOf, picture, signIn } from '../support/console-page.ts';
import { needs } from '../support/programs.ts';
import { serveForThisFile } from '../support/served.ts';

const server = await serveForThisFile();
const { open, signedIn } = consoleOf(server);
const test = needs('chromium');

describe('signing in', () => {
  test('says which of the two is wrong, and lets in with what is right', async () => {
    const { page, complaints, close } = await open();
    await page.getByRole('button', { name: 'Sign in' }).click();
    expect(await page.getByText('This is needed.').count()).toBe(2);
    await signIn(page, { ...server.credentials, accessKeyId: 'LKIANOBODY2345678901' });
    await page.getByText('There is no such access key').waitFor();
    expect(await page.getByLabel('Access key ID').evaluate((field) => field === document.activeElement)).toBe(true);
    await signIn(page, { ...server.credentials, secretAccessKey: 'not the secret' });
    await page.getByText('The secret does not belong').waitFor();
    await picture(page, 'sign-in-wrong');
    await signIn(page, server.credentials);
    await page.getByRole('heading', { name: 'Buckets' }).waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  test('keeps no secret where another script could find it, and sends none', async () => {
    const { page, close } = await open();
    const sent: string[] = [];
    page.on('request', (request) => sent.push(`${request.url()} ${JSON.stringify(request.headers())} ${request.postData() ?? ''}`));
    await signIn(page, server.credentials);
    await page.getByRole('heading', { name: 'Buckets' }).waitFor();
    expect(sent.join('\n')).not.toContain(server.credentials.secretAccessKey);
    const kept = await page.evaluate(() =>
      JSON.stringify([document.cookie, { ...localStorage }, { ...sessionStorage }, document.documentElement.outerHTML]),
    );
    expect(kept).not.toContain(server.credentials.secretAccessKey);
    expect(kept).not.toContain('LKSA');
    const cookies = await page.context().cookies(`${server.console}/api/v1/session/renew`);
    expect(cookies).toMatchObject([{ httpOnly: true, sameSite: 'Strict', path: '/api/v1/session' }]);
    await close();
  });

  test('lasts over a reload and in another tab, and ends in all of them', async () => {
    const { page, complaints, close } = await signedIn({ path: '/sessions' });
    await page.reload();
    await page.getByRole('heading', { name: 'Where you are signed in' }).waitFor();
    const beside = await page.context().newPage();
    await beside.goto(`${server.console}/buckets`);
    await beside.getByRole('heading', { name: 'Buckets' }).waitFor();

    await page.getByRole('button', { name: 'Account' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByText('You are signed out.').waitFor();
    await beside.getByText('You were signed out').waitFor();
    await page.reload();
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  test('is shown where else one is signed in, and can be ended there', async () => {
    const here = await signedIn({ path: '/sessions' });
    const there = await signedIn();
    await here.page.reload();
    const others = here.page
      .getByRole('row')
      .filter({ hasNotText: 'This browser' })
      .filter({ has: here.page.getByRole('button') });
    await others.first().waitFor();
    await picture(here.page, 'sessions');
    for (let left = await others.count(); left > 0; left--) {
      await others.first().getByRole('button').click();
      await expect.poll(() => others.count()).toBe(left - 1);
    }
    await there.page.getByRole('link', { name: 'Buckets' }).first().click();
    await there.page.reload();
    await there.page.getByRole('button', { name: 'Sign in' }).waitFor();
    expect(await here.page.getByText('This browser').count()).toBe(1);
    await here.close();
    await there.close();
  });
});

describe('a page of another origin', () => {
  test('neither renews nor ends a session, frames no page, and reads nothing', async () => {
    const { page, close } = await signedIn();
    const id = await page.evaluate(() => localStorage.getItem('latchkey-session'));
    const attack = `
      const say = (name, work) => work.then((value) => (document.title += name + ':' + value + ';'), () => (document.title += name + ':no;'));
      const headers = { 'console-session': '${id}' };
      const post = (path, more) => fetch('${server.console}/' + path, { method: 'POST', credentials: 'include', ...more });
      await say('renew', post('api/v1/session/renew', { headers }).then((answer) => answer.status));
      await say('end', post('api/v1/session/end', { headers }).then((answer) => answer.status));
      await say('plain', post('api/v1/session/end', { mode: 'no-cors' }).then((answer) => answer.type));
      await say('read', fetch('${server.console}', { credentials: 'include' }).then((answer) => answer.text()));
      const frame = document.createElement('iframe');
      frame.src = '${server.console}';
      document.body.append(frame);
      await new Promise((resolve) => setTimeout(resolve, 500));
      document.title += 'over';`;
    // On another port of the same host: a browser calls that the same site, and sends the cookie along.
    const site = await serveSite({ '/': '<!doctype html><body><script type="module" src="/attack.js"></script>', '/attack.js': attack });
    const attacker = await page.context().newPage();
    await attacker.goto(site.origin);
    await expect.poll(() => attacker.title(), { timeout: 20_000 }).toMatch(/over$/);
    expect(await attacker.title()).toBe('renew:no;end:no;plain:opaque;read:no;over');
    expect(attacker.frames().some((frame) => frame.url().startsWith(server.console))).toBe(false);
    await site.close();

    await page.reload();
    await page.getByRole('heading', { name: 'Buckets' }).waitFor();
    await close();
  });

  test('plants no session of its own with a cookie', async () => {
    const { page, close } = await signedIn();
    const { hostname, port } = new URL(server.console);
    await page
      .context()
      .addCookies([
        { name: `latchkey-session-${port}`, value: `${'0'.repeat(24)}.${'A'.repeat(43)}`, domain: hostname, path: '/api/v1/session/renew' },
      ]);
    await page.reload();
    await page.getByRole('heading', { name: 'Buckets' }).waitFor();
    await close();
  });
});

describe('the pages', () => {
  test('are sent with a policy that runs nothing but their own files', async () => {
    const answer = await fetch(`${server.console}/buckets/box?prefix=a`);
    expect(answer.headers.get('content-security-policy')).toBe(
      `default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' ${server.endpoint}; img-src 'self' ${server.endpoint}; ` +
        `media-src ${server.endpoint}; frame-src ${server.endpoint}; form-action 'none'; base-uri 'none'; frame-ancestors 'none'`,
    );
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
    expect(await answer.text()).not.toMatch(/<script(?![^>]*src=)|<style|\son\w+=|style=/);
  });

  test('have parts that never change and are kept, compressed as the browser likes', async () => {
    const [, script = ''] = /src="(\/assets\/[^"]+\.js)"/.exec(await (await fetch(server.console)).text()) ?? [];
    for (const encoding of ['br', 'gzip']) {
      const answer = await fetch(new URL(script, server.console), { headers: { 'accept-encoding': encoding } });
      expect(Object.fromEntries(answer.headers)).toMatchObject({
        'content-encoding': encoding,
        'cache-control': 'public, max-age=31536000, immutable',
        'content-type': 'text/javascript; charset=utf-8',
      });
      expect(await answer.text()).toMatch(/^(?:const|import)/);
    }
    const plain = await fetch(new URL(script, server.console), { headers: { 'accept-encoding': 'identity, br;q=0' } });
    expect(plain.headers.get('content-encoding')).toBeNull();
    expect((await fetch(`${server.console}/assets/nothing.js`)).status).toBe(404);
    expect((await fetch(`${server.console}/favicon.ico`)).status).toBe(404);
    expect((await fetch(server.console, { method: 'POST' })).status).toBe(405);
  });
});
