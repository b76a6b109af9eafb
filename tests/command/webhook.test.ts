import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anyPorts, latchkey, type Serving, serve } from '../support/latchkey-command.ts';
import { isSigned, type Receiver, webhookReceiver } from '../support/webhook-receiver.ts';

let directory: string;
let server: Serving;
let receiver: Receiver;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'latchkey-webhook-'));
  receiver = await webhookReceiver();
  server = await serve(['--data', directory, ...anyPorts, '--allow-webhook-networks', '127.0.0.0/8']);
});
afterAll(async () => {
  expect(await server.stop()).toBe(0);
  await receiver.close();
  await rm(directory, { recursive: true, force: true });
});
const run = (...args: string[]) => latchkey(['webhook', ...args, '--data', directory, '--endpoint-url', server.s3]);

describe('latchkey webhook', () => {
  it('registers a webhook and prints its id and secret, once', async () => {
    const { status, stdout, stderr } = await run('add', receiver.url, '--event', 'link.*', '--label', 'offer');
    expect([status, stdout]).toEqual([0, expect.stringMatching(/^LKWH[A-Z2-7]{16}\nwhsec_\S+\n$/)]);
    const [id = '', secret = ''] = stdout.split('\n');
    expect(stderr).toContain(`arn:aws:sqs:us-east-1:`);
    const listed = await run('list');
    expect(listed.stdout).toMatch(new RegExp(`^${id}  active  link\\.created,.*  ${receiver.url}\n$`));
    const shown = await run('show', id);
    expect(shown.stdout).toContain('label: offer\n');
    expect(shown.stdout + listed.stdout).not.toContain('whsec_');

    expect(await run('test', id)).toMatchObject({ status: 0, stdout: 'Delivered (status 200).\n' });
    expect(isSigned(receiver.received[0]!, secret)).toBe(true);
    receiver.answer = () => 500;
    const refused = await run('test', id);
    expect([refused.status, refused.stderr]).toEqual([1, 'latchkey: It was not delivered. It answered (status 500).\n']);

    expect((await run('pause', id)).stdout).toContain('status: paused');
    expect((await run('dead-letters', id)).stdout).toBe('');
    expect((await run('replay', id)).stdout).toBe('0 will be sent once more.\n');
    expect((await run('change', id, '--new-secret')).stdout).toMatch(/^LKWH\S+\nwhsec_/);
    expect((await run('remove', id)).status).toBe(0);
    expect((await run('list', '--json')).stdout).toBe('');
  });

  it.each([
    [['add', 'ftp://example.com'], /begins with https/],
    [['add', 'https://10.0.0.1/'], /not one that webhooks may have/],
    [['add', 'https://example.com/', '--event', 'link.eaten'], /--event/],
    [['add'], /latchkey webhook add URL/],
    [['list', '--event', 'link.used'], /--event means nothing/],
    [['show', 'LKWH'], /no webhook/],
    [['eat'], /followed by one of/],
  ])('%j says what is wrong with it', async (args, message) => {
    const { status, stdout, stderr } = await run(...args);
    expect([status === 0, stdout]).toEqual([false, '']);
    expect(stderr).toMatch(message);
  });

  it('a network that is none is said before anything is served', async () => {
    const { status, stderr } = await latchkey(['serve', '--data', join(directory, 'other'), '--allow-webhook-networks', 'example.com']);
    expect([status, stderr]).toEqual([
      2,
      expect.stringContaining('--allow-webhook-networks: "example.com" is neither an address nor a network'),
    ]);
  });
});
