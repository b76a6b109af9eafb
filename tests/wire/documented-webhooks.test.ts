/** The code in docs/events.md that says whether a message is Latchkey's, against messages of a server. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { done, type Json } from '../support/json-api.ts';
import { needs } from '../support/programs.ts';
import { runProgram } from '../support/run-program.ts';
import { type TestServer, testServer } from '../support/test-server.ts';
import { type Received, type Receiver, webhookReceiver } from '../support/webhook-receiver.ts';

const document = readFileSync(new URL('../../docs/events.md', import.meta.url), 'utf8');
const codeIn = (language: string): string => new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 's').exec(document)?.[1] ?? '';

type Case = { readonly headers: Readonly<Record<string, string>>; readonly body: string; readonly secret: string };
let server: TestServer;
let receiver: Receiver;
let hook: Json;
let message: Received;
let cases: Readonly<Record<string, Case>>;
beforeAll(async () => {
  server = await testServer({ webhooks: { allowedNetworks: ['127.0.0.1'] } });
  receiver = await webhookReceiver();
  hook = await done(server, 'POST', '/webhooks', { json: { url: receiver.url } });
  const { secret } = await done(server, 'PATCH', `/webhooks/${hook.id}`, { json: { newSecret: true } });
  await done(server, 'POST', `/webhooks/${hook.id}/test`);
  message = receiver.received[0]!;
  const headers = message.headers as Record<string, string>;
  const { body } = message;
  cases = {
    'with the secret': { headers, body, secret },
    'with the secret before': { headers, body, secret: hook.secret },
    'with another secret': { headers, body, secret: `whsec_${Buffer.alloc(32).toString('base64')}` },
    'of another body': { headers, body: body.replace('test', 'tset'), secret },
    'of another id': { headers: { ...headers, 'webhook-id': 'evt_1' }, body, secret },
    'of another time': { headers: { ...headers, 'webhook-timestamp': '1600000000' }, body, secret },
    'without a signature': { headers: { 'webhook-id': 'a', 'webhook-timestamp': headers['webhook-timestamp'] ?? '' }, body, secret },
    'without any header': { headers: {}, body, secret },
  };
});
afterAll(async () => {
  await receiver.close();
  await server.close(0);
});
const ANSWERS = [true, true, false, false, false, false, false, false];

describe('the documented check of a signature', () => {
  it('in JavaScript takes what is ours, and nothing else', async () => {
    const code = codeIn('javascript');
    expect(code.split('\n').length).toBeLessThan(15);
    const { isOurs } = (await import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(code)}`)) as {
      isOurs(headers: Case['headers'], body: Buffer, secret: string): boolean;
    };
    expect(Object.values(cases).map(({ headers, body, secret }) => isOurs(headers, Buffer.from(body), secret))).toEqual(ANSWERS);
  });

  needs('python3')('in Python takes what is ours, and nothing else', async () => {
    const program = `${codeIn('py')}
import json, sys
print(json.dumps([is_ours(c["headers"], c["body"].encode(), c["secret"]) for c in json.load(sys.stdin)]))`;
    const input = JSON.stringify(Object.values(cases));
    const printed = await runProgram('python3', ['-c', program], { env: { PATH: process.env.PATH }, cwd: '/', input });
    expect(JSON.parse(printed)).toEqual(ANSWERS);
  });
});
