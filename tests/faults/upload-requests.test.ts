/** Upload requests in several processes on one directory, and when one of them dies: never more than was asked for, and nothing that was acknowledged is lost. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { done as doneByApi } from '../support/json-api.ts';
import { type ServerProcess, serverProcess, serverProcesses, stopAll } from '../support/several-servers.ts';
import { newGuest, newUploadRequest, sendWhole } from '../support/upload-requests.ts';
import { send, signed, xmlTexts } from '../support/wire-client.ts';

let directory = '';
let servers: readonly ServerProcess[] = [];
const start = async (count: number): Promise<readonly [ServerProcess, ...ServerProcess[]]> => {
  directory = await mkdtemp(join(tmpdir(), 'latchkey-requests-'));
  servers = await serverProcesses(directory, count);
  const [first, ...others] = servers as [ServerProcess, ...ServerProcess[]];
  await send(first, signed(first, 'PUT', '/box'));
  return [first, ...others];
};
afterEach(async () => {
  await stopAll(servers);
  await rm(directory, { recursive: true, force: true });
});

const pageOn = ({ url }: { readonly url: string }, server: ServerProcess) => ({ url: new URL(new URL(url).pathname, server.console).href });
const keysIn = async (server: ServerProcess) =>
  xmlTexts((await send(server, signed(server, 'GET', '/box', { query: { 'list-type': '2', prefix: 'in/' } }))).text, 'Key');

test('of fifty who announce to two processes at once, seven get a place', async () => {
  const [first, second = first] = await start(2);
  const made = await newUploadRequest(first, '/box/in/', { maxFiles: 7 });
  const pages = [made, pageOn(made, second)];
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, i) => newGuest(pages[i % 2] as { readonly url: string }).announce(`${i}.txt`, 1)),
  );
  const taken = answers.filter(({ status }) => status === 201);
  expect(taken).toHaveLength(7);
  expect(new Set(answers.filter((answer) => !taken.includes(answer)).map(({ json }) => json.code))).toEqual(new Set(['full']));
  for (const { json } of taken) expect((await sendWhole(json, 'x')).status).toBe(200);
  expect(await keysIn(second)).toHaveLength(7);
  expect((await doneByApi(second, 'GET', `/requests/${made.id}`)).status).toBe('full');
});

test('a process that is killed while files come leaves each of those it said yes to, and no more than there may be', async () => {
  const [first] = await start(1);
  const made = await newUploadRequest(first, '/box/in/', { maxFiles: 30 });
  const guest = newGuest(made);
  await guest.mine();
  let yes = 0;
  const delivering = Array.from({ length: 30 }, async (_, i) => {
    const answer = await guest.deliver(`${i}.bin`, Buffer.alloc(200_000, i)).catch(() => undefined);
    if (answer?.status === 200) yes += 1;
    if (yes === 5) first.process.signal('SIGKILL');
  });
  await Promise.all(delivering);
  expect(yes).toBeGreaterThanOrEqual(5);

  const second = await serverProcess(directory);
  servers = [second];
  const shown = await doneByApi(second, 'GET', `/requests/${made.id}`);
  expect(shown.delivered.files).toBeGreaterThanOrEqual(yes);
  expect(shown.delivered.files + shown.open.files).toBeLessThanOrEqual(30);
  const later = newGuest(pageOn(made, second));
  const deliverer = guest.deliverer();
  const { files } = (await later.call('mine', { deliverer })).json;
  expect(files.filter(({ status }: { status: string }) => status === 'delivered').length).toBeGreaterThanOrEqual(yes);
  // What was stored and could not be counted any more is found when its deliverer says that it is there.
  for (const { id, status } of files) if (status === 'open') await later.call(`files/${id}/finish`, { deliverer });
  const keys = await keysIn(second);
  expect((await doneByApi(second, 'GET', `/requests/${made.id}`)).delivered.files).toBe(keys.length);
  expect(keys.length).toBeLessThanOrEqual(30);
});
