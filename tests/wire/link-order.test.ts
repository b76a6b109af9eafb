/** Who is refused for several reasons is told the first: what comes later is nobody's business who does not get that far. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { done as doneByApi } from '../support/json-api.ts';
import { type MadeLink, newLink, requestOf } from '../support/links.ts';
import { allow, done, newUser, policyOf, putPolicy } from '../support/query-client.ts';
import { testServer } from '../support/test-server.ts';
import { send, signed, withQuery } from '../support/wire-client.ts';

const server = await testServer();
afterAll(() => server.close());
const ALL = ['arn:aws:s3:::box', 'arn:aws:s3:::box/*'];
const MAKER = policyOf(allow(['s3:PutObject', 'latchkey:CreateLink', 'latchkey:ChangeLink'], ALL));
let maker: Awaited<ReturnType<typeof newUser>>;

beforeAll(async () => {
  await send(server, signed(server, 'PUT', '/box'));
  await send(server, signed(server, 'PUT', '/box/taken', { body: 'here before' }));
  maker = await newUser(server, 'maker', MAKER);
});

/** One way after the other to be refused, the last first; each with what undoes it, and what the holder is told by then. */
test('a link that everything speaks against says so step by step', async () => {
  const terms = { method: 'PUT', maxUses: 1, maxSize: 10, contentTypes: ['text/plain'], noOverwrite: true, sourceIp: ['127.0.0.1'] };
  const link = await newLink(server, '/box/taken', terms, { credentials: maker });
  const headers = { 'Content-Type': 'text/plain' };
  let request = requestOf(link.url, { method: 'PUT', body: 'brought', headers });
  const change = (json: object) => doneByApi(server, 'PATCH', `/links/${link.id}`, { json });
  const answer = async () => {
    const { status, error } = await send(server, request);
    return [status, error.Code, error.Message].filter((part) => part !== undefined).join(' ');
  };
  const told: string[] = [];
  const step = async () => void told.push(await answer());

  await step();
  await useUp(link);
  await step();
  request = { ...request, body: Buffer.alloc(11) };
  await step();
  request = { ...request, headers: request.headers.map(([name, value]) => [name, name === 'Content-Type' ? 'text/html' : value]) };
  await step();
  await putPolicy(server, 'maker', policyOf(allow('s3:ListBucket', ALL)));
  await step();
  await change({ sourceIp: ['192.0.2.1'] });
  await done(server, 'latchkey', 'PutGuardrails', { Bucket: 'box', Guardrails: JSON.stringify({ presignedUrls: false }) });
  await step();
  const now = Date.now();
  server.clock.now = () => now + 2 * 3600_000;
  await step();
  server.clock.now = undefined;
  await change({ status: 'paused' });
  await step();
  await doneByApi(server, 'DELETE', `/links/${link.id}`);
  await step();
  request = withQuery(request, (query) => [...query, ['X-Latchkey-Max-Uses', '5']]);
  await step();

  expect(told).toEqual([
    '412 PreconditionFailed At least one of the pre-conditions you specified did not hold',
    '403 AccessDenied The link has been used as often as it may be.',
    '400 EntityTooLarge Your proposed upload exceeds the maximum allowed size',
    '403 AccessDenied An upload here has one of the types text/plain, and says so in its Content-Type.',
    '403 AccessDenied Access Denied',
    '403 AccessDenied This link or URL can not be used from your address.',
    '403 AccessDenied Request has expired',
    '403 AccessDenied The link is paused.',
    '403 AccessDenied The link has been revoked.',
    expect.stringContaining('403 SignatureDoesNotMatch'),
  ]);
  expect((await send(server, signed(server, 'GET', '/box/taken'))).text).toBe('second');
});

/** The one upload that goes through, once nothing is in its way. */
async function useUp(link: MadeLink): Promise<void> {
  await send(server, signed(server, 'DELETE', '/box/taken'));
  const request = requestOf(link.url, { method: 'PUT', body: 'second', headers: { 'Content-Type': 'text/plain' } });
  expect((await send(server, request)).status).toBe(200);
}
