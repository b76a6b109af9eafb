/** Things whose names are also those of screens, or would be something else in an address: each is opened from its list, and is itself. */
import { sign } from '@latchkey/sigv4/sign';
import { beforeAll, describe, expect } from 'vitest';
import { makeBucket } from '../support/arrange.ts';
import { consoleOf } from '../support/console-page.ts';
import { needs } from '../support/programs.ts';
import { serveForThisFile } from '../support/served.ts';

const server = await serveForThisFile();
const { signedIn } = consoleOf(server);
const test = needs('chromium');

/** All that IAM takes for a name: of screens, of folders, and with characters that addresses know otherwise. */
const NAMES = ['new', 'check', 'user', '..', '.', 'a+b=c,d@e'];
/** Nothing has these names, and they lead nowhere else. */
const STRANGE = ['a/b', '../new', '%2F', '%zz', 'ünïcode', '\u202Egpj', '<b>bold</b>', ''];
const KINDS = ['User', 'Group', 'Role', 'Policy'] as const;
const LISTS = { User: '/people', Group: '/people/groups', Role: '/people/roles', Policy: '/policies' };
const NOBODY = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }],
});
const NOTHING = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }] });
const MORE = { User: {}, Group: {}, Role: { AssumeRolePolicyDocument: NOBODY }, Policy: { PolicyDocument: NOTHING } };

async function make(kind: (typeof KINDS)[number], name: string, more: Readonly<Record<string, string>> = {}): Promise<void> {
  const { endpoint, region, credentials } = server;
  const url = `${endpoint}/`;
  const body = new URLSearchParams({ Action: `Create${kind}`, Version: '2010-05-08', [`${kind}Name`]: name, ...MORE[kind], ...more });
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const signed = sign({ method: 'POST', url, headers, body: body.toString(), region, service: 'iam', credentials });
  const answer = await fetch(url, { method: 'POST', headers: signed.headers, body: body.toString() });
  if (!answer.ok) throw new Error(await answer.text());
}

beforeAll(async () => {
  for (const kind of KINDS) for (const name of NAMES) await make(kind, name);
  await make('Policy', 'readers', { Path: '/team/new/' });
  for (const bucket of ['new', 'check']) await makeBucket(server, bucket);
});

describe.each(KINDS)('a %s', (kind) => {
  test('is opened by its name, whatever that is', async () => {
    const { page, complaints, close } = await signedIn();
    for (const name of NAMES) {
      await page.goto(server.console + LISTS[kind]);
      await page.getByRole('link', { name, exact: true }).first().click();
      await page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
      await page.getByText(`:${kind.toLowerCase()}/${name}`, { exact: false }).first().waitFor();
      // So it is where the address was kept, and where the way back is taken.
      await page.reload();
      await page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
    }
    expect(complaints).toEqual([]);
    await close();
  });

  test('of a name that none has is none, and nothing else either', async () => {
    const { page, complaints, close } = await signedIn();
    const [path, member] = kind === 'Policy' ? ['/policies/policy', 'arn'] : [`/people/${kind.toLowerCase()}`, 'name'];
    for (const name of STRANGE) {
      await page.goto(`${server.console}${path}?${member}=${encodeURIComponent(name)}`);
      await page.getByRole('alert').first().waitFor();
      expect([name, await page.locator('h1').count(), await page.locator('main b').count()]).toEqual([name, 0, 0]);
    }
    expect(complaints).toEqual([]);
    await close();
  });
});

describe('a policy', () => {
  test('with a path is opened as well', async () => {
    const { page, close } = await signedIn({ path: '/policies' });
    await page.getByRole('link', { name: 'readers', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'readers' }).waitFor();
    await page.getByText(':policy/team/new/readers').waitFor();
    await close();
  });
});

describe('a bucket', () => {
  test('is opened by its name, also if it is called new', async () => {
    const { page, close } = await signedIn({ path: '/buckets' });
    for (const name of ['new', 'check']) {
      await page.goto(`${server.console}/buckets`);
      await page.getByRole('link', { name, exact: true }).click();
      await page.getByRole('heading', { level: 1, name }).waitFor();
    }
    await close();
  });
});
