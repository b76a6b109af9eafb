/** Webhooks: the API they are registered by, what they are sent, how that is signed, and what becomes of it when they do not take it. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { api, done, expectProblem } from '../support/json-api.ts';
import { type TestServer, testServer } from '../support/test-server.ts';
import { isSigned, type Receiver, webhookReceiver } from '../support/webhook-receiver.ts';
import { send, signed } from '../support/wire-client.ts';

const QUICK = { firstWaitMs: 50, longestWaitMs: 200, longestProbeMs: 100 };
let server: TestServer;
let receiver: Receiver;
beforeAll(async () => {
  server = await testServer({ webhooks: { allowedNetworks: ['127.0.0.1'], limits: QUICK, timeoutMs: 500 } });
  receiver = await webhookReceiver('/hook?token=in-the-url');
  await send(server, signed(server, 'PUT', '/box'));
  await send(server, signed(server, 'PUT', '/box/cat.txt', { body: 'meow' }));
});
afterAll(async () => {
  await receiver.close();
  await server.close(0);
});
afterEach(async () => {
  receiver.answer = () => 200;
  for (const { id } of (await done(server, 'GET', '/webhooks')).items) await done(server, 'DELETE', `/webhooks/${id}`);
  receiver.received.length = 0;
  receiver.attempts.length = 0;
});

const add = (json: Readonly<Record<string, unknown>> = {}) => done(server, 'POST', '/webhooks', { json: { url: receiver.url, ...json } });
const link = (json: Readonly<Record<string, unknown>> = {}) =>
  done(server, 'POST', '/links', { json: { bucket: 'box', key: 'cat.txt', ...json } });
const types = () => receiver.received.map(({ json }) => json.type);
const untilTypes = (...wanted: readonly string[]) =>
  receiver.until(() => wanted.every((type) => types().includes(type)), wanted.join(' and '));

describe('a webhook', () => {
  it('is registered, shown, changed and removed', async () => {
    const made = await add({ events: ['link.*'], bucket: 'box', note: 'ours' });
    expect(made).toMatchObject({
      id: expect.stringMatching(/^LKWH[A-Z2-7]{16}$/),
      url: receiver.url,
      arn: expect.stringMatching(new RegExp(`^arn:aws:sqs:us-east-1:\\d{12}:${made.id}$`)),
      secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/),
      status: 'active',
      bucket: 'box',
    });
    expect(made.events).toContain('link.used');
    const { secret: _once, ...rest } = made;
    expect(await done(server, 'GET', `/webhooks/${made.id}`)).toEqual({ ...rest, waiting: 0 });
    expect((await done(server, 'GET', '/webhooks')).items).toEqual([rest]);
    const changed = await done(server, 'PATCH', `/webhooks/${made.id}`, { json: { bucket: null, prefix: 'a/', events: ['link.used'] } });
    expect(changed).toMatchObject({ prefix: 'a/', events: ['link.used'], note: 'ours' });
    expect(changed).not.toHaveProperty('bucket');
    await done(server, 'DELETE', `/webhooks/${made.id}`);
    expectProblem(await api(server, 'GET', `/webhooks/${made.id}`), { status: 404, code: 'NoSuchEntity' });
  });

  it('may be registered by nobody but who may', async () => {
    const stranger = { accessKeyId: 'LKIAAAAAAAAAAAAAAAAA', secretAccessKey: 'x'.repeat(40) };
    const reply = await api(server, 'POST', '/webhooks', { json: { url: receiver.url }, credentials: stranger });
    expect(reply.status).toBe(403);
    const { id } = await add();
    expect(JSON.stringify((await done(server, 'GET', '/webhooks')).items)).not.toContain('whsec_');
    expect(id).toBeDefined();
  });

  it('is tried at once, and says what came of it', async () => {
    const { id, secret } = await add();
    expect(await done(server, 'POST', `/webhooks/${id}/test`)).toEqual({ delivered: true, status: 200 });
    expect(receiver.received[0]?.json).toMatchObject({ type: 'webhook.test', data: { webhook: id } });
    expect(receiver.received.every((message) => isSigned(message, secret))).toBe(true);
    receiver.answer = () => 404;
    expect(await done(server, 'POST', `/webhooks/${id}/test`)).toEqual({
      delivered: false,
      status: 404,
      reason: 'It answered (status 404).',
    });
    receiver.answer = () => 'hangs';
    expect(await done(server, 'POST', `/webhooks/${id}/test`)).toEqual({ delivered: false, reason: 'It did not answer in time.' });
  });

  it('has messages signed with its secret, and with the one before for a while', async () => {
    const { id, secret } = await add();
    const changed = await done(server, 'PATCH', `/webhooks/${id}`, { json: { newSecret: true } });
    await done(server, 'POST', `/webhooks/${id}/test`);
    const [message] = receiver.received;
    expect([isSigned(message!, secret), isSigned(message!, changed.secret), isSigned(message!, `whsec_${'A'.repeat(43)}=`)]).toEqual([
      true,
      true,
      false,
    ]);
    expect(message?.headers['user-agent']).toBe('Latchkey');
    expect(message?.headers['content-type']).toBe('application/json');
  });

  it.each([
    ['no URL', 'example.com/hook', /no URL/],
    ['another scheme', 'ftp://example.com/', /https/],
    ['a password', 'https://user:secret@example.com/', /password/],
    ['the address of a metadata service', 'https://169.254.169.254/latest', /not one that webhooks may have/],
    ['such an address as one number', 'https://2852039166/', /not one that webhooks may have/],
    ['this machine by another name', 'http://[::ffff:7f00:2]/', /not one that webhooks may have/],
  ])('with %s is refused', async (_, url, detail) => {
    const reply = await api(server, 'POST', '/webhooks', { json: { url } });
    expect([reply.status, reply.json.code]).toEqual([400, 'InvalidArgument']);
    expect(reply.json.detail).toMatch(detail);
    expect(reply.text).not.toContain('secret');
  });

  it('leaves no more of its address in the trail and the log than where it is', async () => {
    await add();
    const page = await done(server, 'GET', '/audit', { query: { operation: 'CreateWebhook', order: 'newest', limit: '1' } });
    expect(JSON.stringify(page)).toContain(`http://127.0.0.1:${receiver.port}/…`);
    expect(JSON.stringify(page)).not.toContain('in-the-url');
    expect(server.logged.join('')).not.toContain('in-the-url');
  });
});

describe('what happens to links', () => {
  it('is told in its order', async () => {
    const { secret } = await add({ events: ['link.*'] });
    const { id, url } = await link({ maxUses: 1, label: 'offer' });
    expect((await fetch(url)).status).toBe(200);
    expect((await fetch(url)).status).toBe(403);
    await done(server, 'DELETE', `/links/${id}`);
    await untilTypes('link.revoked');
    expect(types()).toEqual(['link.created', 'link.used', 'link.exhausted', 'link.refused', 'link.revoked']);
    const [created, used, exhausted, refused, revoked] = receiver.received.map(({ json }) => json);
    expect(created.data.link).toMatchObject({ id, method: 'GET', bucket: 'box', key: 'cat.txt', label: 'offer' });
    expect(used.data).toMatchObject({ link: { id }, uses: { used: 1, max: 1 }, request: { sourceIPAddress: '127.0.0.1' } });
    expect(exhausted.data.uses).toEqual({ used: 1, max: 1 });
    expect(refused.data.refusal).toMatchObject({ code: 'AccessDenied', check: 'uses' });
    expect(revoked.data.revokedBy).toMatch(/:root$/);
    expect(receiver.received.every((message) => isSigned(message, secret))).toBe(true);
    expect(receiver.received.some(({ body }) => body.includes('X-Amz-Signature'))).toBe(false);
    expect(new Set(receiver.received.map((message) => message.id)).size).toBe(5);
  });

  it('is told of links that are not counted: each download from the start, and no other range', async () => {
    await add({ events: ['link.used', 'link.revoked'] });
    const { id, url } = await link();
    await fetch(url);
    await fetch(url, { headers: { Range: 'bytes=2-3' } });
    await fetch(url, { headers: { Range: 'bytes=0-1' } });
    await done(server, 'DELETE', `/links/${id}`);
    await untilTypes('link.revoked');
    expect(types()).toEqual(['link.used', 'link.used', 'link.revoked']);
  });

  it('is told of uploads, once they are stored', async () => {
    await add({ events: ['link.used', 'link.refused'] });
    const { url } = await link({ key: 'in.txt', method: 'PUT', maxSize: 5 });
    const put = (body: string) => fetch(url, { method: 'PUT', body });
    expect((await put('too long')).status).toBe(400);
    expect((await put('hello')).status).toBe(200);
    await untilTypes('link.used');
    expect(receiver.received.map(({ json }) => [json.type, json.data.refusal?.code])).toEqual([
      ['link.refused', 'EntityTooLarge'],
      ['link.used', undefined],
    ]);
  });

  it('is told of pages that were opened', async () => {
    await add({ events: ['link.opened'] });
    const { landingUrl } = await link({ landing: true });
    expect((await fetch(landingUrl, { method: 'HEAD' })).status).toBe(200);
    for (let i = 0; i < 3; i++) expect((await fetch(landingUrl)).status).toBe(200);
    await untilTypes('link.opened');
    expect(types()).toEqual(['link.opened']);
  });

  it('is told when they end, also of one that was made before the webhook', async () => {
    const soon = await link({ expiresIn: 1 });
    await add({ events: ['link.expired', 'link.created'] });
    const later = await link({ expiresIn: 2 });
    const revoked = await link({ expiresIn: 1 });
    await done(server, 'DELETE', `/links/${revoked.id}`);
    const extended = await link({ expiresIn: 1 });
    await done(server, 'PATCH', `/links/${extended.id}`, { json: { expiresIn: '1h' } });
    await receiver.until(() => types().filter((type) => type === 'link.expired').length === 2, 'the ends of two links');
    const ended = receiver.received.filter(({ json }) => json.type === 'link.expired').map(({ json }) => json.data.link.id);
    expect(ended).toEqual([soon.id, later.id]);
  });

  it('is told only to those whose filter it fits', async () => {
    await add({ events: ['link.created'], label: 'offer' });
    await add({ events: ['link.created'], bucket: 'box', prefix: 'cat' });
    await add({ events: ['link.created'], prefix: 'dog' });
    await link({ label: 'offer' });
    await receiver.until((received) => received.length === 2, 'two messages');
    await link({ key: 'mouse.txt' });
    await link({ key: 'cat.gif', label: 'last' });
    await receiver.until((received) => received.length === 3, 'a third message');
    expect(receiver.received[2]?.json.data.link.label).toBe('last');
  });
});

describe('a message that is not taken', () => {
  it('is sent again until it is, and what is behind it of the same link waits', async () => {
    await add({ events: ['link.created', 'link.revoked'] });
    let refusals = 0;
    receiver.answer = ({ json }) => (json.data.link.label === 'slow' && json.type === 'link.created' && refusals++ < 4 ? 503 : 200);
    const slow = await link({ label: 'slow' });
    await done(server, 'DELETE', `/links/${slow.id}`);
    await link({ label: 'quick' });
    await receiver.until((received) => received.length === 3, 'all messages');
    const of = (label: string) => receiver.received.filter(({ json }) => json.data.link.label === label).map(({ json }) => json.type);
    expect([of('slow'), of('quick')]).toEqual([['link.created', 'link.revoked'], ['link.created']]);
    expect(
      new Set(receiver.attempts.filter(({ json }) => json.type === 'link.created' && json.data.link.label === 'slow').map(({ id }) => id))
        .size,
    ).toBe(1);
  });

  it('of one webhook holds up no other, and no request', async () => {
    const other = await webhookReceiver();
    try {
      receiver.answer = () => 'hangs';
      await add({ events: ['link.created'] });
      await add({ events: ['link.created'], url: other.url });
      for (let i = 0; i < 20; i++) await link();
      await other.until((received) => received.length === 20, 'the messages of the other one');
      expect(receiver.received).toEqual([]);
    } finally {
      await other.close();
    }
  });

  it('is a dead letter after its time, and sent again when asked for', async () => {
    const { id } = await add({ events: ['link.created'] });
    receiver.answer = () => 500;
    const made = await link();
    await receiver.until(() => receiver.attempts.length > 3, 'some attempts');
    server.clock.now = () => Date.now() + 4 * 86_400_000;
    try {
      let items: readonly { readonly id: string; readonly reason: string; readonly message: unknown }[] = [];
      while (items.length === 0) ({ items } = await done(server, 'GET', `/webhooks/${id}/dead-letters`));
      expect(items).toMatchObject([
        { reason: 'It answered (status 500).', message: { type: 'link.created', data: { link: { id: made.id } } } },
      ]);
      expect((await done(server, 'GET', `/webhooks/${id}`)).waiting).toBe(0);
      receiver.answer = () => 200;
      expect(await done(server, 'POST', `/webhooks/${id}/dead-letters/replay`, { json: { ids: [items[0]?.id] } })).toEqual({ replayed: 1 });
      await untilTypes('link.created');
      expect(receiver.received[0]?.id).toBe(receiver.attempts[0]?.id);
      expect(await done(server, 'GET', `/webhooks/${id}/dead-letters`)).toEqual({ items: [] });
    } finally {
      server.clock.now = undefined;
    }
  });

  it('counts in the metrics', async () => {
    const { id } = await add({ events: ['link.created'] });
    await done(server, 'PATCH', `/webhooks/${id}`, { json: { status: 'paused' } });
    await link();
    const metrics = await (await fetch(new URL('/-/metrics', server.console))).text();
    expect(metrics).toContain(`latchkey_webhook_waiting{webhook="${id}"} 1`);
    expect(metrics).toMatch(/latchkey_webhook_messages_total\{result="delivered"\} [1-9]/);
    expect(metrics).toMatch(/latchkey_webhook_messages_total\{result="dead"\} 1/);
    expect(receiver.attempts).toEqual([]);
    await done(server, 'PATCH', `/webhooks/${id}`, { json: { status: 'active' } });
    await untilTypes('link.created');
  });
});
