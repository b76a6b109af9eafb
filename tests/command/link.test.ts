import { presign } from '@latchkey/sigv4';
import { type Latchkey, startLatchkey } from 'latchkey/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { latchkey } from '../support/latchkey-command.ts';

let store: Latchkey;
beforeAll(async () => {
  store = await startLatchkey();
  await put();
  await put('cat.jpg');
});
afterAll(() => store.stop());

type Link = { readonly id: string; readonly url: string; readonly expiresAt: string; readonly status: string };

const run = (...args: string[]) => runWith('', ...args);
const runWith = (input: string, ...args: string[]) =>
  latchkey(['link', ...args], {
    input,
    environment: {
      AWS_ENDPOINT_URL: store.endpoint,
      AWS_ACCESS_KEY_ID: store.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: store.credentials.secretAccessKey,
      // Settings of a server that happens to be configured in the same shell.
      LATCHKEY_PUBLIC_URL: store.endpoint,
    },
  });
const records = async (...args: string[]): Promise<readonly Link[]> => {
  const { status, stdout, stderr } = await run(...args, '--json');
  if (status !== 0) throw new Error(stderr);
  return stdout.trim() === ''
    ? []
    : stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Link);
};
const record = async (...args: string[]): Promise<Link> => (await records(...args))[0] as Link;
const get = async (url: string) => (await fetch(url)).status;
const signedUrl = (method: 'GET' | 'PUT', key?: string) =>
  presign({
    method,
    bucket: 'photos',
    key,
    endpoint: store.endpoint,
    region: store.region,
    credentials: store.credentials,
    expiresIn: '5m',
  }).url;
async function put(key?: string): Promise<void> {
  const { status } = await fetch(signedUrl('PUT', key), { method: 'PUT', body: key ?? '' });
  if (status !== 200) throw new Error(`status ${status}`);
}

describe('latchkey link create --landing', () => {
  it('prints the short address of a page, and says how others reach it', async () => {
    const { status, stdout, stderr } = await run('create', 's3://photos/cat.jpg', '--landing', '--note', 'for you');
    expect(status).toBe(0);
    expect(stdout).toMatch(new RegExp(`^${store.console}/l/[\\w-]{22}\n$`));
    expect(stderr).toContain('serve --public-console-url names the one that others reach');
    expect(await (await fetch(stdout.trim())).text()).toContain('for you');
  });

  it('reads a password from stdin, and shows no address that works without it', async () => {
    const { stdout } = await runWith('open sesame\n', 'create', 's3://photos/cat.jpg', '--landing', '--password-stdin', '--json');
    const { id, url, landingUrl } = JSON.parse(stdout) as Link & { readonly landingUrl: string };
    expect(url).toBe(landingUrl);
    const shown = await run('show', id);
    expect(shown.stdout).toContain(landingUrl);
    expect(shown.stdout).not.toContain('X-Amz');
    const opened = (password: string) =>
      fetch(landingUrl, { method: 'POST', body: new URLSearchParams({ action: 'download', password }) }).then((answer) => answer.text());
    expect(await opened('open')).toContain('That is not the password.');
    expect(await opened('open sesame')).toBe('cat.jpg');
  });

  it('takes several objects of one bucket', async () => {
    const { stdout } = await run('create', 's3://photos/cat.jpg', 's3://photos/not there', '--landing', '--label', 'both', '--json');
    const { id, url, keys } = JSON.parse(stdout) as Link & { readonly keys: readonly string[] };
    expect(keys).toEqual(['cat.jpg', 'not there']);
    expect(await (await fetch(url)).text()).toContain('>cat.jpg</a>');
    expect((await run('list', '--label', 'both')).stdout).toMatch(new RegExp(`^${id}  active .*  s3://photos/cat.jpg and 1 more  both\n$`));
  });

  it.each([
    [['s3://photos/b'], 'Several objects have one link where that has a page'],
    [['s3://other/b', '--landing'], 'in one bucket'],
    [['--password-stdin'], '--password-stdin reads the password from stdin'],
    [['--landing', '--curl'], '--curl is for a URL'],
    [['--landing', '--method', 'PUT'], 'A page is for downloads.'],
  ])('refuses %j', async (flags, reason) => {
    const { status, stdout, stderr } = await run('create', 's3://photos/cat.jpg', ...flags);
    expect([status === 0, stdout]).toEqual([false, '']);
    expect(stderr).toContain(reason);
  });
});

describe('latchkey link create', () => {
  it('prints a bare URL that works, and for people until when and how to take it back', async () => {
    const { status, stdout, stderr } = await run('create', 's3://photos/cat.jpg', '--uses', '2', '--expires-in', '10m');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/photos\/cat\.jpg\?X-Amz-[^\s]+\n$/);
    expect(stderr).toMatch(
      /^Works 2 times, until \S+Z, for everybody who has it\.\nTake it back with: latchkey link revoke LKLN[A-Z2-7]{16}\n/,
    );
    const url = stdout.trim();
    expect([await get(url), await get(url), await get(url)]).toEqual([200, 200, 403]);
  });
  it('prints JSON with id, url and expiresAt, and whatever it is limited to', async () => {
    const made = await record(
      'create',
      's3://photos/cat.jpg',
      '--from',
      '192.0.2.0/24',
      '--from',
      '2001:db8::/32',
      '--label',
      'x',
      '--note',
      'y z',
      '--download-as',
      'kätzchen.jpg',
    );
    expect(made).toMatchObject({
      id: expect.stringMatching(/^LKLN/),
      url: expect.stringMatching(/^http/),
      expiresAt: expect.stringMatching(/^\d{4}-.*Z$/),
      sourceIp: ['192.0.2.0/24', '2001:db8::/32'],
      label: 'x',
      note: 'y z',
      downloadName: 'kätzchen.jpg',
    });
    expect(await get(made.url)).toBe(403);
  });
  it('makes an upload link that is held to its terms, and a curl command for it', async () => {
    const args = [
      'create',
      's3://photos/new.txt',
      '--method',
      'PUT',
      '--min-size',
      '2',
      '--max-size',
      '4',
      '--content-types',
      'text/plain',
      '--no-overwrite',
    ];
    const { url } = await record(...args);
    const send = async (body: string, type = 'text/plain') =>
      (await fetch(url, { method: 'PUT', headers: { 'content-type': type }, body })).status;
    expect([await send('1'), await send('12345'), await send('123', 'image/png'), await send('123'), await send('123')]).toEqual([
      400, 400, 403, 200, 412,
    ]);
    expect((await run(...args, '--curl')).stdout).toMatch(/^curl --fail --upload-file FILE -H 'Content-Type: text\/plain' 'http/);
  });
  it.each([
    [['create'], 'It is: latchkey link create s3://BUCKET/KEY'],
    [['create', 's3://photos'], 'An object is s3://BUCKET/KEY'],
    [['create', 's3://photos/a', 's3://photos/b'], 'Several objects have one link where that has a page: --landing.'],
    [['create', 's3://photos/a', '--uses', '0'], '--uses must be 1 or more.'],
    [['create', 's3://photos/a', '--expires-in', '8d'], '--expires-in'],
    [['create', 's3://photos/a', '--from', '300.0.0.1'], '--from'],
    [['create', 's3://photos/a', '--method', 'DELETE'], '--method is GET or PUT'],
    [['create', 's3://photos/a', '--max-size', '5'], '--max-size means nothing for GET; it is for PUT.'],
    [['create', 's3://photos/a', '--method', 'PUT', '--max-size', 'big'], '--max-size'],
    [['create', 's3://photos/a', '--cut'], '--cut means nothing for link create.'],
    [['list', '--uses', '3'], '--uses means nothing for link list.'],
    [['list', '--status', 'gone'], 'status'],
    [['show'], 'It is: latchkey link show ID'],
    [['show', 'nonsense'], '"nonsense" is neither the id of a link'],
    [['revoke'], 'link revoke takes ids or URLs'],
    [['revoke', '--label', 'a', '--user', 'b'], 'one at a time'],
    [['revoke', '--prefix', 'a/'], '--prefix goes with --bucket.'],
    [['extend', 'LKLNABCDEFGHIJ234567'], 'needs --expires-in'],
    [['frobnicate'], 'link is followed by one of create, list, show, revoke, extend, pause, resume.'],
    [[], 'link is followed by one of'],
  ])('refuses %j with status 2 and a sentence', async (args, sentence) => {
    expect(await run(...args)).toEqual({ status: 2, stdout: '', stderr: expect.stringContaining(sentence) });
  });
});

describe('latchkey link', () => {
  it('lists links, newest first, a line each', async () => {
    const first = await record('create', 's3://photos/cat.jpg', '--label', 'list', '--uses', '5');
    const second = await record('create', 's3://photos/new/dog.jpg', '--method', 'PUT', '--label', 'list');
    const { stdout } = await run('list', '--label', 'list');
    expect(stdout.split('\n')).toEqual([
      expect.stringMatching(new RegExp(`^${second.id}  active +-  \\S+Z  PUT   s3://photos/new/dog\\.jpg  list$`)),
      expect.stringMatching(new RegExp(`^${first.id}  active +0/5  \\S+Z  GET   s3://photos/cat\\.jpg  list$`)),
      '',
    ]);
    expect((await records('list', '--label', 'list')).map(({ id, url }) => [id, url])).toEqual([
      [second.id, second.url],
      [first.id, first.url],
    ]);
    expect(await records('list', '--label', 'list', '--bucket', 'photos', '--prefix', 'new/')).toHaveLength(1);
    expect(await records('list', '--label', 'list', '--limit', '1')).toHaveLength(1);
    expect((await run('list', '--label', 'nobody has this')).stdout).toBe('');
  });
  it('shows one link by its id or its URL', async () => {
    const made = await record('create', 's3://photos/cat.jpg', '--uses', '3');
    await get(made.url);
    for (const name of [made.id, made.url]) {
      const { stdout } = await run('show', name);
      expect(stdout).toContain(`id: ${made.id}\n`);
      expect(stdout).toContain('uses: 1 of 3\n');
      expect(stdout).toContain(`url: ${made.url}\n`);
    }
    expect(await record('show', made.id)).toEqual({ ...made, uses: { used: 1, max: 3 } });
  });
  it('pauses, resumes and extends a link', async () => {
    const made = await record('create', 's3://photos/cat.jpg', '--expires-in', '5m');
    expect([(await record('pause', made.id)).status, await get(made.url)]).toEqual(['paused', 403]);
    expect([(await record('resume', made.id)).status, await get(made.url)]).toEqual(['active', 200]);
    const extended = await record('extend', made.url, '--expires-in', '2d');
    expect(extended.url).toBe(made.url);
    expect(Date.parse(extended.expiresAt) - Date.now()).toBeGreaterThan(47 * 3600_000);
    const renewed = await run('extend', made.id, '--expires-in', '3d', '--new-url');
    expect(renewed.stdout).toMatch(/^http\S+\n$/);
    expect([await get(renewed.stdout.trim()), await get(made.url)]).toEqual([200, 200]);
  });
  it('revokes links by id and by URL, and URLs that were signed without it', async () => {
    const [one, two] = [await record('create', 's3://photos/cat.jpg'), await record('create', 's3://photos/cat.jpg')];
    const offline = signedUrl('GET', 'cat.jpg');
    expect([await get(one.url), await get(two.url), await get(offline)]).toEqual([200, 200, 200]);
    const revoked = await records('revoke', one.id, two.url, offline);
    expect(revoked).toMatchObject([{ id: one.id, status: 'revoked' }, { id: two.id, status: 'revoked' }, { kind: 'signature' }]);
    expect([await get(one.url), await get(two.url), await get(offline)]).toEqual([403, 403, 403]);
  });
  it('revokes everything with a label, and nothing else', async () => {
    const [labelled, other] = [
      await record('create', 's3://photos/cat.jpg', '--label', 'summer'),
      await record('create', 's3://photos/cat.jpg'),
    ];
    const { status, stdout } = await run('revoke', '--label', 'summer');
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: expect.stringMatching(/^\S+: by label, what was signed before \S+Z is refused\.\n$/),
    });
    expect([await get(labelled.url), await get(other.url)]).toEqual([403, 200]);
  });
  it('says what the server refused, with status 1', async () => {
    expect(await run('show', 'LKLNABCDEFGHIJ234567')).toEqual({
      status: 1,
      stdout: '',
      stderr: 'latchkey: The server refused: There is no link LKLNABCDEFGHIJ234567. (NoSuchEntity)\n',
    });
    const wrong = await latchkey(['link', 'list'], {
      environment: {
        AWS_ENDPOINT_URL: store.endpoint,
        AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
        AWS_SECRET_ACCESS_KEY: 'nobody’s secret',
      },
    });
    expect(wrong).toMatchObject({ status: 1, stdout: '', stderr: expect.stringContaining('(InvalidAccessKeyId)') });
    expect(wrong.stderr).not.toContain('nobody’s secret');
  });
  it('says so where there is no server, no Latchkey or no console address', async () => {
    const to = (environment: Readonly<Record<string, string>>) =>
      latchkey(['link', 'list'], { environment: { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b', ...environment } });
    expect(await to({ AWS_ENDPOINT_URL: 'http://127.0.0.1:1' })).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('No server answers at http://127.0.0.1:1.'),
    });
    expect(await to({ AWS_ENDPOINT_URL: store.console })).toMatchObject({ status: 1, stderr: expect.stringContaining('is not Latchkey') });
    expect(await to({ AWS_ENDPOINT_URL: store.endpoint, LATCHKEY_CONSOLE_URL: 'http://127.0.0.1:1' })).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('The console address does not answer: http://127.0.0.1:1.'),
    });
  });
});
