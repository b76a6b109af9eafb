/** Links between processes that share one directory, of which some die: nobody gets more than there is, and what is taken back stays so. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { done as doneByApi } from '../support/json-api.ts';
import { inTemporaryDirectory, type Serving, serve } from '../support/latchkey-command.ts';
import { newLink, requestOf, upload, use } from '../support/links.ts';
import { ROOT, type TestServer } from '../support/test-server.ts';
import { type Answer, send, signed } from '../support/wire-client.ts';

/** A process, as the helpers of the wire tests want a server. */
type Process = { readonly serving: Serving; readonly server: TestServer };

const environment = { LATCHKEY_ROOT_ACCESS_KEY_ID: ROOT.accessKeyId, LATCHKEY_ROOT_SECRET_ACCESS_KEY: ROOT.secretAccessKey };
const SIZE = 300_000;
let directory: string;
let leave: () => void;
let removed: Promise<void>;
const running = new Set<Serving>();

async function start(): Promise<Process> {
  const serving = await serve(['--data', directory, '--listen', '127.0.0.1:0', '--console', '127.0.0.1:0'], { environment });
  running.add(serving);
  const { s3, console } = serving;
  return { serving, server: { s3, console, host: new URL(s3).host, clock: { now: undefined } } as unknown as TestServer };
}

async function end({ serving }: Process, signal: NodeJS.Signals): Promise<number | null> {
  running.delete(serving);
  return serving.stop(signal);
}

beforeAll(async () => {
  await new Promise<void>((resolve) => {
    removed = inTemporaryDirectory(async (made) => {
      directory = made;
      resolve();
      await new Promise<void>((done) => {
        leave = done;
      });
    });
  });
});
afterAll(async () => {
  await Promise.all([...running].map((serving) => serving.stop()));
  leave();
  await removed;
});

/** The link's request, to whichever process. Its URL names one of them, and so does the signature. */
const ask = ({ server }: Process, url: string): Promise<Answer | undefined> => send(server, requestOf(url)).catch(() => undefined);

test('of 200 requests to two processes, one of which is killed in the middle, no more than the uses there are get the object', async () => {
  let [one, two] = await Promise.all([start(), start()]);
  await send(one.server, signed(one.server, 'PUT', '/box'));
  await send(one.server, signed(one.server, 'PUT', '/box/film', { body: Buffer.alloc(SIZE, 'film') }));
  for (let round = 0; round < 3; round++) {
    const maxUses = 40;
    const link = await newLink(one.server, '/box/film', { maxUses });
    const asked = Array.from({ length: 200 }, (_, i) => ask(i % 2 === 0 ? one : two, link.url));
    // One has all of it; the other process may have begun as many more as there are, which are lost with it.
    await Promise.any(asked.map(async (reply) => expect((await reply)?.status).toBe(200)));
    await end(two, 'SIGKILL');
    const replies = (await Promise.all(asked)).filter((reply) => reply !== undefined);
    two = await start();
    const later = await Promise.all(Array.from({ length: 50 }, (_, i) => ask(i % 2 === 0 ? one : two, link.url)));
    const whole = [...replies, ...later].filter((reply) => reply?.status === 200 && reply.body.byteLength === SIZE);
    expect(whole.length).toBeLessThanOrEqual(maxUses);
    // What the dead process had begun stays counted; everything else was to be had.
    expect(whole.length).toBeGreaterThan(0);
    expect((await doneByApi(two.server, 'GET', `/links/${link.id}`)).uses.used).toBe(maxUses);
    expect((await ask(one, link.url))?.status).toBe(403);
  }
  [one, two] = [two, one];
  for (const process of [one, two]) expect(await end(process, 'SIGTERM')).toBe(0);
});

test('what one process takes back the others refuse at the next request, and still after all of them were killed', async () => {
  const processes = await Promise.all([start(), start(), start()]);
  const [one, two, three] = processes as [Process, Process, Process];
  for (let round = 0; round < 20; round++) {
    const link = await newLink(one.server, '/box/film');
    for (const process of processes) expect((await ask(process, link.url))?.status).toBe(200);
    await doneByApi(two.server, 'DELETE', `/links/${link.id}`);
    for (const process of processes) expect((await ask(process, link.url))?.status).toBe(403);
  }
  const [revoked, labelled] = [await newLink(one.server, '/box/film'), await newLink(one.server, '/box/film', { label: 'gone' })];
  await doneByApi(two.server, 'DELETE', `/links/${revoked.id}`);
  await doneByApi(three.server, 'POST', '/revocations', { json: { by: 'label', label: 'gone' } });
  for (const process of processes) await end(process, 'SIGKILL');
  const again = await start();
  for (const { url } of [revoked, labelled]) expect((await ask(again, url))?.status).toBe(403);
  expect(await end(again, 'SIGTERM')).toBe(0);
});

test('an upload link for one use stores once, in however many processes it is tried', async () => {
  const [one, two] = await Promise.all([start(), start()]);
  for (let round = 0; round < 10; round++) {
    const link = await newLink(one.server, `/box/once-${round}`, { method: 'PUT', maxUses: 1 });
    const replies = await Promise.all(Array.from({ length: 20 }, (_, i) => upload((i % 2 === 0 ? one : two).server, link, `writer ${i}`)));
    const winners = replies.flatMap(({ status }, i) => (status === 200 ? [`writer ${i}`] : []));
    expect(winners).toHaveLength(1);
    expect((await send(two.server, signed(two.server, 'GET', `/box/once-${round}`))).text).toBe(winners[0]);
    expect((await use(one.server, link, { method: 'PUT', body: 'late' })).status).toBe(403);
  }
  for (const process of [one, two]) expect(await end(process, 'SIGTERM')).toBe(0);
});
