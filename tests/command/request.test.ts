import { presign } from '@latchkey/sigv4';
import { type Latchkey, startLatchkey } from 'latchkey/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { latchkey } from '../support/latchkey-command.ts';
import { newGuest } from '../support/upload-requests.ts';

let store: Latchkey;
beforeAll(async () => {
  store = await startLatchkey();
  const { endpoint, region, credentials } = store;
  await fetch(presign({ method: 'PUT', bucket: 'inbox', endpoint, region, credentials, expiresIn: '5m' }).url, { method: 'PUT' });
});
afterAll(() => store.stop());

type Shown = { readonly id: string; readonly url: string; readonly expiresAt: string; readonly status: string } & Record<string, unknown>;

const run = (...args: string[]) => runWith('', ...args);
const runWith = (input: string, ...args: string[]) =>
  latchkey(['request', ...args], {
    input,
    environment: {
      AWS_ENDPOINT_URL: store.endpoint,
      AWS_ACCESS_KEY_ID: store.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: store.credentials.secretAccessKey,
      LATCHKEY_PUBLIC_URL: store.endpoint,
    },
  });
const records = async (...args: string[]): Promise<readonly Shown[]> => {
  const { status, stdout, stderr } = await run(...args, '--json');
  if (status !== 0) throw new Error(stderr);
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Shown);
};
const record = async (...args: string[]): Promise<Shown> => (await records(...args))[0] as Shown;

describe('latchkey request create', () => {
  it('prints the address of a page, and says on stderr what there is to know', async () => {
    const { status, stdout, stderr } = await run('create', 's3://inbox/tax/', '--note', 'Your receipts', '--max-files', '3');
    expect(status).toBe(0);
    expect(stdout).toMatch(new RegExp(`^${store.console}/r/[\\w-]{22}\n$`));
    expect(stderr).toMatch(
      /Whoever opens this address may deliver files until .*Z\.\n.*request show LKRQ\w{16}\n.*request close LKRQ\w{16}\n/,
    );
    expect(stderr).toContain('serve --public-console-url names the one that others reach');
    expect(await (await fetch(stdout.trim())).text()).toContain('Your receipts');
  });

  it('takes every term, and tells programs all of them', async () => {
    const flags = [
      '--expires-in',
      '2d',
      '--max-size',
      '10MB',
      '--min-size',
      '1',
      '--max-total-size',
      '1GB',
      '--content-types',
      'image/*,text/plain',
    ];
    const more = ['--check-content', '--key-template', '{date}/{name}', '--overwrite', '--from', '192.0.2.0/24', '--label', 'pictures'];
    const made = await record('create', 's3://inbox/pics/', ...flags, ...more);
    expect(made).toMatchObject({
      bucket: 'inbox',
      keyPrefix: 'pics/',
      keyTemplate: '{date}/{name}',
      maxSize: 10_000_000,
      minSize: 1,
      maxTotalBytes: 1_000_000_000,
      contentTypes: ['image/*', 'text/plain'],
      checksContent: true,
      noOverwrite: false,
      sourceIp: ['192.0.2.0/24'],
      label: 'pictures',
      status: 'active',
    });
    expect(Date.parse(made.expiresAt) - Date.now()).toBeGreaterThan(47 * 3_600_000);
  });

  it('reads a password from stdin', async () => {
    const { stdout } = await runWith('open sesame\n', 'create', 's3://inbox/', '--password-stdin', '--json');
    const made = JSON.parse(stdout) as Shown;
    expect(made.hasPassword).toBe(true);
    expect((await newGuest(made).announce('a', 1)).json.code).toBe('locked');
    expect((await newGuest(made).announce('a', 1, { password: 'open sesame' })).status).toBe(201);
  });

  it('shows a QR code on stderr', async () => {
    expect((await run('create', 's3://inbox/qr/', '--qr')).stderr).toMatch(/[█▀▄]/);
  });

  it.each([
    [['create', 's3://inbox/tax'], 'A folder ends in a slash: s3://inbox/tax/'],
    [['create', 'inbox'], 'Where files go is s3://BUCKET/PREFIX/'],
    [['create'], 'It is: latchkey request create s3://BUCKET/PREFIX/'],
    [['create', 's3://inbox/', '--max-files', '0'], '--max-files'],
    [['create', 's3://inbox/', '--key-template', '../{name}'], '--key-template'],
    [['list', '--max-files', '1'], '--max-files means nothing for request list.'],
    [['show', 'LKLNABCDEFGHIJ234567'], 'is not the id of an upload request'],
    [['close', 'http://127.0.0.1:9001/r/AAAAAAAAAAAAAAAAAAAAAA'], 'That is the address of a page'],
    [['open'], 'request is followed by one of create, list, show, close.'],
  ])('%j ends with status 2', async (args, words) => {
    const { status, stderr } = await run(...args);
    expect([status, stderr]).toEqual([2, expect.stringContaining(words)]);
  });
});

describe('latchkey request list, show and close', () => {
  it('show what there is, what came, and that nothing more will', async () => {
    const made = await record('create', 's3://inbox/shown/', '--label', 'shown', '--max-files', '2');
    await newGuest(made).deliver('report.pdf', 'gold', 'application/pdf');
    expect((await run('list', '--label', 'shown')).stdout).toMatch(
      new RegExp(`^${made.id}  active {3} {5}1/2  .*  s3://inbox/shown/  shown\n$`),
    );
    const shown = await record('show', made.id);
    expect(shown).toMatchObject({ id: made.id, url: made.url, delivered: { files: 1, bytes: 4 } });
    expect(shown.deliveries).toEqual([expect.objectContaining({ name: 'report.pdf', size: 4, status: 'delivered' })]);
    const told = (await run('show', made.id)).stdout;
    expect(told).toContain('delivered: 1 file, 4 bytes');
    expect(told).toMatch(/delivered {13}4 {2}127\.0\.0\.1 .* shown\/.*-report\.pdf {2}"report\.pdf"\n$/);
    expect((await record('close', made.id)).status).toBe('closed');
    expect((await newGuest(made).announce('late', 1)).json.code).toBe('closed');
    expect((await records('list', '--status', 'closed')).map(({ id }) => id)).toEqual([made.id]);
  });

  it('of one that is not there says so with status 1', async () => {
    const { status, stderr } = await run('show', 'LKRQABCDEFGHIJ234567');
    expect([status, stderr]).toEqual([1, expect.stringContaining('There is no upload request of that id.')]);
  });
});
